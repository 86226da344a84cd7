// SPDX-License-Identifier: MIT
#pragma once

#include <capnp/rpc.h>
#include <capnp/serialize.h>

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace portal::rpc {

class ChannelStream;

/// A message that Cap'n Proto builds to send it over a ChannelStream. A small one takes no memory
/// but its own.
class OutgoingMessage final : public capnp::OutgoingRpcMessage, public kj::Refcounted {
public:
    /// `firstSegmentWords` is how large the first segment should be, 0 if nobody knows. `stream` is
    /// used by send() alone.
    OutgoingMessage(ChannelStream& stream, unsigned firstSegmentWords);

    kj::ArrayPtr<const int> fds() const { return fds_; }
    kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments() {
        return builder_.getSegmentsForOutput();
    }
    /// With the table of segments.
    std::size_t serializedWords() { return sizeInWords() + segments().size() / 2 + 1; }

    capnp::AnyPointer::Builder getBody() override;
    void setFds(kj::Array<int> fds) override { fds_ = kj::mv(fds); }
    void send() override;
    std::size_t sizeInWords() override { return builder_.sizeInWords(); }

private:
    ChannelStream& stream_;
    std::array<capnp::word, 64> firstSegment_{}; // enough for a call with a few hundred bytes
    capnp::MallocMessageBuilder builder_;
    kj::Array<int> fds_;
};

/// Memory for the next message, from one that is not needed any more.
using Spare = std::shared_ptr<std::vector<std::byte>>;

/// A message that came. What is in it came from the peer: reading it can throw.
class IncomingMessage final : public capnp::IncomingRpcMessage {
public:
    /// Throws if `bytes` are no message of Cap'n Proto. Their memory ends up in `spare`.
    IncomingMessage(std::vector<std::byte> bytes, kj::Array<kj::AutoCloseFd> fds, Spare spare);
    ~IncomingMessage() noexcept(false);
    KJ_DISALLOW_COPY_AND_MOVE(IncomingMessage);

    capnp::AnyPointer::Reader getBody() override { return reader_.getRoot<capnp::AnyPointer>(); }
    kj::ArrayPtr<kj::AutoCloseFd> getAttachedFds() override { return fds_; }
    std::size_t sizeInWords() override { return reader_.sizeInWords(); }

    /// As it came, serialized.
    kj::ArrayPtr<const kj::byte> bytes() const {
        return {reinterpret_cast<const kj::byte*>(bytes_.data()), bytes_.size()};
    }

private:
    std::vector<std::byte> bytes_;
    capnp::FlatArrayMessageReader reader_;
    kj::Array<kj::AutoCloseFd> fds_;
    Spare spare_;
};

} // namespace portal::rpc
