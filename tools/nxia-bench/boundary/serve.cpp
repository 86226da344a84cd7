// SPDX-License-Identifier: GPL-2.0-only
//
// The guest's side: a raw echo, and a service of Portal.
#include "../links/job.h"
#include "../links/nxia-place.h"
#include "../links/stream.h"
#include "../links/sys.h"
#include "../rpc/capnp-server.h"
#include "boundary.h"

#include <cstdio>
#include <exception>
#include <linux/vm_sockets.h>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <rpc/error.h>
#include <rpc/server.h>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace bench {
namespace {

using namespace portal;

constexpr int backlog = 128;
constexpr std::uint64_t bufferSize = 1 << 20; // as large as those that it is compared to
constexpr std::uint64_t offered = NXIA_RIGHT_CONNECT | NXIA_RIGHT_DERIVE | NXIA_RIGHT_TRANSFER |
                                  NXIA_RIGHT_REVOKE | NXIA_RIGHT_REMOTE;

Fd listenOnVsock(unsigned port) {
    Fd socket(check(::socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0), "vsock"));
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_ANY;
    address.svm_port = port;
    check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    check(::listen(socket.get(), backlog), "listen");
    return socket;
}

Fd listenOnTcp(unsigned port) {
    Fd socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "tcp"));
    int on = 1; // what is accepted has it, too
    check(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    check(::listen(socket.get(), backlog), "listen");
    return socket;
}

void serveRaw(Fd socket) try {
    StreamLink link(std::move(socket));
    serveJobs(link);
} catch (const std::exception& error) {
    std::fprintf(stderr, "nxia-bench: raw echo: %s\n", error.what());
}

// A thread for each connection.
void acceptRaw(const Fd& listener) {
    for (;;) {
        Fd socket(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
        std::thread(serveRaw, std::move(socket)).detach();
    }
}

// Offers the service by `name`, and serves until it is killed.
void servePortal(const std::string& name) {
    auto io = kj::setupAsyncIo();
    rpc::Vat vat(value(core::Session::open()), io.unixEventPort);
    auto endpoint = value(core::Endpoint::create(vat.session()));
    auto capability = value(endpoint.capability().derive(offered));
    rpc::Server server(vat, std::move(endpoint), [](const core::Peer&) { return makeEcho(); });

    auto registry = rpc::connectRegistry(vat);
    auto request = registry->bootstrap().castAs<portal::schema::Registry>().registerRequest();
    request.setName(name.c_str());
    request.setEndpoint(vat.give(std::move(capability), offered));
    auto registered = request.send().wait(io.waitScope);
    std::puts("nxia-bench: serves");
    std::fflush(stdout);
    server.listen().wait(io.waitScope);
}

struct Options {
    unsigned port = 7900;
    std::string name = "bench";
};

} // namespace

void addBoundaryCommands(CLI::App& app, CLI::App&) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "serve", "Answer nxia-bench.exe, until killed: a raw echo, and a service of Portal");
    command->add_option("--port", options->port, "of AF_VSOCK and of TCP, for the raw echo")
        ->capture_default_str();
    command->add_option("--name", options->name, "of the service, as the registry has it")
        ->capture_default_str();
    command->callback([options] {
        Fd vsock = listenOnVsock(options->port), tcp = listenOnTcp(options->port);
        std::thread(acceptRaw, std::cref(vsock)).detach();
        std::thread(acceptRaw, std::cref(tcp)).detach();
        servePortal(options->name);
    });
}

} // namespace bench
