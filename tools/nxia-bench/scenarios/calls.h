// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "measure.h"

namespace bench {

/// A client's calls of `size` bytes to be timed, after `warmUp` that are not.
struct Calls {
    std::size_t size;
    std::size_t warmUp;
    std::size_t count;
};

/// How many calls give a p99.9 worth its name, at what a clock that counts instructions can bear.
Calls callsOf(const Conditions& conditions, std::size_t size);

/// `count`, or the part of it that there is time for where client and server are apart.
std::size_t affordable(std::size_t count);

/// Makes them on a new connection, one after another.
Work closedLoop(Calls calls);

} // namespace bench
