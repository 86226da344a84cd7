// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <chrono>

namespace bench {

using Clock = std::chrono::steady_clock;

inline double nanoseconds(Clock::duration time) {
    return std::chrono::duration<double, std::nano>(time).count();
}

} // namespace bench
