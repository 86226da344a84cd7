// SPDX-License-Identifier: MIT
#include "stream.h"

#include "error.h"

#include <kj/debug.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

namespace portal::rpc {
namespace {

// Messages taken one after the other before other connections get their turn.
constexpr unsigned readsInARow = 64;

constexpr kj::Duration transferRetry = 1 * kj::MILLISECONDS;

static_assert(std::endian::native == std::endian::little, "the table of segments is little-endian");

void warnWithout(const core::Error& error) {
    KJ_LOG(WARNING, "a message goes without its capabilities", error.message().c_str());
}

} // namespace

ChannelStream::ChannelStream(Vat& vat, core::Channel channel)
    : vat_(vat), channel_(std::move(channel)),
      observer_(vat.port(), channel_.fd(), kj::UnixEventPort::FdObserver::OBSERVE_READ_WRITE),
      hangUp_(watchHangUp()) {}

ChannelStream::~ChannelStream() noexcept(false) {}

// ---- the end ----

// The end is kept as a state: an edge of epoll that nobody waits for is lost.
kj::Promise<void> ChannelStream::watchHangUp() {
    hungUp_ = false;
    return observer_.whenWriteDisconnected()
        .then([this] {
            hungUp_ = true;
            wakeUp();
        })
        .eagerlyEvaluate(nullptr);
}

// Lets those who sleep look again: FdObserver fails the promise that it gave before.
void ChannelStream::wakeUp() {
    (void)observer_.whenBecomesReadable();
    (void)observer_.whenBecomesWritable();
}

void ChannelStream::fail(kj::Exception&& exception) {
    if (failure_ == nullptr)
        failure_ = kj::mv(exception);
    wakeUp();
}

// Whether the peer is still there, when it has left nothing that could be done.
bool ChannelStream::stillConnected(std::uint32_t flags) {
    if (!hungUp_)
        return true;
    auto alive = channel_.check(flags);
    if (!alive && alive.error().code() == EPIPE)
        return false;
    unwrap(alive);
    hangUp_ = watchHangUp();
    return true;
}

// ---- receiving ----

// For the promise that receive() gave: who has it may keep it longer than there is a stream.
auto ChannelStream::receiveAgain() {
    return [this, alive = std::weak_ptr(alive_)]() -> kj::Promise<Incoming> {
        if (alive.expired())
            return Incoming(nullptr);
        channel_.disarmRead();
        return receiveNow();
    };
}

kj::Promise<ChannelStream::Incoming> ChannelStream::receive() {
    if (++reads_ % readsInARow == 0)
        return vat_.port().getTimer().afterDelay(0 * kj::NANOSECONDS).then(receiveAgain());
    return kj::evalNow([this] { return receiveNow(); });
}

kj::Promise<ChannelStream::Incoming> ChannelStream::receiveNow() {
    for (;;) {
        KJ_IF_MAYBE (failure, failure_)
            return kj::cp(*failure);
        if (message_.bytes.capacity() == 0)
            message_.bytes.swap(*spare_);
        auto done = channel_.tryReceive(message_);
        if (done) {
            auto fds = takeFds();
            return Incoming(
                kj::heap<IncomingMessage>(std::exchange(message_.bytes, {}), kj::mv(fds), spare_));
        }
        if (done.error().code() != EAGAIN)
            return fault(done.error());
        if (!stillConnected(NXIA_WAIT_READ))
            return Incoming(nullptr);
        if (!unwrap(channel_.armRead()))
            break;
        channel_.disarmRead();
    }
    return observer_.whenBecomesReadable().then(
        receiveAgain(), [again = receiveAgain()](kj::Exception&&) { return again(); });
}

// A capability that was revoked on the way leaves its place empty.
kj::Array<kj::AutoCloseFd> ChannelStream::takeFds() {
    auto count = std::min<std::size_t>(capabilitiesPerMessage, message_.capabilities.size());
    if (count == 0)
        return nullptr;
    auto fds = kj::heapArray<kj::AutoCloseFd>(count);
    for (std::size_t i = 0; i < count; i++) {
        auto& capability = message_.capabilities[i];
        auto fd = capability.fd();
        if (!fd && fd.error().code() == EKEYREVOKED)
            continue;
        fds[i] = kj::AutoCloseFd(unwrap(std::move(fd)).release());
        vat_.received().keep(std::move(capability), fds[i].get());
    }
    message_.capabilities.clear();
    return fds;
}

// ---- sending ----

void ChannelStream::send(OutgoingMessage& message) {
    if (message.serializedWords() * sizeof(capnp::word) > channel_.messageLimit())
        kj::throwFatalException(fault(core::Error(EMSGSIZE, "send")));
    if (failure_ != nullptr)
        return;
    bool first = queue_.empty(), loaded = first && message.fds().size() == 0;
    KJ_IF_MAYBE (exception, kj::runCatchingExceptions([&] {
                     if (loaded)
                         load(message);
                     if (loaded && unwrap(channel_.write(rest_)))
                         return ringLater();
                     queue_.push_back(kj::addRef(message));
                     if (first)
                         writing_ = (loaded ? kj::Promise<void>(kj::READY_NOW) : loadFirst())
                                        .then([this] { return writeQueue(); })
                                        .eagerlyEvaluate([this](kj::Exception&& exception) {
                                            fail(kj::mv(exception));
                                        });
                 }))
        fail(kj::mv(*exception));
}

kj::Promise<void> ChannelStream::forward(kj::ArrayPtr<const kj::byte> bytes) {
    return kj::evalNow([&]() -> kj::Promise<void> {
        KJ_IF_MAYBE (failure, failure_)
            return kj::cp(*failure);
        pieces_.assign(1, std::as_bytes(std::span(bytes.begin(), bytes.size())));
        rest_ = {.payload = core::Gather(pieces_)};
        if (unwrap(channel_.write(rest_))) {
            ringLater();
            return kj::READY_NOW;
        }
        return write().then([this] { ringLater(); });
    });
}

// Makes rest_ of a message, in Cap'n Proto's serialization: a table of segments, and they.
void ChannelStream::load(OutgoingMessage& message) {
    auto segments = message.segments();
    table_.assign((segments.size() + 2) & ~std::size_t{1}, 0);
    table_[0] = static_cast<std::uint32_t>(segments.size() - 1);
    pieces_.assign(1, std::as_bytes(std::span(table_)));
    for (std::size_t i = 0; i < segments.size(); i++) {
        table_[i + 1] = static_cast<std::uint32_t>(segments[i].size());
        pieces_.push_back(std::as_bytes(std::span(segments[i].begin(), segments[i].size())));
    }
    rest_ = {.payload = core::Gather(pieces_)};
}

kj::Promise<void> ChannelStream::loadFirst() {
    auto& message = *queue_.front();
    load(message);
    return transfer(grantsFor(message.fds()));
}

// Puts the capabilities of a message in the channel, before it.
kj::Promise<void> ChannelStream::transfer(kj::Array<nxia_transfer_cap> grants) {
    if (grants.size() == 0)
        return kj::READY_NOW;
    auto sent = channel_.transfer(std::span(grants.begin(), grants.size()));
    if (!sent && sent.error().code() == EAGAIN) {
        ring();
        return vat_.port()
            .getTimer()
            .afterDelay(transferRetry)
            .then([this, grants = kj::mv(grants)]() mutable { return transfer(kj::mv(grants)); });
    }
    if (sent)
        rest_.capabilities = static_cast<std::uint16_t>(grants.size());
    else if (sent.error().code() == EPIPE)
        return fault(sent.error());
    else
        warnWithout(sent.error());
    return kj::READY_NOW;
}

kj::Promise<void> ChannelStream::writeAgain() {
    channel_.disarmWrite();
    KJ_IF_MAYBE (failure, failure_)
        return kj::cp(*failure);
    return write();
}

// Writes the rest of a message; does not ring for its end.
kj::Promise<void> ChannelStream::write() {
    while (!unwrap(channel_.write(rest_))) {
        ring();
        if (!stillConnected(NXIA_WAIT_WRITE))
            return fault(core::Error(EPIPE, "send"));
        if (!unwrap(channel_.armWrite(rest_)))
            return observer_.whenBecomesWritable().then(
                [this] { return writeAgain(); }, [this](kj::Exception&&) { return writeAgain(); });
        channel_.disarmWrite();
    }
    return kj::READY_NOW;
}

kj::Promise<void> ChannelStream::writeQueue() {
    return write().then([this]() -> kj::Promise<void> {
        ringLater();
        queue_.front() = nullptr; // while the queue has it: what goes with it may send
        queue_.pop_front();
        if (queue_.empty())
            return kj::READY_NOW;
        return loadFirst().then([this] { return writeQueue(); });
    });
}

kj::Promise<void> ChannelStream::finish() {
    return writing_.then([this] { ring(); });
}

void ChannelStream::ringLater() {
    if (std::exchange(ringing_, true))
        return;
    bell_ = kj::evalLast([this] {
                ringing_ = false;
                KJ_IF_MAYBE (exception, kj::runCatchingExceptions([this] { ring(); }))
                    fail(kj::mv(*exception));
            }).eagerlyEvaluate(nullptr);
}

// A peer that is gone needs no bell; what it left is still read.
void ChannelStream::ring() {
    auto rung = channel_.ringAfterWrite();
    if (!rung && rung.error().code() != EPIPE)
        unwrap(rung);
}

// As many as were given with it; all that it has, if it is only passed on.
core::Result<std::uint64_t> ChannelStream::rightsFor(int fd, std::uint64_t handle) {
    KJ_IF_MAYBE (rights, vat_.givenRights(fd))
        return *rights;
    return core::rightsOf(vat_.session(), handle);
}

// What the peer is to get for `fds`: nothing if one of them cannot be given.
kj::Array<nxia_transfer_cap> ChannelStream::grantsFor(kj::ArrayPtr<const int> fds) {
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

} // namespace portal::rpc
