// SPDX-License-Identifier: MIT
#include "message.h"

#include "error.h"
#include "stream.h"

#include <cerrno>
#include <utility>

namespace portal::rpc {
namespace {

// Bytes that a connection may keep while it is idle.
constexpr std::size_t spareMax = 1 << 20;

kj::ArrayPtr<const capnp::word> wordsOf(const std::vector<std::byte>& bytes) {
    if (bytes.size() % sizeof(capnp::word) != 0)
        kj::throwFatalException(fault(core::Error(EBADMSG, "receive")));
    return {reinterpret_cast<const capnp::word*>(bytes.data()), bytes.size() / sizeof(capnp::word)};
}

} // namespace

OutgoingMessage::OutgoingMessage(ChannelStream& stream, unsigned firstSegmentWords)
    : stream_(stream), builder_(firstSegmentWords <= firstSegment_.size()
                                    ? capnp::MallocMessageBuilder(
                                          kj::arrayPtr(firstSegment_.data(), firstSegment_.size()))
                                    : capnp::MallocMessageBuilder(firstSegmentWords)) {}

capnp::AnyPointer::Builder OutgoingMessage::getBody() {
    return builder_.getRoot<capnp::AnyPointer>();
}

void OutgoingMessage::send() {
    stream_.send(*this);
}

IncomingMessage::IncomingMessage(std::vector<std::byte> bytes, kj::Array<kj::AutoCloseFd> fds,
                                 Spare spare)
    : bytes_(std::move(bytes)), reader_(wordsOf(bytes_)), fds_(kj::mv(fds)),
      spare_(std::move(spare)) {}

IncomingMessage::~IncomingMessage() noexcept(false) {
    if (bytes_.capacity() <= spareMax)
        spare_->swap(bytes_);
}

} // namespace portal::rpc
