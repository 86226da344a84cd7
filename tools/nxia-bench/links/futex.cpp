// SPDX-License-Identifier: GPL-2.0-only
//
// Rings in shared memory; each side sleeps by futex on the very index that it waits for.
#include "futex.h"
#include "links.h"
#include "prepared.h"
#include "ring-link.h"
#include "shared-memory.h"

#include <array>
#include <bit>
#include <optional>
#include <vector>

namespace bench {
namespace {

/// Where a server sleeps that has many clients, and learns which of them (64 at most) have called.
struct Doorbell {
    std::uint64_t pending;
    std::uint32_t sleeping;

    void ring(unsigned number) {
        __atomic_fetch_or(&pending, std::uint64_t{1} << number, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&sleeping, __ATOMIC_SEQ_CST) &&
            __atomic_exchange_n(&sleeping, 0, __ATOMIC_SEQ_CST))
            futexWake(&sleeping);
    }

    std::uint64_t wait() {
        for (;;) {
            if (auto numbers = __atomic_exchange_n(&pending, 0, __ATOMIC_SEQ_CST))
                return numbers;
            __atomic_store_n(&sleeping, 1, __ATOMIC_SEQ_CST);
            if (__atomic_load_n(&pending, __ATOMIC_SEQ_CST) == 0)
                futexWait(&sleeping, 1);
            __atomic_store_n(&sleeping, 0, __ATOMIC_SEQ_CST);
        }
    }
};

class DoorbellSelector final : public Selector {
public:
    explicit DoorbellSelector(Doorbell& doorbell) : doorbell_(doorbell) {}

    std::span<const unsigned> wait() override {
        std::size_t count = 0;
        for (auto rest = doorbell_.wait(); rest != 0; rest &= rest - 1)
            numbers_[count++] = static_cast<unsigned>(std::countr_zero(rest));
        return std::span(numbers_).first(count);
    }

private:
    Doorbell& doorbell_;
    std::array<unsigned, 64> numbers_;
};

// The low half of an index, which x86 has at its address.
std::uint32_t low(const __u64& index) {
    return static_cast<std::uint32_t>(load(index));
}

class FutexLink final : public RingLink {
public:
    /// With a doorbell: as client `number` of a server that sleeps there.
    FutexLink(const RingPlace& out, const RingPlace& in, Doorbell* doorbell, unsigned number)
        : RingLink(out, in), doorbell_(doorbell), number_(number) {}

protected:
    void wakeConsumer() override {
        if (doorbell_)
            doorbell_->ring(number_);
        else
            futexWake(&out_.place().producer->index);
    }

    void wakeProducer() override { futexWake(&in_.place().consumer->index); }

    void sleepUntilSpace(std::size_t want) override {
        const __u64& index = out_.place().consumer->index;
        std::uint32_t seen = low(index);
        if (out_.arm(want))
            futexWait(&index, seen);
        out_.disarm();
    }

    void sleepUntilData(std::size_t want) override {
        const __u64& index = in_.place().producer->index;
        std::uint32_t seen = low(index);
        if (in_.arm(want))
            futexWait(&index, seen);
        in_.disarm();
    }

private:
    Doorbell* doorbell_;
    unsigned number_;
};

struct FutexPair {
    SharedMemory request;
    SharedMemory answer;
};

class FutexTransport final : public PreparedTransport<FutexPair> {
public:
    std::string_view name() const override { return "futex"; }

    std::unique_ptr<Link> accept() override {
        FutexPair& pair = nextPair();
        return std::make_unique<FutexLink>(pair.answer.ring(), pair.request.ring(), nullptr, 0);
    }

    std::unique_ptr<Selector> select(std::span<const std::unique_ptr<Link>>) override {
        return std::make_unique<DoorbellSelector>(*doorbell());
    }

protected:
    void open() override {
        PreparedTransport::open();
        // The doorbell is rung for every request.
        if (selects())
            for (const FutexPair& pair : pairs())
                RingConsumer(pair.request.ring()).arm(1);
        shared_.emplace(4096);
    }

    FutexPair make(unsigned) override {
        return {SharedMemory(setup().room), SharedMemory(setup().room)};
    }

    std::unique_ptr<Link> dial(unsigned number) override {
        FutexPair& mine = pair(number);
        return std::make_unique<FutexLink>(mine.request.ring(), mine.answer.ring(),
                                           selects() ? doorbell() : nullptr, number);
    }

private:
    Doorbell* doorbell() { return reinterpret_cast<Doorbell*>(shared_->ring().data); }

    std::optional<SharedMemory> shared_;
};

} // namespace

Transport& futexTransport() {
    static FutexTransport transport;
    return transport;
}

} // namespace bench
