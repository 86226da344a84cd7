// SPDX-License-Identifier: MIT
#include "stream.h"

#include "error.h"

#include <capnp/serialize.h>
#include <kj/debug.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

namespace portal::rpc {
namespace {

using Segments = kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>;

// Messages taken one after the other before other connections get their turn.
constexpr unsigned readsInARow = 64;

constexpr kj::Duration transferRetry = 1 * kj::MILLISECONDS;

static_assert(std::endian::native == std::endian::little, "the table of segments is little-endian");

// Table of segments in Cap'n Proto's serialization.
kj::Array<std::uint32_t> tableOf(Segments segments) {
    auto table = kj::heapArray<std::uint32_t>((segments.size() + 2) & ~std::size_t{1});
    table[table.size() - 1] = 0;
    table[0] = static_cast<std::uint32_t>(segments.size() - 1);
    for (std::size_t i = 0; i < segments.size(); i++)
        table[i + 1] = static_cast<std::uint32_t>(segments[i].size());
    return table;
}

void warnWithout(const core::Error& error) {
    KJ_LOG(WARNING, "a message goes without its capabilities", error.message().c_str());
}

} // namespace

// A message of Cap'n Proto on its way into the ring.
class ChannelMessageStream::OutgoingMessage {
public:
    explicit OutgoingMessage(Segments segments)
        : table_(tableOf(segments)), pieces_(kj::heapArray<core::Bytes>(segments.size() + 1)),
          rest_(gather(segments)) {}

    core::Outgoing& rest() { return rest_; }

private:
    core::Outgoing gather(Segments segments) {
        pieces_[0] = std::as_bytes(std::span(table_.begin(), table_.size()));
        for (std::size_t i = 0; i < segments.size(); i++)
            pieces_[i + 1] = std::as_bytes(std::span(segments[i].begin(), segments[i].size()));
        return {.payload = core::Gather(std::span(pieces_.begin(), pieces_.size()))};
    }

    kj::Array<std::uint32_t> table_;
    kj::Array<core::Bytes> pieces_;
    core::Outgoing rest_;
};

ChannelMessageStream::ChannelMessageStream(Vat& vat, core::Channel channel)
    : vat_(vat), channel_(std::move(channel)),
      observer_(vat.port(), channel_.fd(), kj::UnixEventPort::FdObserver::OBSERVE_READ_WRITE),
      hangUp_(watchHangUp()) {}

ChannelMessageStream::~ChannelMessageStream() noexcept(false) {}

// The end is kept as a state: an edge of epoll that nobody waits for is lost.
kj::ForkedPromise<void> ChannelMessageStream::watchHangUp() {
    hungUp_ = false;
    return observer_.whenWriteDisconnected().then([this] { hungUp_ = true; }).fork();
}

// Whether the peer is still there, when it has left nothing that could be done.
bool ChannelMessageStream::stillConnected(std::uint32_t flags) {
    if (!hungUp_)
        return true;
    auto alive = channel_.check(flags);
    if (!alive && alive.error().code() == EPIPE)
        return false;
    unwrap(alive);
    hangUp_ = watchHangUp();
    return true;
}

kj::Promise<void> ChannelMessageStream::letOthersRun() {
    return vat_.port().getTimer().afterDelay(0 * kj::NANOSECONDS);
}

// Resolves to false at the end of the connection.
kj::Promise<bool> ChannelMessageStream::receive() {
    for (;;) {
        auto done = channel_.tryReceive(message_);
        if (done)
            return true;
        if (done.error().code() != EAGAIN)
            return fault(done.error());
        if (!stillConnected(NXIA_WAIT_READ))
            return false;
        if (!unwrap(channel_.armRead()))
            break;
        channel_.disarmRead();
    }
    return observer_.whenBecomesReadable().exclusiveJoin(hangUp_.addBranch()).then([this] {
        channel_.disarmRead();
        return receive();
    });
}

// A capability that was revoked on the way leaves its place empty.
kj::ArrayPtr<kj::AutoCloseFd> ChannelMessageStream::takeFds(kj::ArrayPtr<kj::AutoCloseFd> fdSpace) {
    auto count = std::min(fdSpace.size(), message_.capabilities.size());
    for (std::size_t i = 0; i < count; i++) {
        auto& capability = message_.capabilities[i];
        auto fd = capability.fd();
        if (!fd && fd.error().code() == EKEYREVOKED)
            continue;
        fdSpace[i] = kj::AutoCloseFd(unwrap(std::move(fd)).release());
        vat_.received().keep(std::move(capability), fdSpace[i].get());
    }
    message_.capabilities.clear();
    return fdSpace.slice(0, count);
}

// Makes what Cap'n Proto wants of message_.
capnp::MessageReaderAndFds ChannelMessageStream::take(kj::ArrayPtr<kj::AutoCloseFd> fdSpace,
                                                      capnp::ReaderOptions options) {
    auto bytes = kj::heap(std::exchange(message_.bytes, {}));
    if (bytes->size() % sizeof(capnp::word) != 0)
        kj::throwFatalException(fault(core::Error(EBADMSG, "receive")));
    auto words = kj::arrayPtr(reinterpret_cast<const capnp::word*>(bytes->data()),
                              bytes->size() / sizeof(capnp::word));
    auto reader = kj::heap<capnp::FlatArrayMessageReader>(words, options).attach(kj::mv(bytes));
    return {kj::mv(reader), takeFds(fdSpace)};
}

kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>>
ChannelMessageStream::tryReadMessage(kj::ArrayPtr<kj::AutoCloseFd> fdSpace,
                                     capnp::ReaderOptions options, kj::ArrayPtr<capnp::word>) {
    bool pause = ++reads_ % readsInARow == 0;
    auto received = pause ? letOthersRun().then([this] { return receive(); })
                          : kj::evalNow([this] { return receive(); });
    return received.then(
        [this, fdSpace, options](bool whole) -> kj::Maybe<capnp::MessageReaderAndFds> {
            if (!whole)
                return nullptr;
            return take(fdSpace, options);
        });
}

// As many as were given with it; all that it has, if it is only passed on.
core::Result<std::uint64_t> ChannelMessageStream::rightsFor(int fd, std::uint64_t handle) {
    KJ_IF_MAYBE (rights, vat_.givenRights(fd))
        return *rights;
    return core::rightsOf(vat_.session(), handle);
}

// What the peer is to get for `fds`: nothing if one of them cannot be given.
kj::Array<nxia_transfer_cap> ChannelMessageStream::grantsFor(kj::ArrayPtr<const int> fds) {
    auto grants = kj::heapArrayBuilder<nxia_transfer_cap>(fds.size());
    for (int fd : fds) {
        auto grant = core::handleOf(vat_.session(), fd).and_then([&](std::uint64_t handle) {
            return rightsFor(fd, handle).transform([&](std::uint64_t rights) {
                return nxia_transfer_cap{.handle = handle, .rights = rights, .badge = 0};
            });
        });
        if (!grant) {
            warnWithout(grant.error());
            return nullptr;
        }
        grants.add(*grant);
    }
    return grants.finish();
}

// Puts the capabilities of a message in the channel, before it.
kj::Promise<void> ChannelMessageStream::transfer(kj::Array<nxia_transfer_cap> grants,
                                                 OutgoingMessage& message) {
    if (grants.size() == 0)
        return kj::READY_NOW;
    auto sent = channel_.transfer(std::span(grants.begin(), grants.size()));
    if (!sent && sent.error().code() == EAGAIN) {
        unwrap(channel_.ringAfterWrite());
        return vat_.port()
            .getTimer()
            .afterDelay(transferRetry)
            .then([this, &message, grants = kj::mv(grants)]() mutable {
                return transfer(kj::mv(grants), message);
            });
    }
    if (sent)
        message.rest().capabilities = static_cast<std::uint16_t>(grants.size());
    else if (sent.error().code() == EPIPE)
        return fault(sent.error());
    else
        warnWithout(sent.error());
    return kj::READY_NOW;
}

// Writes the whole message; does not ring for its end.
kj::Promise<void> ChannelMessageStream::write(OutgoingMessage& message) {
    while (!unwrap(channel_.write(message.rest()))) {
        unwrap(channel_.ringAfterWrite());
        if (!stillConnected(NXIA_WAIT_WRITE))
            return fault(core::Error(EPIPE, "send"));
        if (!unwrap(channel_.armWrite(message.rest())))
            return observer_.whenBecomesWritable()
                .exclusiveJoin(hangUp_.addBranch())
                .then([this, &message] {
                    channel_.disarmWrite();
                    return write(message);
                });
        channel_.disarmWrite();
    }
    return kj::READY_NOW;
}

kj::Promise<void> ChannelMessageStream::writeMessage(kj::ArrayPtr<const int> fds,
                                                     Segments segments) {
    auto message = kj::heap<OutgoingMessage>(segments);
    return kj::evalNow([&] { return transfer(grantsFor(fds), *message); })
        .then([this, &message = *message] { return write(message); })
        .then([this] { unwrap(channel_.ringAfterWrite()); })
        .attach(kj::mv(message));
}

kj::Promise<void> ChannelMessageStream::writeMessages(kj::ArrayPtr<Segments> messages) {
    if (messages.size() == 0)
        return kj::evalNow([this]() -> kj::Promise<void> {
            unwrap(channel_.ringAfterWrite());
            return kj::READY_NOW;
        });
    auto message = kj::heap<OutgoingMessage>(messages.front());
    return kj::evalNow([&] { return write(*message); })
        .attach(kj::mv(message))
        .then([this, rest = messages.slice(1, messages.size())] { return writeMessages(rest); });
}

kj::Maybe<int> ChannelMessageStream::getSendBufferSize() {
    return nullptr;
}

kj::Promise<void> ChannelMessageStream::end() {
    return kj::READY_NOW;
}

} // namespace portal::rpc
