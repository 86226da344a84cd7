// SPDX-License-Identifier: GPL-2.0-only
//
// A ring of bytes with one producer and one consumer, as linux/nxia.h describes those of a channel.
// It is the same for all who share memory: they differ in how they sleep.
#pragma once

#include "../transport.h"

#include <linux/nxia.h>

#include <algorithm>
#include <atomic>
#include <cstring>

namespace bench {

/// Where a ring is. The data is mapped twice in a row: nothing in it wraps.
struct RingPlace {
    nxia_index* producer;
    nxia_index* consumer;
    std::byte* data;
    std::uint64_t size; ///< a power of two
};

inline std::uint64_t load(const __u64& word) {
    return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}

inline void store(__u64& word, std::uint64_t value) {
    __atomic_store_n(&word, value, __ATOMIC_RELEASE);
}

inline void fullBarrier() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

/// The producer's side. It looks at the consumer's page only when it believes the ring to be full.
class RingProducer {
public:
    explicit RingProducer(const RingPlace& place) : place_(place) {}

    /// Puts in what there is space for, and says how much that was.
    std::size_t put(Bytes bytes) {
        if (space() < bytes.size())
            consumed_ = load(place_.consumer->index);
        std::size_t count = std::min<std::size_t>(bytes.size(), space());
        std::memcpy(place_.data + (produced_ & (place_.size - 1)), bytes.data(), count);
        produced_ += count;
        store(place_.producer->index, produced_);
        return count;
    }

    /// Whether the consumer sleeps, and there now is what it waits for. After put().
    bool mustWake() const {
        fullBarrier();
        std::uint64_t want = load(place_.consumer->want);
        return want != 0 && produced_ - load(place_.consumer->index) >= want;
    }

    /// Says that this side is about to sleep until there is space for `want` bytes; false if it
    /// need not.
    bool arm(std::uint64_t want) {
        store(place_.producer->want, want);
        fullBarrier();
        return place_.size - (produced_ - load(place_.consumer->index)) < want;
    }

    void disarm() { store(place_.producer->want, 0); }

    const RingPlace& place() const { return place_; }

private:
    std::uint64_t space() const { return place_.size - (produced_ - consumed_); }

    RingPlace place_;
    std::uint64_t produced_ = 0;
    std::uint64_t consumed_ = 0; // as last seen
};

/// The consumer's side; likewise.
class RingConsumer {
public:
    explicit RingConsumer(const RingPlace& place) : place_(place) {}

    /// Takes out what there is of as many bytes, and says how much that was.
    std::size_t get(MutableBytes bytes) {
        if (used() < bytes.size())
            produced_ = load(place_.producer->index);
        std::size_t count = std::min<std::size_t>(bytes.size(), used());
        if (count == 0)
            return 0;
        std::memcpy(bytes.data(), place_.data + (consumed_ & (place_.size - 1)), count);
        consumed_ += count;
        store(place_.consumer->index, consumed_);
        return count;
    }

    /// Whether the producer sleeps, and there now is the space that it waits for. After get().
    bool mustWake() const {
        fullBarrier();
        std::uint64_t want = load(place_.producer->want);
        return want != 0 && place_.size - (load(place_.producer->index) - consumed_) >= want;
    }

    bool empty() const { return load(place_.producer->index) == consumed_; }

    /// Says that this side is about to sleep until there are `want` bytes; false if it need not.
    bool arm(std::uint64_t want) {
        store(place_.consumer->want, want);
        fullBarrier();
        return load(place_.producer->index) - consumed_ < want;
    }

    void disarm() { store(place_.consumer->want, 0); }

    const RingPlace& place() const { return place_; }

private:
    std::uint64_t used() const { return produced_ - consumed_; }

    RingPlace place_;
    std::uint64_t consumed_ = 0;
    std::uint64_t produced_ = 0; // as last seen
};

} // namespace bench
