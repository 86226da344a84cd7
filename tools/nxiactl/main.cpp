// SPDX-License-Identifier: GPL-2.0-only
//
// nxiactl: what the administrator sees of NXIA, and can take away.
#include "audit-commands.h"
#include "exit-status.h"
#include "json.h"
#include "label.h"
#include "policy-commands.h"
#include "run.h"
#include "table.h"
#include "view.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <format>
#include <iostream>
#include <pwd.h>
#include <unistd.h>

namespace {

using namespace nxia::ctl;
namespace netlink = nxia::netlink;

std::string policyText(const netlink::Status& status) {
    return status.generation == 0
               ? std::string("none has been loaded")
               : std::format("{} in force{}", status.generation, status.sealed ? ", sealed" : "");
}

std::string userName(std::uint32_t uid) {
    const passwd* entry = getpwuid(uid);
    return entry ? entry->pw_name : std::to_string(uid);
}

void printStatus(bool json) {
    const netlink::Status status = netlink::Module().status();
    if (json) {
        std::cout << toJson(status);
        return;
    }
    std::cout << std::format(
        "module        loaded, ABI version {}\n"
        "labels        {}\n"
        "policy        {}\n"
        "registry      {}\n"
        "sessions      {}\n"
        "capabilities  {}\n"
        "objects       {}\n"
        "ring memory   {} KiB\n",
        status.abiVersion,
        status.enforcing ? "enforced by the kernel"
                         : "only at NXIA's own objects (this kernel has no LSM shim)",
        policyText(status), status.registry ? "running" : "absent (is nxiad running?)",
        status.sessions, status.capabilities, status.objects,
        status.pages * sysconf(_SC_PAGESIZE) / 1024);
}

void printSessions(bool json) {
    const auto sessions = netlink::Module().sessions();
    if (json) {
        std::cout << toJson(sessions);
        return;
    }
    std::vector<Row> rows;
    for (const auto& s : sessions)
        rows.push_back({std::to_string(s.number), std::to_string(s.pid), userName(s.uid), s.comm,
                        std::to_string(s.capabilities)});
    std::cout << table({"SESSION", "PID", "USER", "COMM", "CAPS"}, rows);
}

std::vector<CapabilityView> allCapabilities(netlink::Module& module) {
    return describe(module.sessions(), module.capabilities());
}

void requireSession(netlink::Module& module, std::uint32_t number) {
    for (const auto& session : module.sessions())
        if (session.number == number)
            return;
    throw NotFound(std::format("no session {}", number));
}

Row rowOf(const CapabilityView& view) {
    const auto& c = view.capability;
    return {std::to_string(c.session),
            std::to_string(c.handle),
            view.holder,
            typeName(c.type),
            view.target,
            std::to_string(c.object),
            rightNames(c.rights),
            c.badge ? std::to_string(c.badge) : "",
            c.parent ? std::format("{}/{}", c.parent->session, c.parent->handle) : "",
            c.revoked ? "revoked" : "live"};
}

void printCapabilities(std::optional<std::uint32_t> session, bool json) {
    netlink::Module module;
    if (session)
        requireSession(module, *session);
    auto views = allCapabilities(module);
    if (session)
        std::erase_if(views, [&](const auto& view) { return view.capability.session != *session; });
    if (json) {
        std::cout << toJson(views);
        return;
    }
    std::vector<Row> rows;
    for (const auto& view : views)
        rows.push_back(rowOf(view));
    std::cout << table({"SESSION", "HANDLE", "HOLDER", "TYPE", "LEADS-TO", "OBJECT", "RIGHTS",
                        "BADGE", "PARENT", "STATE"},
                       rows);
}

/// How many were destroyed; 0 if it died with another one, or its session ended, just before.
std::uint64_t revokeIfAlive(netlink::Module& module, const netlink::Capability& capability) {
    try {
        return module.revoke(capability.session, capability.handle);
    } catch (const netlink::Error& error) {
        if (error.code() == EKEYREVOKED || error.code() == ESRCH || error.code() == EBADF)
            return 0;
        throw;
    }
}

void revokeOne(std::uint32_t session, std::uint64_t handle) {
    const auto count = netlink::Module().revoke(session, handle);
    std::cout << std::format("revoked {} {}\n", count, count == 1 ? "capability" : "capabilities");
}

void revokeSelected(const Selector& selector) {
    netlink::Module module;
    const auto selected = select(allCapabilities(module), selector);
    if (selected.empty())
        throw NotFound("no live capability matches");
    std::uint64_t total = 0;
    for (const auto& view : selected) {
        const auto count = revokeIfAlive(module, view.capability);
        if (count == 0)
            continue;
        std::cout << std::format("revoked {} {} of {} to {}\n", typeName(view.capability.type),
                                 view.capability.handle, view.holder,
                                 view.target.empty() ? "nobody" : view.target);
        total += count;
    }
    std::cout << std::format("revoked {} {}\n", total, total == 1 ? "capability" : "capabilities");
}

int exitStatusOf(const netlink::Error& error) {
    switch (error.code()) {
    case EPERM:
        return notPermitted;
    case ENOENT:
        return noModule;
    case ESRCH:
    case EBADF:
    case EKEYREVOKED:
        return notFound;
    default:
        return failed;
    }
}

struct Options {
    bool json = false;
    std::optional<std::uint32_t> session;
    Selector selector;
    int status = success; ///< of the program, if nothing is thrown
};

void addRevoke(CLI::App& app, Options& options) {
    auto* revoke = app.add_subcommand(
        "revoke", "Destroy a capability and all that was derived from it: by SESSION and HANDLE, "
                  "or all that match the options");
    Selector& selector = options.selector;
    auto* session = revoke->add_option("SESSION", selector.session, "number of the session");
    auto* handle = revoke->add_option("HANDLE", selector.handle, "handle in that session");
    auto* holder =
        revoke->add_option("--holder,--comm", selector.holder, "name of the process that holds it");
    auto* target =
        revoke->add_option("--to", selector.target, "name of the process that it leads to");
    auto* type = revoke->add_option("--type", selector.type, "kind of object")
                     ->check(CLI::IsMember({"endpoint", "channel", "region", "scope"}));
    auto* object = revoke->add_option("--object", selector.object, "number of the object");
    session->needs(handle);
    for (auto* option : {holder, target, type, object})
        session->excludes(option);
    revoke->callback([=, &selector] {
        if (*session)
            revokeOne(*selector.session, *selector.handle);
        else if (*holder || *target || *object)
            revokeSelected(selector);
        else
            throw CLI::RequiredError("SESSION and HANDLE, or --holder, --to or --object");
    });
}

void addCommands(CLI::App& app, Options& options) {
    auto addJson = [&](CLI::App* command) {
        command->add_flag("--json", options.json, "for programs");
        return command;
    };
    addJson(app.add_subcommand("status", "Show whether the module is loaded, and totals"))
        ->callback([&] { printStatus(options.json); });
    addJson(app.add_subcommand("ps", "List the sessions: opens of /dev/nxia"))->callback([&] {
        printSessions(options.json);
    });
    auto* caps = addJson(app.add_subcommand("caps", "List the capabilities"));
    caps->add_option("--session", options.session, "only those of one session");
    caps->callback([&] { printCapabilities(options.session, options.json); });
    addRevoke(app, options);
    addPolicyCommands(app, options.status);
    addAuditCommands(app);
    addRunCommand(app, options.status);
    addLabelCommand(app);
}

/// The exit status for what main() has in flight, which is told.
int reportCaught() {
    try {
        throw;
    } catch (const Mistaken& error) {
        std::cerr << error.what() << '\n';
        return mistaken;
    } catch (const NotFound& error) {
        std::cerr << "nxiactl: " << error.what() << '\n';
        return notFound;
    } catch (const netlink::Error& error) {
        std::cerr << "nxiactl: " << error.what() << '\n';
        return exitStatusOf(error);
    } catch (const std::system_error& error) {
        std::cerr << "nxiactl: " << error.what() << '\n';
        const bool permission = error.code() == std::errc::permission_denied ||
                                error.code() == std::errc::operation_not_permitted;
        return permission ? notPermitted : failed;
    } catch (const std::exception& error) {
        std::cerr << "nxiactl: " << error.what() << '\n';
        return failed;
    }
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Shows and revokes capabilities of NXIA, loads and explains the policy of labels,\n"
        "shows the audit log, and runs commands in a domain.\n"
        "Exit status: 0 done, 1 failure (explain: denied), 2 usage or not found, 3 not "
        "permitted, 4 the module is not loaded, 5 a policy or the audit log has mistakes. "
        "run: see there.");
    app.require_subcommand(1);
    Options options;
    try {
        addCommands(app, options);
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? success : notFound;
    } catch (...) {
        return reportCaught();
    }
    std::cout.flush();
    return std::cout ? options.status : failed;
}
