// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <pthread.h>
#include <span>

namespace bench {

/// Where processes that are forked after it was made wait for each other; again and again.
class Barrier {
public:
    explicit Barrier(unsigned parties);
    ~Barrier();
    Barrier(const Barrier&) = delete;

    /// Sleeps until all parties have come.
    void wait() { pthread_barrier_wait(shared_); }

private:
    std::span<std::byte> memory_;
    pthread_barrier_t* shared_;
};

} // namespace bench
