// SPDX-License-Identifier: GPL-2.0-only
//
// What a measurement needs of the system, beside processes (crew.h).
#pragma once

#include "clock.h"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <sys/types.h>

namespace bench {

/// Memory that all who are started from now on share with this process. Its pages are there.
std::span<std::byte> takeShared(std::size_t size);
void giveBack(std::span<std::byte> shared);

/// Context switches so far, by thread. The calling process is one, 0.
using Switches = std::map<int, double>;

/// Of the calling process, and of process `other` unless it is 0.
Switches contextSwitches(pid_t other);

/// Has sleepUntil() end as soon as the system can, for the calling thread.
void sleepPrecisely();
void sleepUntil(Clock::time_point time);

/// Its version, for a human being.
std::string systemVersion();

} // namespace bench
