// SPDX-License-Identifier: GPL-2.0-only
//
// Cap'n Proto's RPC over a socket of AF_UNIX, as its users write it.
#include "capnp.h"
#include "rpc.h"
#include "unix-listener.h"

#include <capnp/rpc-twoparty.h>

namespace bench {
namespace {

struct Connected {
    Connected(kj::AsyncIoContext& io, portal::core::Fd socket)
        : stream(io.lowLevelProvider->wrapSocketFd(socket.release(),
                                                   kj::LowLevelAsyncIoProvider::TAKE_OWNERSHIP)),
          rpc(*stream) {}
    ~Connected() noexcept {}

    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyClient rpc;
};

class CapnpUnixClient final : private Connected, public CapnpClient {
public:
    CapnpUnixClient(kj::AsyncIoContext& io, portal::core::Fd socket)
        : Connected(io, std::move(socket)),
          CapnpClient(rpc.bootstrap().castAs<schema::Echo>(), io.waitScope) {}
};

class CapnpUnixService final : public Service {
public:
    explicit CapnpUnixService(const UnixListener& listener) : listener_(listener) {}

    void serve() override {
        auto io = kj::setupAsyncIo();
        auto receiver = io.lowLevelProvider->wrapListenSocketFd(listener_.fd());
        capnp::TwoPartyServer server(makeEcho());
        server.listen(*receiver).wait(io.waitScope);
    }

private:
    const UnixListener& listener_;
};

class CapnpUnixTransport final : public CapnpTransport {
public:
    std::string_view name() const override { return "capnp-unix"; }

    std::unique_ptr<Service> listen(const Setup&) override {
        return std::make_unique<CapnpUnixService>(listener_.emplace());
    }

    std::unique_ptr<Client> connect(unsigned) override {
        return std::make_unique<CapnpUnixClient>(loop(), listener_->connect());
    }

private:
    std::optional<UnixListener> listener_;
};

} // namespace

Transport& capnpUnixTransport() {
    static CapnpUnixTransport transport;
    return transport;
}

} // namespace bench
