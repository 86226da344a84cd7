// SPDX-License-Identifier: GPL-2.0-only
#include "run.h"

#include "core/session.h"
#include "exit-status.h"
#include "netlink/netlink.h"
#include "policy/policy.h"

#include <cerrno>
#include <cstring>
#include <format>
#include <iostream>
#include <linux/nxia.h>
#include <memory>
#include <unistd.h>

namespace nxia::ctl {

namespace {

namespace core = portal::core;

struct Options {
    std::string domain;
    std::vector<std::string> command;
    bool ifPolicy = false;
    bool optional = false;
};

int complain(int status, const std::string& reason) {
    std::cerr << "nxiactl run: " << reason << '\n';
    return status;
}

/// Asks that the next exec enters the domain.
core::Result<void> requestDomain(const std::string& domain) {
    auto session = core::Session::open();
    if (!session)
        return std::unexpected(session.error());
    nxia_enter enter{};
    domain.copy(enter.domain, sizeof(enter.domain) - 1);
    return session->call(NXIA_IOC_ENTER, enter, "ENTER");
}

/// Whether there is nothing here that a domain could mean: no kernel that enforces labels, or no
/// policy was ever loaded.
bool domainsMeanNothing(const core::Error& error) {
    if (error.code() == EOPNOTSUPP || error.code() == ENOTTY)
        return true;
    if (error.code() != ENOENT)
        return false;
    try {
        return netlink::Module().status().generation == 0;
    } catch (const netlink::Error&) {
        return false;
    }
}

std::string reasonFor(const core::Error& error, const std::string& domain) {
    switch (error.code()) {
    case ENOENT:
        return std::format("policy has no domain '{}' (nxiactl policy show lists them), or the "
                           "module nxia is not loaded",
                           domain);
    case EPERM:
        return std::format("policy does not let this domain enter '{}'", domain);
    case EOPNOTSUPP:
    case ENOTTY:
        return "this kernel does not enforce labels: it has no LSM shim";
    default:
        return error.message();
    }
}

int execute(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    const int error = errno;
    return complain(error == ENOENT ? noCommand : cannotExecute,
                    std::format("{}: {}", command[0], strerror(error)));
}

int run(const Options& options) {
    if (!policy::isName(options.domain))
        return complain(runFailed, std::format("'{}' is no name of a domain", options.domain));
    if (auto entered = requestDomain(options.domain); !entered) {
        const auto& error = entered.error();
        if (!options.optional && !(options.ifPolicy && domainsMeanNothing(error)))
            return complain(runFailed, reasonFor(error, options.domain));
        complain(success, std::format("not in domain '{}': {}", options.domain,
                                      error.code() == ENOENT ? "no policy has been loaded"
                                                             : reasonFor(error, options.domain)));
    }
    return execute(options.command);
}

} // namespace

void addRunCommand(CLI::App& app, int& status) {
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand(
        "run", "Run a command in a domain: nxiactl run --domain NAME -- CMD ARGS... Exit status: "
               "that of CMD; 125 the domain cannot be entered, 126 CMD cannot be run, 127 there is "
               "no CMD");
    command->add_option("--domain", options->domain, "the domain to enter")->required();
    command->add_flag(
        "--if-policy", options->ifPolicy,
        "run CMD without a domain where that cannot mean anything: no policy was ever "
        "loaded, or the kernel does not enforce labels");
    command->add_flag("--optional", options->optional,
                      "run CMD without the domain if it cannot be entered: for a CMD that can do "
                      "less without");
    command->add_option("CMD", options->command, "the command and its arguments, after '--'")
        ->required();
    command->callback([options, &status] { status = run(*options); });
}

} // namespace nxia::ctl
