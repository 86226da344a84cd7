// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cerrno>
#include <system_error>

namespace bench {

[[noreturn]] inline void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// The result of a system call; what is negative is thrown.
template <typename T>
T check(T result, const char* what) {
    if (result < 0)
        fail(what);
    return result;
}

} // namespace bench
