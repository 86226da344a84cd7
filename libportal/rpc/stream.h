// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel.h"
#include "message.h"
#include "vat.h"

#include <kj/async-unix.h>

#include <deque>
#include <memory>
#include <vector>

namespace portal::rpc {

/// Most capabilities of the kernel that a peer may send in one message.
inline constexpr unsigned capabilitiesPerMessage = 16;

/// Cap'n Proto's messages over a channel.
///
/// A descriptor in a message must stand for a capability of the vat's session; the peer gets a
/// child of it with the rights that Vat::give was told, or its own. If one of them is dead or may
/// not be transferred, the message goes without any. A busy channel costs no system call but those
/// of the event loop.
///
/// Exceptions: DISCONNECTED, with the codes of fault(core::Error). Threads: the vat's.
class ChannelStream {
public:
    ChannelStream(Vat& vat, core::Channel channel);
    ~ChannelStream() noexcept(false);
    KJ_DISALLOW_COPY_AND_MOVE(ChannelStream);

    /// Puts a message in the ring, or keeps it until there is space. The peer is rung when the
    /// event loop has nothing else to do. What goes wrong is told by receive(); it throws only if
    /// the message is larger than any may be.
    void send(OutgoingMessage& message);

    /// Puts a message that is serialized already in the ring, and resolves when all of it is there;
    /// `bytes` stay until then. One at a time, and not along with send().
    kj::Promise<void> forward(kj::ArrayPtr<const kj::byte> bytes);

    /// The next message, an IncomingMessage; none at the end of the connection. One at a time.
    kj::Promise<kj::Maybe<kj::Own<capnp::IncomingRpcMessage>>> receive();

    /// Resolves when all that was sent is in the ring, or never will be. Nothing may be sent after.
    kj::Promise<void> finish();

private:
    using Incoming = kj::Maybe<kj::Own<capnp::IncomingRpcMessage>>;

    kj::Promise<void> watchHangUp();
    void wakeUp();
    void fail(kj::Exception&& exception);
    bool stillConnected(std::uint32_t flags);

    auto receiveAgain();
    kj::Promise<Incoming> receiveNow();
    kj::Array<kj::AutoCloseFd> takeFds();

    void load(OutgoingMessage& message);
    kj::Promise<void> loadFirst();
    kj::Promise<void> transfer(kj::Array<nxia_transfer_cap> grants);
    kj::Promise<void> write();
    kj::Promise<void> writeAgain();
    kj::Promise<void> writeQueue();
    void ringLater();
    void ring();
    core::Result<std::uint64_t> rightsFor(int fd, std::uint64_t handle);
    kj::Array<nxia_transfer_cap> grantsFor(kj::ArrayPtr<const int> fds);

    Vat& vat_;
    core::Channel channel_;
    kj::UnixEventPort::FdObserver observer_;
    std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);
    bool hungUp_ = false;
    kj::Maybe<kj::Exception> failure_;

    core::Message message_; // the last that came
    Spare spare_ = std::make_shared<std::vector<std::byte>>();
    unsigned reads_ = 0;

    std::deque<kj::Own<OutgoingMessage>> queue_; // the first of it is being written
    std::vector<std::uint32_t> table_;           // of the message that is being written
    std::vector<core::Bytes> pieces_;
    core::Outgoing rest_{.payload = core::Gather({})};
    bool ringing_ = false;

    kj::Promise<void> hangUp_;
    kj::Promise<void> writing_ = kj::READY_NOW;
    kj::Promise<void> bell_ = kj::READY_NOW;
};

} // namespace portal::rpc
