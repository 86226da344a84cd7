// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel.h"
#include "vat.h"

#include <capnp/serialize-async.h>
#include <kj/async-unix.h>

namespace portal::rpc {

/// Cap'n Proto's messages over a channel.
///
/// A descriptor in a message must stand for a capability of the vat's session; the peer gets a
/// child of it with the rights that Vat::give was told, or its own. If one of them is dead or may
/// not be transferred, the message goes without any. A busy channel costs no system call but those
/// of the event loop.
///
/// Exceptions: DISCONNECTED, with the codes of fault(core::Error). Threads: the vat's.
class ChannelMessageStream final : public capnp::MessageStream {
public:
    ChannelMessageStream(Vat& vat, core::Channel channel);
    ~ChannelMessageStream() noexcept(false);
    KJ_DISALLOW_COPY_AND_MOVE(ChannelMessageStream);

    kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>>
    tryReadMessage(kj::ArrayPtr<kj::AutoCloseFd> fdSpace, capnp::ReaderOptions options,
                   kj::ArrayPtr<capnp::word> scratchSpace) override;
    kj::Promise<void>
    writeMessage(kj::ArrayPtr<const int> fds,
                 kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) override;
    kj::Promise<void> writeMessages(
        kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) override;
    kj::Maybe<int> getSendBufferSize() override;

    /// There is no half-closed channel: the peer sees the end when the stream is destroyed.
    kj::Promise<void> end() override;

    using capnp::MessageStream::tryReadMessage;
    using capnp::MessageStream::writeMessage;
    using capnp::MessageStream::writeMessages;

private:
    class OutgoingMessage;

    kj::ForkedPromise<void> watchHangUp();
    bool stillConnected(std::uint32_t flags);
    kj::Promise<void> letOthersRun();
    kj::Promise<bool> receive();
    kj::ArrayPtr<kj::AutoCloseFd> takeFds(kj::ArrayPtr<kj::AutoCloseFd> fdSpace);
    core::Result<std::uint64_t> rightsFor(int fd, std::uint64_t handle);
    kj::Array<nxia_transfer_cap> grantsFor(kj::ArrayPtr<const int> fds);
    capnp::MessageReaderAndFds take(kj::ArrayPtr<kj::AutoCloseFd> fdSpace,
                                    capnp::ReaderOptions options);
    kj::Promise<void> transfer(kj::Array<nxia_transfer_cap> grants, OutgoingMessage& message);
    kj::Promise<void> write(OutgoingMessage& message);

    Vat& vat_;
    core::Channel channel_;
    kj::UnixEventPort::FdObserver observer_;
    bool hungUp_ = false;
    kj::ForkedPromise<void> hangUp_;
    core::Message message_;
    unsigned reads_ = 0;
};

} // namespace portal::rpc
