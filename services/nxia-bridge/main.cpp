// SPDX-License-Identifier: GPL-2.0-only
//
// nxia-bridge: lets programs outside of this Linux call services, over AF_VSOCK. It has no
// authority but what the registry gives to its user.
#include "daemon/main.h"
#include "daemon/privileges.h"
#include "gate.h"
#include "portal.capnp.h"
#include "rpc/error.h"

#include <CLI/CLI.hpp>
#include <linux/vm_sockets.h>

namespace {

using namespace nxia;
using portal::rpc::unwrap;

struct Options {
    std::uint32_t port = portal::schema::BRIDGE_PORT;
    unsigned handshakeSeconds = 10;
    bridge::Limits limits;
};

[[noreturn]] void serve(const Options& options) {
    daemon::dropAllPrivileges();
    auto limits = options.limits;
    limits.handshake = options.handshakeSeconds * kj::SECONDS;
    if (limits.cids.empty())
        limits.cids = {VMADDR_CID_HOST};

    auto io = kj::setupAsyncIo();
    auto session = unwrap(portal::core::Session::open());
    portal::rpc::Vat vat(session, io.unixEventPort);
    bridge::Directory directory(vat);
    bridge::Gate gate(io, vat, directory, bridge::VsockListener(options.port), limits);
    daemon::notifyReady();
    gate.listen().wait(io.waitScope);
    KJ_UNREACHABLE;
}

void addOptions(CLI::App& app, Options& options) {
    app.add_option("--port", options.port, "port of AF_VSOCK to listen at")->capture_default_str();
    app.add_option("--max-connections", options.limits.connections, "most connections at a time")
        ->capture_default_str();
    app.add_option("--handshake-timeout", options.handshakeSeconds,
                   "seconds that a client has to say hello")
        ->capture_default_str();
    app.add_option("--allow-cid", options.limits.cids,
                   "who may connect, instead of the host alone (CID 2). Whoever may gets what the "
                   "bridge may open: do not let local programs (CID 1) by");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("nxia-bridge: Portal over AF_VSOCK.");
    Options options;
    addOptions(app, options);
    CLI11_PARSE(app, argc, argv);
    return daemon::runUntilFailure([&] { serve(options); });
}
