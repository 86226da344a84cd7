// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "sys.h"

#include <cstdint>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bench {

/// Sleeps while the word is `value`; also returns for no reason.
inline void futexWait(const void* word, std::uint32_t value) {
    if (::syscall(SYS_futex, word, FUTEX_WAIT, value, nullptr, nullptr, 0) < 0 && errno != EAGAIN &&
        errno != EINTR)
        fail("FUTEX_WAIT");
}

/// Wakes who sleeps there, one at most.
inline void futexWake(const void* word) {
    check(::syscall(SYS_futex, word, FUTEX_WAKE, 1, nullptr, nullptr, 0), "FUTEX_WAKE");
}

} // namespace bench
