// SPDX-License-Identifier: MIT
#pragma once

#include "error.h"

#include <cstddef>
#include <cstdint>

namespace portal::core {

/// A mapping that the kernel may take away, as it does with those of a channel end that is revoked.
///
/// An access would then raise SIGBUS. The first Mapping of a process sets a handler for SIGBUS
/// which puts zero pages in the place of a Mapping that was hit, so that the access goes on, and
/// which hands every other SIGBUS on to the handler that was there before. A program that sets a
/// SIGBUS handler of its own must do so before, or hand on likewise.
class Mapping {
public:
    /// mmap() of `length` bytes at `offset` of `fd`, shared. `protection` as mmap() has it.
    static Result<Mapping> map(int fd, std::uint64_t offset, std::size_t length, int protection);
    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    std::byte* data() const { return data_; }
    std::size_t size() const { return size_; }

    /// Whether the kernel has taken it away and an access has noticed: what was read from it since
    /// is zeros.
    bool lost() const;

private:
    struct Slot;
    friend struct MappingSignal;
    Mapping(Slot* slot, std::byte* data, std::size_t size);
    void unmap();

    Slot* slot_;
    std::byte* data_;
    std::size_t size_;
};

} // namespace portal::core
