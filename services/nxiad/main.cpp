// SPDX-License-Identifier: GPL-2.0-only
//
// nxiad: the registry, and what has to be there for labels. It owns the endpoint that every session
// can reach, and hands out capabilities to the services that have registered with it, to whom
// policy allows; it loads the policy of labels into the kernel, and keeps the audit log.
#include "daemon/main.h"
#include "auditor.h"
#include "daemon/log.h"
#include "daemon/privileges.h"
#include "kernel.h"
#include "module-version.h"
#include "policy/parse.h"
#include "registry.h"
#include "rpc/error.h"
#include "rpc/server.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <kj/async-io.h>
#include <sys/capability.h>

namespace {

using namespace nxia;
using daemon::Level;
using daemon::log;
using portal::rpc::unwrap;
namespace core = portal::core;

constexpr unsigned backlog = 128;
constexpr kj::Duration retryDelay = 2 * kj::SECONDS;

struct Options {
    std::string rules = NXIA_CONFIG_FOLDER "/registry.d";
    std::string policy = NXIA_CONFIG_FOLDER "/policy.d";
    std::string auditLog = NXIA_STATE_FOLDER "/audit";
    bool prepare = false;
};

void checkModule(registry::Kernel& kernel) {
    const netlink::Status status = kernel.status();
    registry::checkModuleVersion(status.abiVersion, NXIA_ABI_VERSION);
    log(Level::info, "module nxia, ABI version {}; labels are {}", status.abiVersion,
        status.enforcing ? "enforced by the kernel" : "enforced at NXIA's own objects only");
}

/// The policy of labels that the files say; none without a file.
std::optional<policy::Policy> readPolicy(const std::string& folder) {
    const auto sources = policy::readFolder(folder);
    if (sources.empty())
        return {};
    return policy::parse(sources);
}

std::string bootId() {
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    return id;
}

/// Reads all files anew. A mistake leaves everything as it was.
void reload(registry::Registry& registry, const Options& options) {
    try {
        auto rules = registry::Policy::load(options.rules);
        if (const auto policy = readPolicy(options.policy))
            registry.kernel.load(*policy);
        registry.policy = std::move(rules);
        log(Level::notice, "the configuration has been read again");
    } catch (const std::exception& error) {
        log(Level::error, "the configuration is refused, the old one stays in force:");
        daemon::logLines(Level::error, error.what());
        registry.auditor.note("policy-refused", {{"reason", std::string(error.what())}});
    }
}

/// Reloads at each SIGHUP.
kj::Promise<void> reloadForEver(kj::UnixEventPort& port, registry::Registry& registry,
                                const Options& options) {
    return port.onSignal(SIGHUP).then([&](siginfo_t&&) {
        reload(registry, options);
        return reloadForEver(port, registry, options);
    });
}

/// Brings the kernel's audit records into the log as they come.
class AuditTask {
public:
    AuditTask(kj::AsyncIoContext& io, registry::Kernel& kernel, registry::Auditor& auditor)
        : timer_(io.provider->getTimer()), kernel_(kernel), auditor_(auditor),
          observer_(io.unixEventPort, kernel.bell()->fd(),
                    kj::UnixEventPort::FdObserver::OBSERVE_READ) {}

    kj::Promise<void> run() {
        kernel_.bell()->silence(); // before the look: what comes after it rings again
        const bool again = catchUp();
        auto next = observer_.whenBecomesReadable();
        // What was held back rings no bell, and a disk that was full may have room.
        if (again)
            next = next.exclusiveJoin(timer_.afterDelay(retryDelay));
        return next.then([this] { return run(); });
    }

private:
    /// Whether there may be more that no bell tells.
    bool catchUp() {
        try {
            const bool some = auditor_.catchUp(kernel_) != 0;
            failed_ = false;
            return some;
        } catch (const std::exception& error) {
            if (!failed_)
                log(Level::error, "audit records wait in the kernel: {}", error.what());
            failed_ = true;
            return true;
        }
    }

    kj::Timer& timer_;
    registry::Kernel& kernel_;
    registry::Auditor& auditor_;
    kj::UnixEventPort::FdObserver observer_;
    bool failed_ = false;
};

/// What has to be there before nxiad can enter a domain of its own: the policy that has the domain,
/// and the files of the log, which would get its label if they were made by it.
void prepare(const Options& options) {
    const auto policy = readPolicy(options.policy);
    registry::Kernel kernel;
    checkModule(kernel);
    const audit::Log auditLog(options.auditLog);
    if (policy)
        kernel.load(*policy);
}

[[noreturn]] void serve(const Options& options) {
    auto rules = registry::Policy::load(options.rules);
    const auto policy = readPolicy(options.policy);
    registry::Kernel kernel;
    checkModule(kernel);

    kj::UnixEventPort::captureSignal(SIGHUP);
    auto session = unwrap(core::Session::open());
    auto endpoint = unwrap(
        core::Endpoint::create(session, backlog, NXIA_RIGHTS_ENDPOINT, NXIA_ENDPOINT_REGISTRY));
    // From here on it is the only nxiad.
    audit::Log auditLog(options.auditLog);
    registry::Auditor auditor(auditLog, bootId());
    auditor.note("nxiad-started", {});
    // It stays permitted for policy and audit records, which the module asks it for each time.
    daemon::dropPrivilegesBut(CAP_MAC_ADMIN);
    if (policy)
        kernel.load(*policy);

    auto io = kj::setupAsyncIo();
    portal::rpc::Vat vat(session, io.unixEventPort);
    registry::Registry registry{.vat = vat,
                                .kernel = kernel,
                                .auditor = auditor,
                                .policy = std::move(rules),
                                .services = {}};
    portal::rpc::Server server(vat, std::move(endpoint), [&](const core::Peer& peer) {
        return portal::schema::Registry::Client(registry::serveClient(registry, peer));
    });
    std::optional<AuditTask> audit; // before the promise that uses it
    auto running =
        server.listen().exclusiveJoin(reloadForEver(io.unixEventPort, registry, options));
    if (kernel.bell())
        running = running.exclusiveJoin(audit.emplace(io, kernel, auditor).run());
    daemon::notifyReady();
    running.wait(io.waitScope);
    throw std::runtime_error("the registry's endpoint is gone");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "nxiad: the registry of NXIA's services, the policy of labels, and the audit log.\n"
        "SIGHUP: reads the configuration again.");
    Options options;
    app.add_option("--config", options.rules, "folder of *.conf with the rules who may do what")
        ->capture_default_str();
    app.add_option("--policy", options.policy, "folder of *.policy with the policy of labels")
        ->capture_default_str();
    app.add_option("--audit-log", options.auditLog, "folder of the audit log")
        ->capture_default_str();
    app.add_flag("--prepare", options.prepare,
                 "load the policy, make the files of the audit log, and end");
    CLI11_PARSE(app, argc, argv);
    return daemon::runUntilFailure([&] {
        if (!options.prepare)
            serve(options);
        prepare(options);
        std::exit(EXIT_SUCCESS);
    });
}
