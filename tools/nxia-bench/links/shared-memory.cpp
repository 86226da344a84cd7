// SPDX-License-Identifier: GPL-2.0-only
#include "shared-memory.h"

#include "sys.h"

#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace bench {
namespace {

constexpr std::size_t page = 4096;

std::byte* mapAt(std::byte* place, std::size_t length, int fd, std::size_t offset) {
    void* mapped = ::mmap(place, length, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_POPULATE | (place ? MAP_FIXED : 0), fd, offset);
    if (mapped == MAP_FAILED)
        fail("mmap");
    return static_cast<std::byte*>(mapped);
}

} // namespace

SharedMemory::SharedMemory(std::size_t size) : size_(size) {
    portal::core::Fd file(check(::memfd_create("nxia-bench", MFD_CLOEXEC), "memfd_create"));
    check(::ftruncate(file.get(), page + size), "ftruncate");
    start_ = mapAt(nullptr, page + 2 * size, file.get(), 0);
    mapAt(start_ + page + size, size, file.get(), page);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : size_(other.size_), start_(std::exchange(other.start_, nullptr)) {}

SharedMemory::~SharedMemory() {
    if (start_)
        ::munmap(start_, page + 2 * size_);
}

RingPlace SharedMemory::ring() const {
    auto indices = reinterpret_cast<nxia_index*>(start_);
    return {.producer = &indices[0], .consumer = &indices[1], .data = start_ + page, .size = size_};
}

} // namespace bench
