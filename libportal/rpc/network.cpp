// SPDX-License-Identifier: MIT
#include "network.h"

#include <utility>

namespace portal::rpc {

namespace {

// Bytes of streaming calls that may be on their way: some calls of the largest usual size, so that
// neither side waits for the other between two of them.
constexpr std::size_t streamWindow = 1 << 20;

} // namespace

ChannelNetwork::ChannelNetwork(Vat& vat, core::Channel channel, Side side)
    : stream_(vat, std::move(channel)), side_(side), peer_(4), disconnected_(nullptr) {
    peer_.initRoot<VatId>().setSide(side == Side::CLIENT ? Side::SERVER : Side::CLIENT);
    auto gone = kj::newPromiseAndFulfiller<void>();
    disconnected_ = gone.promise.fork();
    lender_.allBack = kj::mv(gone.fulfiller);
}

void ChannelNetwork::Lender::disposeImpl(void*) const {
    if (--lent == 0)
        allBack->fulfill();
}

kj::Own<ChannelNetwork::Lent> ChannelNetwork::lend() {
    lender_.lent++;
    return kj::Own<Lent>(this, lender_);
}

kj::Maybe<kj::Own<ChannelNetwork::Lent>> ChannelNetwork::connect(VatId::Reader peer) {
    if (peer.getSide() == side_)
        return nullptr;
    return lend();
}

kj::Promise<kj::Own<ChannelNetwork::Lent>> ChannelNetwork::accept() {
    if (side_ == Side::SERVER && !std::exchange(accepted_, true))
        return lend();
    return kj::NEVER_DONE; // there is but one
}

kj::Own<capnp::OutgoingRpcMessage> ChannelNetwork::newOutgoingMessage(unsigned firstSegmentWords) {
    return kj::refcounted<OutgoingMessage>(stream_, firstSegmentWords);
}

kj::Promise<kj::Maybe<kj::Own<capnp::IncomingRpcMessage>>>
ChannelNetwork::receiveIncomingMessage() {
    return stream_.receive();
}

kj::Own<capnp::RpcFlowController> ChannelNetwork::newStream() {
    return capnp::RpcFlowController::newFixedWindowController(streamWindow);
}

kj::Promise<void> ChannelNetwork::shutdown() {
    return stream_.finish();
}

} // namespace portal::rpc
