// SPDX-License-Identifier: GPL-2.0-only
#include "relay.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>

namespace {

void run(const std::string& listen, relay::Route route) {
    auto io = kj::setupAsyncIo();
    auto& network = io.provider->getNetwork();
    auto address = network.parseAddress(listen.c_str()).wait(io.waitScope);
    auto listener = address->listen();

    auto host = listen.substr(0, listen.rfind(':'));
    printf("nxia-relay: %s:%u -> vsock port %u\n", host.c_str(), listener->getPort(), route.port);
    fflush(stdout);
    relay::serve(kj::mv(listener), network, route).wait(io.waitScope);
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Carries loopback TCP connections into the guest's vsock, through the Unix socket "
                 "of vhost-device-vsock.\nExit status: 0 stopped by a signal, 1 failure, "
                 "64 wrong arguments.",
                 "nxia-relay"};
    std::string listen = "127.0.0.1:7345";
    std::string vsock;
    uint32_t port = 7878;
    app.add_option("--listen", listen, "loopback address to accept on; port 0 takes a free one")
        ->capture_default_str();
    app.add_option("--vsock", vsock, "Unix socket of vhost-device-vsock")->required();
    app.add_option("--port", port, "vsock port in the guest")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 64;
    }
    if (!relay::isLoopback(listen.c_str())) {
        fprintf(stderr,
                "nxia-relay: --listen %s: not a loopback address with a port, as 127.0.0.1:7345\n",
                listen.c_str());
        return 64;
    }

    signal(SIGPIPE, SIG_IGN);
    try {
        run(listen, relay::Route{vsock.c_str(), port});
    } catch (const kj::Exception& e) {
        fprintf(stderr, "nxia-relay: %s: %s\n", listen.c_str(), e.getDescription().cStr());
        return 1;
    }
    return 0;
}
