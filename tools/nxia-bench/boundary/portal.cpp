// SPDX-License-Identifier: GPL-2.0-only
//
// Portal's protocol, as nxia.dll speaks it; the service is the one that `nxia-bench serve` offers.
#include "../rpc/capnp-client.h"
#include "portal.capnp.h"
#include "remote.h"
#include "rpc/greeting.h"
#include "store.capnp.h"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

namespace bench {
namespace {

constexpr const char* serviceName = "bench";

/// A connection on which the greeting has been sent.
struct Dialled {
    Dialled(kj::AsyncIoContext& io, const std::string& address,
            kj::ArrayPtr<const kj::byte> ticket = nullptr)
        : stream(io.provider->getNetwork()
                     .parseAddress(address.c_str())
                     .then([](kj::Own<kj::NetworkAddress>&& found) {
                         auto connecting = found->connect();
                         return connecting.attach(kj::mv(found));
                     })
                     .wait(io.waitScope)) {
        portal::rpc::greet(*stream, ticket).wait(io.waitScope);
    }

    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyClient rpc{*stream};
};

struct Connected {
    explicit Connected(const std::string& address)
        : io(kj::setupAsyncIo()), session(io, address), service(io, address, open()) {}
    ~Connected() noexcept {}

    kj::Array<const kj::byte> open() {
        auto hello = session.rpc.bootstrap().castAs<portal::schema::Portal>().helloRequest();
        hello.setVersion(portal::schema::PROTOCOL_VERSION);
        hello.setClient("nxia-bench");
        auto request = hello.send().getSession().openRequest();
        request.setName(serviceName);
        auto answer = request.send().wait(io.waitScope);
        return kj::heapArray(answer.getTicket().asBytes());
    }

    kj::AsyncIoContext io;
    Dialled session;
    Dialled service;
};

class PortalClient final : private Connected, public CapnpClient {
public:
    explicit PortalClient(const std::string& address)
        : Connected(address),
          CapnpClient(service.rpc.bootstrap().castAs<schema::Echo>(), io.waitScope) {}
};

class PortalTransport final : public RemoteTransport {
public:
    PortalTransport(std::string_view name, Path path)
        : RemoteTransport(name), baseline_(rawTransport(path).name()) {}

    std::string_view baseline() const override { return baseline_; }
    std::size_t callLimit() const override { return portal::schema::INLINE_MAX; }

    std::unique_ptr<Client> connect(unsigned) override {
        return std::make_unique<PortalClient>(address());
    }

private:
    std::string_view baseline_;
};

} // namespace

RemoteTransport& portalTransport(Path path) {
    static PortalTransport vsock("portal-vsock", Path::vsock), tcp("portal-tcp", Path::tcp);
    return path == Path::vsock ? vsock : tcp;
}

} // namespace bench
