// SPDX-License-Identifier: MIT
#include "fd.h"

#include <unistd.h>

#include <utility>

namespace portal::core {

Fd& Fd::operator=(Fd&& other) noexcept {
    Fd old(std::exchange(fd_, other.release()));
    return *this;
}

Fd::~Fd() {
    if (fd_ >= 0)
        ::close(fd_);
}

int Fd::release() {
    return std::exchange(fd_, -1);
}

} // namespace portal::core
