// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel.h"
#include "network.h"

namespace portal::rpc {

/// Cap'n Proto's RPC over one channel.
///
/// Destroying it closes the channel; clients that came over it then fail with DISCONNECTED, and so
/// they do when the peer dies or the channel is revoked (codeOf: unavailable, revoked).
class Connection {
public:
    /// The client's end.
    Connection(Vat& vat, core::Channel channel);

    /// The server's end, which offers `bootstrap`.
    Connection(Vat& vat, core::Channel channel, capnp::Capability::Client bootstrap);
    KJ_DISALLOW_COPY_AND_MOVE(Connection);

    /// What the server offers.
    capnp::Capability::Client bootstrap();

    /// Resolves when the connection has ended.
    kj::Promise<void> onDisconnect() { return network_.onDisconnect(); }

private:
    ChannelNetwork network_;
    capnp::RpcSystem<capnp::rpc::twoparty::VatId> system_;
};

/// CONNECT to an endpoint. Faults: unavailable: nobody serves it, or too many wait. revoked.
kj::Own<Connection> connect(Vat& vat, const core::Capability& endpoint, core::RingSizes sizes = {});

/// Connects to the registry. Fault: unavailable: there is none.
kj::Own<Connection> connectRegistry(Vat& vat);

/// Connects to the service of that name, through the registry. Keep the connection as long as its
/// bootstrap() and what came from it are in use. It holds the capability that the registry gave;
/// whoever revokes that ends it. Faults: those of Registry.open and connect().
kj::Promise<kj::Own<Connection>> openService(Vat& vat, kj::StringPtr name,
                                             core::RingSizes sizes = {});

} // namespace portal::rpc
