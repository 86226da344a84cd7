// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "byte-ring.h"

#include <core/fd.h>

namespace bench {

/// Memory that is inherited by fork(), mapped at the same place on both sides.
class SharedMemory {
public:
    /// A page for indices and `size` bytes of data, a power of two of pages, mapped twice in a row.
    explicit SharedMemory(std::size_t size);
    SharedMemory(SharedMemory&& other) noexcept;
    SharedMemory& operator=(SharedMemory&&) = delete;
    ~SharedMemory();

    RingPlace ring() const;

private:
    std::size_t size_;
    std::byte* start_;
};

} // namespace bench
