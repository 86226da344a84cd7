// SPDX-License-Identifier: MIT
#pragma once

#include "stream.h"

#include <capnp/rpc-twoparty.h>

namespace portal::rpc {

/// The network of Cap'n Proto's RPC that two vats are alone on: they talk over one channel.
class ChannelNetwork final : public capnp::TwoPartyVatNetworkBase,
                             private capnp::TwoPartyVatNetworkBase::Connection {
public:
    using Side = capnp::rpc::twoparty::Side;

    /// `side` is who we are.
    ChannelNetwork(Vat& vat, core::Channel channel, Side side);
    KJ_DISALLOW_COPY_AND_MOVE(ChannelNetwork);

    /// Resolves when the RPC system has let the connection go.
    kj::Promise<void> onDisconnect() { return disconnected_.addBranch(); }

    using VatId = capnp::rpc::twoparty::VatId;
    using Lent = capnp::TwoPartyVatNetworkBase::Connection;
    kj::Maybe<kj::Own<Lent>> connect(VatId::Reader peer) override;
    kj::Promise<kj::Own<Lent>> accept() override;

private:
    /// Knows when all that was lent of the connection has come back.
    struct Lender final : kj::Disposer {
        void disposeImpl(void*) const override;

        mutable unsigned lent = 0;
        mutable kj::Own<kj::PromiseFulfiller<void>> allBack;
    };

    kj::Own<Lent> lend();

    VatId::Reader getPeerVatId() override { return peer_.getRoot<VatId>(); }
    kj::Own<capnp::OutgoingRpcMessage> newOutgoingMessage(unsigned firstSegmentWords) override;
    kj::Promise<kj::Maybe<kj::Own<capnp::IncomingRpcMessage>>> receiveIncomingMessage() override;
    kj::Promise<void> shutdown() override;
    kj::Own<capnp::RpcFlowController> newStream() override;

    ChannelStream stream_;
    Side side_;
    capnp::MallocMessageBuilder peer_;
    bool accepted_ = false;
    Lender lender_;
    kj::ForkedPromise<void> disconnected_;
};

} // namespace portal::rpc
