// SPDX-License-Identifier: MIT
#include "ring.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>

namespace portal::core {
namespace {

constexpr std::uint64_t headerSize = sizeof(RecordHeader);
static_assert(headerSize == sizeof(std::uint64_t));

constexpr std::uint64_t recordSize(std::uint64_t payload) {
    return (headerSize + payload + 7) & ~std::uint64_t{7};
}

// The one way in which words of the other side are read: exactly once.
std::uint64_t load(const __u64& word) {
    return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}

void store(__u64& word, std::uint64_t value) {
    __atomic_store_n(&word, value, __ATOMIC_RELEASE);
}

void fullBarrier() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

std::byte* placeOf(const RingMemory& ring, std::uint64_t index) {
    return ring.data + (index & (ring.size - 1));
}

// Whether the other side, which waits for `want`, has it.
bool satisfied(std::uint64_t want, std::uint64_t have, std::uint64_t size) {
    return have >= std::min(want, size);
}

std::unexpected<Error> impossible(const char* call) {
    return failure(EBADMSG, call);
}

} // namespace

Gather::Gather(std::span<const Bytes> pieces) : pieces_(pieces) {
    for (Bytes piece : pieces)
        size_ += piece.size();
}

void Gather::take(std::byte* to, std::size_t count) {
    taken_ += count;
    while (count > 0) {
        Bytes piece = pieces_.front().subspan(offset_);
        std::size_t part = std::min(count, piece.size());
        std::copy_n(piece.data(), part, to);
        to += part;
        count -= part;
        offset_ += part;
        if (part == piece.size()) {
            pieces_ = pieces_.subspan(1);
            offset_ = 0;
        }
    }
}

// Half of the ring for one record, so that one side can write while the other reads.
std::size_t RingWriter::payloadMax() const {
    return ring_.size / 2 - headerSize;
}

std::size_t RingWriter::nextPayload(const Outgoing& message) const {
    return std::min(message.payload.rest(), payloadMax());
}

Result<void> RingWriter::look() {
    consumed_ = load(ring_.consumer->index);
    poisoned_ = poisoned_ || used() > ring_.size;
    return poisoned_ ? Result<void>(impossible("send")) : Result<void>();
}

Result<bool> RingWriter::hasSpace(std::uint64_t needed) {
    if (!poisoned_ && ring_.size - used() >= needed)
        return true;
    return look().transform([&] { return ring_.size - used() >= needed; });
}

void RingWriter::writeRecord(Outgoing& message, std::size_t payload) {
    std::byte* place = placeOf(ring_, produced_);
    RecordHeader header{.length = static_cast<std::uint32_t>(payload),
                        .flags = payload < message.payload.rest() ? moreFollows : std::uint16_t{0},
                        .capabilities = message.started ? std::uint16_t{0} : message.capabilities};
    std::memcpy(place, &header, sizeof header);
    message.payload.take(place + headerSize, payload);
    message.started = true;
    produced_ += recordSize(payload);
    store(ring_.producer->index, produced_);
}

Result<bool> RingWriter::fitsNext(const Outgoing& message) {
    return hasSpace(recordSize(nextPayload(message)));
}

Result<bool> RingWriter::write(Outgoing& message) {
    do {
        Result<bool> fits = fitsNext(message);
        if (!fits || !*fits)
            return fits;
        writeRecord(message, nextPayload(message));
    } while (message.payload.rest() > 0);
    return true;
}

Result<bool> RingWriter::fits(std::size_t length) {
    std::size_t whole = length / payloadMax();
    std::size_t last = length % payloadMax();
    if (whole > 2)
        return failure(EMSGSIZE, "send");
    std::uint64_t needed = whole * recordSize(payloadMax());
    if (last > 0 || whole == 0)
        needed += recordSize(last);
    if (needed > ring_.size)
        return failure(EMSGSIZE, "send");
    return hasSpace(needed);
}

Result<bool> RingWriter::mustRing() {
    fullBarrier();
    std::uint64_t want = load(ring_.consumer->want);
    if (want == 0 && !poisoned_)
        return false;
    return look().transform([&] { return satisfied(want, used(), ring_.size); });
}

void RingWriter::arm(const Outgoing& message) {
    store(ring_.producer->want, recordSize(nextPayload(message)));
    fullBarrier();
}

void RingWriter::disarm() {
    store(ring_.producer->want, 0);
}

std::unexpected<Error> RingReader::poison() {
    poisoned_ = true;
    return impossible("receive");
}

Result<std::uint64_t> RingReader::look() {
    produced_ = load(ring_.producer->index);
    std::uint64_t used = produced_ - consumed_;
    if (poisoned_ || used > ring_.size)
        return poison();
    return used;
}

Result<std::uint64_t> RingReader::used() {
    if (poisoned_ || produced_ == consumed_)
        return look();
    return produced_ - consumed_;
}

// The header of the next record, if all of it can be true.
Result<RecordHeader> RingReader::header(std::uint64_t used) {
    if (used < headerSize)
        return poison();
    auto word = reinterpret_cast<const __u64*>(placeOf(ring_, consumed_));
    auto header = std::bit_cast<RecordHeader>(load(*word));
    bool more = header.flags == moreFollows;
    if (recordSize(header.length) > used || (header.flags != 0 && !more) ||
        (more && header.length == 0) || header.capabilities > NXIA_TRANSFER_MAX ||
        (started_ && header.capabilities != 0))
        return poison();
    if (header.length > limit_ - (started_ ? partial_.size() : 0))
        return poison();
    return header;
}

Result<void> RingReader::takeRecord(const RecordHeader& header) try {
    if (!started_)
        partial_.clear();
    const std::byte* payload = placeOf(ring_, consumed_) + headerSize;
    partial_.insert(partial_.end(), payload, payload + header.length);
    if (!started_)
        capabilities_ = header.capabilities;
    started_ = true;
    consumed_ += recordSize(header.length);
    store(ring_.consumer->index, consumed_);
    return {};
} catch (const std::bad_alloc&) {
    return failure(ENOMEM, "receive");
}

Result<bool> RingReader::read(std::vector<std::byte>& message, std::uint16_t& capabilities) {
    for (;;) {
        Result<std::uint64_t> there = used();
        if (!there)
            return std::unexpected(there.error());
        if (*there == 0)
            return false;
        Result<RecordHeader> record = header(*there);
        if (!record)
            return std::unexpected(record.error());
        if (auto taken = takeRecord(*record); !taken)
            return std::unexpected(taken.error());
        if (record->flags & moreFollows)
            continue;
        started_ = false;
        message.swap(partial_);
        capabilities = capabilities_;
        return true;
    }
}

Result<bool> RingReader::empty() {
    return used().transform([](std::uint64_t used) { return used == 0; });
}

Result<bool> RingReader::mustRing() {
    fullBarrier();
    std::uint64_t want = load(ring_.producer->want);
    if (want == 0 && !poisoned_)
        return false;
    return look().transform(
        [&](std::uint64_t used) { return satisfied(want, ring_.size - used, ring_.size); });
}

void RingReader::arm() {
    store(ring_.consumer->want, 1);
    fullBarrier();
}

void RingReader::disarm() {
    store(ring_.consumer->want, 0);
}

} // namespace portal::core
