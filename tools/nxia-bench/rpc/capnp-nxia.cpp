// SPDX-License-Identifier: GPL-2.0-only
//
// Cap'n Proto's RPC over an NXIA channel: portal::rpc, as a service and its clients use it.
#include "../links/nxia-place.h"
#include "capnp.h"
#include "rpc.h"

#include <rpc/server.h>

namespace bench {
namespace {

using namespace portal;

struct Connected {
    Connected(rpc::Vat& vat, const core::Capability& endpoint, core::RingSizes sizes)
        : connection(rpc::connect(vat, endpoint, sizes)) {}
    ~Connected() noexcept {}

    kj::Own<rpc::Connection> connection;
};

class CapnpNxiaClient final : private Connected, public CapnpClient {
public:
    CapnpNxiaClient(kj::WaitScope& scope, rpc::Vat& vat, const core::Capability& endpoint,
                    core::RingSizes sizes)
        : Connected(vat, endpoint, sizes),
          CapnpClient(connection->bootstrap().castAs<schema::Echo>(), scope) {}
};

class CapnpNxiaService final : public Service {
public:
    explicit CapnpNxiaService(const NxiaPlace& place) : place_(place) {}

    void serve() override {
        auto io = kj::setupAsyncIo();
        const auto& made = place_.server().capability();
        rpc::Vat vat(made.session(), io.unixEventPort);
        auto mine = value(core::Endpoint::from(value(made.derive(NXIA_RIGHT_READ))));
        rpc::Server server(vat, std::move(mine), [](const core::Peer&) { return makeEcho(); });
        server.listen().wait(io.waitScope);
    }

private:
    const NxiaPlace& place_;
};

class CapnpNxiaTransport final : public CapnpTransport {
public:
    std::string_view name() const override { return "capnp-nxia"; }

    std::string unavailable() const override { return NxiaPlace::unavailable(); }

    std::unique_ptr<Service> listen(const Setup& setup) override {
        setup_ = setup;
        return std::make_unique<CapnpNxiaService>(place_.emplace());
    }

    std::unique_ptr<Client> connect(unsigned) override {
        const auto& endpoint = place_->client();
        if (!vat_)
            vat_.emplace(endpoint.session(), loop().unixEventPort);
        core::RingSizes sizes{.toServer = setup_.room, .fromServer = setup_.room};
        return std::make_unique<CapnpNxiaClient>(loop().waitScope, *vat_, endpoint, sizes);
    }

private:
    Setup setup_;
    std::optional<NxiaPlace> place_;
    std::optional<rpc::Vat> vat_;
};

} // namespace

Transport& capnpNxiaTransport() {
    static CapnpNxiaTransport transport;
    return transport;
}

} // namespace bench
