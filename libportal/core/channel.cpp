// SPDX-License-Identifier: MIT
#include "channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace portal::core {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t pageSize() {
    return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Where a ring is: its producer page and data in the half of who sends in it, its consumer page in
// the half of who receives from it.
RingMemory ringIn(const Mapping& sender, const Mapping& receiver, std::uint64_t size) {
    return {.producer = reinterpret_cast<nxia_index*>(sender.data()),
            .consumer = reinterpret_cast<nxia_index*>(receiver.data() + pageSize()),
            .data = sender.data() + 2 * pageSize(),
            .size = size};
}

std::size_t halfSize(std::uint64_t ringSize) {
    return 2 * pageSize() + 2 * ringSize;
}

std::optional<Clock::time_point> deadlineOf(Timeout timeout) {
    return timeout.transform([](auto time) { return Clock::now() + time; });
}

Timeout timeUntil(std::optional<Clock::time_point> deadline) {
    return deadline.transform([](auto time) -> std::chrono::nanoseconds {
        return std::max(time - Clock::now(), Clock::duration::zero());
    });
}

void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

} // namespace

Channel::Channel(Capability end, Fd fd, Mapping own, Mapping peer, std::uint64_t txSize,
                 std::uint64_t rxSize)
    : end_(std::move(end)), fd_(std::move(fd)), own_(std::move(own)), peer_(std::move(peer)),
      writer_(ringIn(own_, peer_, txSize)), reader_(ringIn(peer_, own_, rxSize)) {}

Result<Channel> Channel::connect(const Capability& endpoint, RingSizes sizes) {
    nxia_connect call{
        .endpoint = endpoint.handle(), .tx_size = sizes.toServer, .rx_size = sizes.fromServer};
    return endpoint.session().call(NXIA_IOC_CONNECT, call, "CONNECT").and_then([&] {
        return adopt(Capability(endpoint.session(), call.handle), Fd(call.fd), sizes.toServer,
                     sizes.fromServer);
    });
}

Result<Channel> Channel::adopt(Capability end, Fd fd, std::uint64_t txSize, std::uint64_t rxSize) {
    auto own = Mapping::map(fd.get(), NXIA_MMAP_OWN, halfSize(txSize), PROT_READ | PROT_WRITE);
    if (!own)
        return std::unexpected(own.error());
    auto peer = Mapping::map(fd.get(), NXIA_MMAP_PEER, halfSize(rxSize), PROT_READ);
    if (!peer)
        return std::unexpected(peer.error());
    return Channel(std::move(end), std::move(fd), std::move(*own), std::move(*peer), txSize,
                   rxSize);
}

// What was done with pages that the kernel has taken away counts for nothing.
template <typename T>
Result<T> Channel::unlessLost(Result<T> result) const {
    if (!own_.lost() && !peer_.lost())
        return result;
    auto alive = waitCall(NXIA_IOC_WAIT, "WAIT", NXIA_WAIT_READ, std::chrono::nanoseconds(0));
    bool told = !alive && alive.error().code() != ETIMEDOUT;
    return std::unexpected(told ? alive.error() : Error(EKEYREVOKED, "channel"));
}

Result<void> Channel::transfer(std::span<const nxia_transfer_cap> capabilities) {
    nxia_transfer call{.channel = end_.handle(),
                       .caps = reinterpret_cast<std::uintptr_t>(capabilities.data()),
                       .count = static_cast<std::uint32_t>(capabilities.size())};
    return end_.session().call(NXIA_IOC_TRANSFER, call, "TRANSFER");
}

Result<bool> Channel::write(Outgoing& message) {
    if (message.payload.size() > messageLimit())
        return failure(EMSGSIZE, "send");
    return unlessLost(writer_.write(message));
}

Result<void> Channel::ringIf(Result<bool> must) {
    return unlessLost(must).and_then([&](bool ring) { return ring ? notify() : Result<void>(); });
}

Result<void> Channel::ringAfterWrite() {
    return ringIf(writer_.mustRing());
}

Result<void> Channel::ringAfterRead() {
    return ringIf(reader_.mustRing());
}

// Writes the whole message, and sleeps where there is no space. Does not ring for its end.
Result<void> Channel::writeAll(Outgoing& message) {
    for (;;) {
        auto done = write(message);
        if (!done)
            return std::unexpected(done.error());
        if (*done)
            return {};
        if (auto rung = ringAfterWrite(); !rung)
            return rung;
        writer_.arm(message);
        auto ready = wait(NXIA_WAIT_WRITE);
        if (!ready && ready.error().code() != EINTR)
            return std::unexpected(ready.error());
    }
}

Result<void> Channel::send(Bytes bytes, std::span<const nxia_transfer_cap> capabilities) {
    if (bytes.size() > messageLimit())
        return failure(EMSGSIZE, "send");
    if (!capabilities.empty())
        if (auto sent = transfer(capabilities); !sent)
            return sent;
    Outgoing message{.payload = Gather({&bytes, 1}),
                     .capabilities = static_cast<std::uint16_t>(capabilities.size())};
    return writeAll(message).and_then([&] { return ringAfterWrite(); });
}

Result<void> Channel::trySend(Bytes bytes, std::span<const nxia_transfer_cap> capabilities) {
    auto fits = unlessLost(writer_.fits(bytes.size()));
    if (!fits)
        return std::unexpected(fits.error());
    return *fits ? send(bytes, capabilities) : failure(EAGAIN, "send");
}

// RECEIVEs what the message said that comes with it; a peer whose word was false is hostile.
Result<void> Channel::takeCapabilities(Message& message, std::uint16_t count) {
    message.capabilities.clear();
    if (count == 0)
        return {};
    std::array<nxia_transfer_cap, NXIA_TRANSFER_MAX> batch;
    nxia_receive call{.channel = end_.handle(),
                      .caps = reinterpret_cast<std::uintptr_t>(batch.data()),
                      .count = batch.size()};
    if (auto got = end_.session().call(NXIA_IOC_RECEIVE, call, "RECEIVE"); !got) {
        int code = got.error().code();
        bool lied = code == EAGAIN || code == EPIPE || code == EMSGSIZE;
        return lied ? reader_.poison() : std::unexpected(got.error());
    }
    for (const auto& entry : std::span(batch).first(call.count))
        message.capabilities.emplace_back(end_.session(), entry.handle);
    if (call.count == count)
        return {};
    message.capabilities.clear();
    return reader_.poison();
}

Result<void> Channel::read(Message& message) {
    if (!whole_) {
        std::uint16_t capabilities = 0;
        auto whole = unlessLost(reader_.read(received_, capabilities));
        if (!whole)
            return std::unexpected(whole.error());
        if (!*whole)
            return failure(EAGAIN, "receive");
        whole_ = capabilities;
    }
    if (auto taken = takeCapabilities(message, *whole_); !taken)
        return taken;
    whole_.reset();
    message.bytes.swap(received_);
    return {};
}

Result<void> Channel::tryReceive(Message& message) {
    auto done = read(message);
    if (!done && done.error().code() != EAGAIN)
        return done;
    // A peer that is gone needs no ring; what it left in the ring is still good.
    if (auto rung = ringAfterRead(); !rung && rung.error().code() != EPIPE)
        return rung;
    return done;
}

Result<void> Channel::receive(Message& message, Timeout timeout) {
    auto deadline = deadlineOf(timeout);
    for (;;) {
        auto done = tryReceive(message);
        if (done || done.error().code() != EAGAIN)
            return done;
        if (auto ready = wait(NXIA_WAIT_READ, timeUntil(deadline)); !ready)
            return std::unexpected(ready.error());
    }
}

Result<void> Channel::sendAndWait(Bytes bytes, Message& answer, unsigned spin, Timeout timeout) {
    auto deadline = deadlineOf(timeout);
    Outgoing message{.payload = Gather({&bytes, 1})};
    if (auto sent = writeAll(message); !sent)
        return sent;
    auto ring = unlessLost(writer_.mustRing());
    if (ring && *ring && spin > 0) {
        if (auto rung = notify(); !rung && rung.error().code() != EPIPE)
            return rung;
        ring = false;
    }
    if (!ring)
        return std::unexpected(ring.error());
    for (; spin > 0 && reader_.empty().value_or(false); spin--)
        relax();
    if (*ring)
        if (auto ready = notifyWait(NXIA_WAIT_READ, timeUntil(deadline)); !ready)
            return std::unexpected(ready.error());
    return receive(answer, timeUntil(deadline));
}

Result<void> Channel::notify() {
    if (::ioctl(fd(), NXIA_IOC_NOTIFY) < 0)
        return failure(errno, "NOTIFY");
    return {};
}

Result<std::uint32_t> Channel::waitCall(unsigned long request, const char* name,
                                        std::uint32_t flags, Timeout timeout) const {
    nxia_wait call{.flags = flags, .timeout = NXIA_WAIT_FOREVER};
    if (timeout)
        call.timeout = static_cast<std::uint64_t>(timeout->count());
    if (::ioctl(fd(), request, &call) < 0)
        return failure(errno, name);
    return call.ready;
}

Result<std::uint32_t> Channel::wait(std::uint32_t flags, Timeout timeout) {
    return waitCall(NXIA_IOC_WAIT, "WAIT", flags, timeout);
}

Result<std::uint32_t> Channel::notifyWait(std::uint32_t flags, Timeout timeout) {
    return waitCall(NXIA_IOC_NOTIFY_WAIT, "NOTIFY_WAIT", flags, timeout);
}

Result<void> Channel::check(std::uint32_t flags) {
    auto ready = wait(flags, std::chrono::nanoseconds(0));
    if (ready || ready.error().code() == ETIMEDOUT)
        return {};
    return std::unexpected(ready.error());
}

Result<bool> Channel::armWrite(Outgoing& message) {
    writer_.arm(message);
    return unlessLost(writer_.fitsNext(message));
}

Result<bool> Channel::armRead() {
    reader_.arm();
    return unlessLost(reader_.empty()).transform([](bool empty) { return !empty; });
}

void Channel::disarmWrite() {
    writer_.disarm();
}

void Channel::disarmRead() {
    reader_.disarm();
}

} // namespace portal::core
