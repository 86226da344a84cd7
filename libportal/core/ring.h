// SPDX-License-Identifier: MIT
#pragma once

#include "error.h"

#include <linux/nxia.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// What is in the rings of a channel.
///
/// The data of a ring is a row of records, each at a multiple of 8 bytes: a RecordHeader, `length`
/// bytes, and up to 7 bytes of any value until the next multiple of 8. The data is mapped twice, so
/// no record wraps. A record is published whole. A message is one or more records, all but the last
/// with moreFollows; the first tells how many capabilities go with the message, which the sender
/// has put in the channel (TRANSFER, one batch) before.
///
/// The other side writes what we read here, and is not trusted: every word is read once, copied,
/// and then judged. What is impossible poisons the ring: EBADMSG, from then on for ever.
///
/// These classes know memory alone, and make no system call.
namespace portal::core {

struct RecordHeader {
    std::uint32_t length;       ///< bytes of payload after the header
    std::uint16_t flags;        ///< moreFollows or 0
    std::uint16_t capabilities; ///< how many go with the message; 0 but in its first record
};

/// RecordHeader.flags: the message goes on in the next record.
inline constexpr std::uint16_t moreFollows = 1;

/// Most bytes in a message, unless told otherwise.
inline constexpr std::size_t defaultMessageLimit = std::size_t{64} << 20;

using Bytes = std::span<const std::byte>;

/// Pieces of memory that are sent as one message. It owns none of them.
class Gather {
public:
    /// `pieces` and what they point to must outlive this.
    explicit Gather(std::span<const Bytes> pieces);

    /// Bytes in all pieces.
    std::size_t size() const { return size_; }

    /// Bytes not yet taken.
    std::size_t rest() const { return size_ - taken_; }

    /// Copies the next `count` bytes, at most rest(), to `to`.
    void take(std::byte* to, std::size_t count);

private:
    std::span<const Bytes> pieces_;
    std::size_t size_ = 0;
    std::size_t taken_ = 0;
    std::size_t offset_ = 0; // in the first of pieces_
};

/// A message on its way into a ring.
struct Outgoing {
    Gather payload;
    std::uint16_t capabilities = 0;
    bool started = false; ///< its first record is in the ring
};

/// The memory of one ring; who may write which of it is said by the two classes below.
struct RingMemory {
    nxia_index* producer;
    nxia_index* consumer;
    std::byte* data;    ///< mapped twice: 2 * size bytes
    std::uint64_t size; ///< a power of two, at least 64
};

/// Puts messages in a ring. Writes the producer page and the data, only reads the consumer page.
/// Threads: one at a time.
class RingWriter {
public:
    explicit RingWriter(RingMemory memory) : ring_(memory) {}

    /// Writes as much of `message` as there is space for; true once all of it is in the ring.
    Result<bool> write(Outgoing& message);

    /// Whether a message of `length` bytes would go in at once now. EMSGSIZE: never.
    Result<bool> fits(std::size_t length);

    /// Whether the next record of `message` would go in now.
    Result<bool> fitsNext(const Outgoing& message);

    /// After writing: whether the reader sleeps and now has what it waits for, so that it must be
    /// rung. Executes the full barrier.
    Result<bool> mustRing();

    /// Says in the ring that this side is about to sleep until the rest of `message` can go on.
    /// Executes the full barrier; look again (write) before sleeping.
    void arm(const Outgoing& message);

    /// Says that this side is awake.
    void disarm();

private:
    std::uint64_t used() const { return produced_ - consumed_; }
    Result<void> look();
    Result<bool> hasSpace(std::uint64_t needed);
    std::size_t payloadMax() const;
    std::size_t nextPayload(const Outgoing& message) const;
    void writeRecord(Outgoing& message, std::size_t payload);

    RingMemory ring_;
    std::uint64_t produced_ = 0; // never read back from the page
    std::uint64_t consumed_ = 0; // as last seen: a look takes the line from the reader
    bool poisoned_ = false;
};

/// Takes messages out of a ring. Writes the consumer page alone. Threads: one at a time.
class RingReader {
public:
    explicit RingReader(RingMemory memory, std::size_t messageLimit = defaultMessageLimit)
        : ring_(memory), limit_(messageLimit) {}

    /// Takes what is there of the next message; true once it is whole, and is then in `message`
    /// (its old content goes, its memory is used again) and `capabilities`. EBADMSG: poisoned; also
    /// by a message of more bytes than the limit. ENOMEM: nothing is lost, try again.
    Result<bool> read(std::vector<std::byte>& message, std::uint16_t& capabilities);

    /// Whether there is nothing to read now.
    Result<bool> empty();

    /// After reading: whether the writer sleeps and now has the space that it waits for, so that it
    /// must be rung. Executes the full barrier.
    Result<bool> mustRing();

    /// Says in the ring that this side is about to sleep until data comes. Executes the full
    /// barrier; look again (read) before sleeping.
    void arm();

    /// Says that this side is awake.
    void disarm();

    /// Poisons the ring: what the peer said in it was seen to be untrue elsewhere.
    std::unexpected<Error> poison();

private:
    Result<std::uint64_t> look();
    Result<std::uint64_t> used();
    Result<RecordHeader> header(std::uint64_t used);
    Result<void> takeRecord(const RecordHeader& header);

    RingMemory ring_;
    std::size_t limit_;
    std::uint64_t consumed_ = 0; // never read back from the page
    std::uint64_t produced_ = 0; // as last seen
    std::vector<std::byte> partial_;
    std::uint16_t capabilities_ = 0; // of the message in partial_
    bool started_ = false;           // partial_ has the first records of a message
    bool poisoned_ = false;
};

} // namespace portal::core
