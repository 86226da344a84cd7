// SPDX-License-Identifier: MIT
#pragma once

#include "capability.h"
#include "mapping.h"
#include "ring.h"

#include <chrono>
#include <optional>
#include <vector>

namespace portal::core {

/// Bytes of the two rings of a channel: powers of two within nxia_info.ring_min and ring_max.
struct RingSizes {
    std::uint64_t toServer = 64 << 10;
    std::uint64_t fromServer = 64 << 10;
};

/// What came over a channel. Use one again for the next message to save allocations.
struct Message {
    std::vector<std::byte> bytes;
    std::vector<Capability> capabilities;
};

/// How long a call may sleep; forever without a value.
using Timeout = std::optional<std::chrono::nanoseconds>;

/// One end of a channel: messages of bytes and capabilities.
///
/// Owns the capability of the end, its descriptor and its mappings; destroying it closes the
/// channel, and the peer sees EPIPE once it has read what was sent before.
///
/// Threads: one at a time may send, one at a time may receive; these two may be different ones.
///
/// Errors of every call: EPIPE: the peer is gone. EKEYREVOKED: this end was revoked. EBADMSG: the
/// peer broke the rules of the rings; for good. After one of these the channel is of no use.
class Channel {
public:
    /// CONNECT to an endpoint.
    static Result<Channel> connect(const Capability& endpoint, RingSizes sizes = {});

    /// For Endpoint::accept and connect: takes over an end whose file is `fd`; maps its two halves.
    static Result<Channel> adopt(Capability end, Fd fd, std::uint64_t txSize, std::uint64_t rxSize);

    /// Sends a message, and sleeps while there is no space for it. Signals do not interrupt it. If
    /// both sides send more than the rings hold at the same time, and neither receives, both sleep
    /// for ever.
    ///
    /// Capabilities go first and whole: on an error of TRANSFER nothing is sent. EAGAIN: as many
    /// batches as the kernel allows wait for the peer. EMSGSIZE: more bytes than messageLimit.
    Result<void> send(Bytes bytes, std::span<const nxia_transfer_cap> capabilities = {});

    /// Sends without sleeping. EAGAIN: there is no space for the whole now; nothing was sent.
    /// EMSGSIZE: there never will be; use send().
    Result<void> trySend(Bytes bytes, std::span<const nxia_transfer_cap> capabilities = {});

    /// Receives a message, and sleeps until there is one. ETIMEDOUT, EINTR: as WAIT.
    Result<void> receive(Message& message, Timeout timeout = {});

    /// Receives without sleeping, and without a system call unless capabilities come. EAGAIN: no
    /// whole message is there. EDQUOT, ENOMEM: there is no room for its capabilities; it still
    /// waits.
    Result<void> tryReceive(Message& message);

    /// Sends and receives the answer: both sides of a ping that call it make one system call for a
    /// round trip if they sleep, and none if the answer comes within `spin` looks at the ring.
    Result<void> sendAndWait(Bytes bytes, Message& answer, unsigned spin = 0, Timeout timeout = {});

    /// NOTIFY: wakes the peer.
    Result<void> notify();

    /// WAIT until `flags` (NXIA_WAIT_READ, NXIA_WAIT_WRITE); says which of them.
    Result<std::uint32_t> wait(std::uint32_t flags, Timeout timeout = {});

    /// NOTIFY_WAIT.
    Result<std::uint32_t> notifyWait(std::uint32_t flags, Timeout timeout = {});

    /// To poll; owned by the channel. What epoll needs beside it is in portal::rpc.
    int fd() const { return fd_.get(); }

    const Capability& capability() const { return end_; }

    /// Most bytes of a message, both ways.
    std::size_t messageLimit() const { return defaultMessageLimit; }

    // For an event loop. The steps of send() and receive(), none of which sleeps.

    /// TRANSFER: puts a batch in the channel, before the message that goes with it is written.
    Result<void> transfer(std::span<const nxia_transfer_cap> capabilities);

    /// Writes what there is space for of a message; true once all is in the ring. Rings nobody.
    Result<bool> write(Outgoing& message);

    /// Rings the peer if it sleeps and waits for what was written or read since.
    Result<void> ringAfterWrite();
    Result<void> ringAfterRead();

    /// Says that this side sleeps until it can write the rest, or read, and then looks again; true
    /// if it need not sleep.
    Result<bool> armWrite(Outgoing& message);
    Result<bool> armRead();

    /// Says that this side is awake.
    void disarmWrite();
    void disarmRead();

    /// Asks the kernel, when there was nothing to read (NXIA_WAIT_READ) or no space
    /// (NXIA_WAIT_WRITE), whether there ever will be: EPIPE, EKEYREVOKED, EBADMSG if not.
    Result<void> check(std::uint32_t flags);

    /// Receives as tryReceive(), but leaves it to the caller to ring (ringAfterRead).
    Result<void> read(Message& message);

private:
    Channel(Capability end, Fd fd, Mapping own, Mapping peer, std::uint64_t txSize,
            std::uint64_t rxSize);
    Result<std::uint32_t> waitCall(unsigned long request, const char* name, std::uint32_t flags,
                                   Timeout timeout) const;
    template <typename T>
    Result<T> unlessLost(Result<T> result) const;
    Result<void> ringIf(Result<bool> must);
    Result<void> writeAll(Outgoing& message);
    Result<void> takeCapabilities(Message& message, std::uint16_t count);

    Capability end_;
    Fd fd_;
    Mapping own_;
    Mapping peer_;
    RingWriter writer_;
    RingReader reader_;
    std::vector<std::byte> received_;
    std::optional<std::uint16_t> whole_; // received_ is a whole message with that many capabilities
};

} // namespace portal::core
