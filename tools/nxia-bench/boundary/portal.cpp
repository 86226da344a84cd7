// SPDX-License-Identifier: GPL-2.0-only
//
// Portal's protocol, as nxia.dll speaks it; the service is the one that `nxia-bench serve` offers.
#include "../rpc/capnp-client.h"
#include "portal.capnp.h"
#include "remote.h"
#include "store.capnp.h"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

namespace bench {
namespace {

constexpr const char* serviceName = "bench";

struct Connected {
    explicit Connected(const std::string& address)
        : io(kj::setupAsyncIo()), stream(io.provider->getNetwork()
                                             .parseAddress(address.c_str())
                                             .then([](kj::Own<kj::NetworkAddress>&& found) {
                                                 auto connecting = found->connect();
                                                 return connecting.attach(kj::mv(found));
                                             })
                                             .wait(io.waitScope)),
          rpc(*stream) {}
    ~Connected() noexcept {}

    schema::Echo::Client open() {
        auto hello = rpc.bootstrap().castAs<portal::schema::Portal>().helloRequest();
        hello.setVersion(portal::schema::PROTOCOL_VERSION);
        hello.setClient("nxia-bench");
        auto request = hello.send().getSession().openRequest();
        request.setName(serviceName);
        return request.send().wait(io.waitScope).getService().castAs<schema::Echo>();
    }

    kj::AsyncIoContext io;
    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyClient rpc;
};

class PortalClient final : private Connected, public CapnpClient {
public:
    explicit PortalClient(const std::string& address)
        : Connected(address), CapnpClient(open(), io.waitScope) {}
};

class PortalTransport final : public RemoteTransport {
public:
    std::string_view name() const override { return "portal-vsock"; }
    std::string_view baseline() const override { return "raw-vsock"; }
    std::size_t callLimit() const override { return portal::schema::INLINE_MAX; }

    std::unique_ptr<Client> connect(unsigned) override {
        return std::make_unique<PortalClient>(address());
    }
};

} // namespace

RemoteTransport& portalTransport() {
    static PortalTransport transport;
    return transport;
}

} // namespace bench
