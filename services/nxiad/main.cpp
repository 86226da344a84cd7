// SPDX-License-Identifier: GPL-2.0-only
//
// nxiad: the registry. It owns the endpoint that every session can reach, and hands out
// capabilities to the services that have registered with it, to whom the configuration allows.
#include "daemon/main.h"
#include "daemon/log.h"
#include "daemon/privileges.h"
#include "module-version.h"
#include "netlink/netlink.h"
#include "registry.h"
#include "rpc/error.h"
#include "rpc/server.h"

#include <CLI/CLI.hpp>
#include <kj/async-io.h>

namespace {

using namespace nxia;
using daemon::Level;
using daemon::log;
using portal::rpc::unwrap;
namespace core = portal::core;

constexpr unsigned backlog = 128;

void checkModule() {
    const netlink::Status status = netlink::Module().status();
    registry::checkModuleVersion(status.abiVersion, NXIA_ABI_VERSION);
    log(Level::info, "module nxia, ABI version {}; labels are {}", status.abiVersion,
        status.enforcing ? "enforced by the kernel" : "enforced at NXIA's own objects only");
}

[[noreturn]] void serve(const std::string& configFolder) {
    auto policy = registry::Policy::load(configFolder);
    checkModule();

    auto session = unwrap(core::Session::open());
    auto endpoint = unwrap(
        core::Endpoint::create(session, backlog, NXIA_RIGHTS_ENDPOINT, NXIA_ENDPOINT_REGISTRY));
    daemon::dropAllPrivileges(); // the endpoint was what CAP_MAC_ADMIN was for

    auto io = kj::setupAsyncIo();
    portal::rpc::Vat vat(session, io.unixEventPort);
    registry::Registry registry{.vat = vat, .policy = std::move(policy), .services = {}};
    portal::rpc::Server server(vat, std::move(endpoint), [&](const core::Peer& peer) {
        return portal::schema::Registry::Client(registry::serveClient(registry, peer));
    });
    daemon::notifyReady();
    server.listen().wait(io.waitScope);
    throw std::runtime_error("the registry's endpoint is gone");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("nxiad: the registry of NXIA's services.");
    std::string configFolder = NXIA_CONFIG_FOLDER "/registry.d";
    app.add_option("--config", configFolder, "folder of *.conf with the rules who may do what")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    return daemon::runUntilFailure([&] { serve(configFolder); });
}
