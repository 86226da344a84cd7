// SPDX-License-Identifier: GPL-2.0-only
//
// Windows has threads where Linux has processes: all memory is shared.
#include "platform.h"

#include <new>
#include <thread>

namespace bench {

std::span<std::byte> takeShared(std::size_t size) {
    return {new std::byte[size]{}, size};
}

void giveBack(std::span<std::byte> shared) {
    delete[] shared.data();
}

Switches contextSwitches(pid_t) {
    return {}; // nobody counts them
}

void sleepPrecisely() {}

// It sleeps for whole milliseconds, and so wakes too early: what is left is waited for.
void sleepUntil(Clock::time_point time) {
    std::this_thread::sleep_until(time);
    while (Clock::now() < time)
        std::this_thread::yield();
}

std::string systemVersion() {
    return "Windows";
}

} // namespace bench
