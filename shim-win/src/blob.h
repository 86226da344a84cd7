// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <kj/array.h>
#include <memory>
#include <new>

namespace nxia {

/// Bytes in a block of malloc(), which nxia_free() gives back.
class Blob {
public:
    void append(kj::ArrayPtr<const kj::byte> bytes) {
        reserve(used + bytes.size());
        memcpy(block.get() + used, bytes.begin(), bytes.size());
        used += bytes.size();
    }

    size_t size() const { return used; }

    /// Hands the block out; it is never null.
    void* release() {
        reserve(1);
        return block.release();
    }

private:
    struct Free {
        void operator()(kj::byte* block) const { free(block); }
    };

    void reserve(size_t wanted) {
        if (wanted <= room) {
            return;
        }
        room = wanted > 2 * room ? wanted : 2 * room;
        auto moved = static_cast<kj::byte*>(realloc(block.get(), room));
        if (moved == nullptr) {
            throw std::bad_alloc();
        }
        static_cast<void>(block.release());
        block.reset(moved);
    }

    std::unique_ptr<kj::byte, Free> block;
    size_t used = 0;
    size_t room = 0;
};

} // namespace nxia
