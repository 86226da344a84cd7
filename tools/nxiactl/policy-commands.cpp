// SPDX-License-Identifier: GPL-2.0-only
#include "policy-commands.h"

#include "exit-status.h"
#include "json.h"
#include "netlink/netlink.h"
#include "policy/explain.h"
#include "policy/parse.h"

#include <algorithm>
#include <cerrno>
#include <format>
#include <iostream>
#include <memory>

namespace nxia::ctl {

namespace {

struct Options {
    std::vector<std::filesystem::path> files;
    std::string from;
    std::string to;
    bool json = false;
};
using Shared = std::shared_ptr<Options>;

/// Reads files and folders; what is told of them goes to the user as it is.
policy::Policy readPolicy(std::vector<std::filesystem::path> paths) {
    if (paths.empty())
        paths.emplace_back(NXIA_CONFIG_FOLDER "/policy.d");
    std::vector<policy::Source> sources;
    try {
        for (const auto& path : paths) {
            auto more = std::filesystem::is_directory(path) ? policy::readFolder(path)
                                                            : policy::readFiles({path});
            std::ranges::move(more, std::back_inserter(sources));
        }
        return policy::parse(sources);
    } catch (const std::runtime_error& error) {
        throw Mistaken(error.what());
    }
}

void check(const Options& options) {
    const auto policy = readPolicy(options.files);
    std::cout << std::format("no mistake: {} tags, {} domains, {} services\n", policy.tags.size(),
                             policy.domains.size(), policy.services.size());
}

void load(const Options& options) {
    const auto generation = netlink::Module().loadPolicy(readPolicy(options.files));
    std::cout << std::format("policy {} is in force\n", generation);
}

void show(const Options& options) {
    netlink::Module module;
    const bool sealed = module.status().sealed;
    const auto found = module.policy();
    if (options.json) {
        std::cout << toJson(found, sealed);
        return;
    }
    std::cout << std::format("# policy {}{}\n{}", found.generation, sealed ? ", sealed" : "",
                             policy::print(found.policy));
}

void seal() {
    netlink::Module().sealPolicy();
    std::cout << "policy is sealed until the next boot\n";
}

/// 0 if it is allowed, else 1; never 1 for another reason.
int explain(const Options& options) {
    try {
        const auto policy =
            options.files.empty() ? netlink::Module().policy().policy : readPolicy(options.files);
        const auto verdict = policy::explain(policy, options.from, options.to);
        if (options.json) {
            std::cout << toJson(verdict, policy::printLabel(policy, verdict.left));
        } else {
            std::cout << verdict.summary << '\n';
            for (const auto& reason : verdict.reasons)
                std::cout << "    " << reason << '\n';
        }
        return verdict.allowed ? success : denied;
    } catch (const policy::UnknownName& error) {
        throw NotFound(error.what());
    } catch (const netlink::Error& error) {
        if (error.code() == EPERM || error.code() == ENOENT)
            throw;
        throw Mistaken(std::format("nxiactl: {}", error.what()));
    }
}

void addFiles(CLI::App* command, const Shared& options, const char* name) {
    command->add_option(name, options->files,
                        "files of policy, or folders of *.policy; without: " NXIA_CONFIG_FOLDER
                        "/policy.d");
}

void addExplain(CLI::App& app, const Shared& options, int& status) {
    auto* command = app.add_subcommand(
        "explain", "Say whether information may flow, and what decides it. Exit status: 0 allowed, "
                   "1 denied, 2 to 5 as elsewhere");
    command->add_option("--from", options->from, "a domain, or file:TAG,TAG")->required();
    command
        ->add_option(
            "--to", options->to,
            "a sink (net, loopback, vsock, hostfs, disk, tty), a domain, file:TAG,TAG (file: "
            "without a label), or service:NAME to be opened")
        ->required();
    command->add_option("--policy", options->files,
                        "go by these files, instead of by the policy in force");
    command->add_flag("--json", options->json, "for programs");
    command->callback([options, &status] { status = explain(*options); });
}

} // namespace

void addPolicyCommands(CLI::App& app, int& status) {
    const auto options = std::make_shared<Options>();
    auto* policy = app.add_subcommand("policy", "Check, load, show or seal the policy of labels");
    policy->require_subcommand(1);
    auto* command = policy->add_subcommand(
        "check", "Look for mistakes, without loading. Exit status 5: there are some");
    addFiles(command, options, "FILE");
    command->callback([options] { check(*options); });
    command = policy->add_subcommand("load", "Put a policy in force, as a whole or not at all");
    addFiles(command, options, "FILE");
    command->callback([options] { load(*options); });
    command = policy->add_subcommand("show", "Show the policy in force");
    command->add_flag("--json", options->json, "for programs");
    command->callback([options] { show(*options); });
    policy->add_subcommand("seal", "Keep policy and module as they are until the next boot")
        ->callback(seal);
    addExplain(app, options, status);
}

} // namespace nxia::ctl
