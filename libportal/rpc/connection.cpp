// SPDX-License-Identifier: MIT
#include "connection.h"

#include "error.h"

#include <utility>

namespace portal::rpc {

using capnp::rpc::twoparty::Side;

namespace {

// Of a client's calls that are not answered yet: no more are read before some are.
constexpr std::size_t pendingWords = (16 << 20) / sizeof(capnp::word);

} // namespace

Connection::Connection(Vat& vat, core::Channel channel)
    : network_(vat, std::move(channel), Side::CLIENT), system_(capnp::makeRpcClient(network_)) {}

Connection::Connection(Vat& vat, core::Channel channel, capnp::Capability::Client bootstrap)
    : network_(vat, std::move(channel), Side::SERVER),
      system_(capnp::makeRpcServer(network_, kj::mv(bootstrap))) {
    system_.setFlowLimit(pendingWords);
}

capnp::Capability::Client Connection::bootstrap() {
    capnp::MallocMessageBuilder message(4);
    auto server = message.initRoot<capnp::rpc::twoparty::VatId>();
    server.setSide(Side::SERVER);
    return system_.bootstrap(server);
}

kj::Own<Connection> connect(Vat& vat, const core::Capability& endpoint, core::RingSizes sizes) {
    return kj::heap<Connection>(vat, unwrap(core::Channel::connect(endpoint, sizes)));
}

kj::Own<Connection> connectRegistry(Vat& vat) {
    return connect(vat, unwrap(core::Capability::bootstrap(vat.session())));
}

kj::Promise<kj::Own<Connection>> openService(Vat& vat, kj::StringPtr name, core::RingSizes sizes) {
    return kj::evalNow([&] {
               auto registry = connectRegistry(vat);
               auto request = registry->bootstrap().castAs<schema::Registry>().openRequest();
               request.setName(name);
               return request.send()
                   .then([&vat](auto&& response) { return vat.take(response.getEndpoint()); })
                   .attach(kj::mv(registry));
           })
        .then([&vat, sizes](core::Capability endpoint) {
            auto connection = connect(vat, endpoint, sizes);
            return connection.attach(kj::heap(std::move(endpoint)));
        });
}

} // namespace portal::rpc
