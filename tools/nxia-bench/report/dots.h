// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "groups.h"

#include <string>

namespace bench {

/// A line for each transport, the fastest above: where its p50, p99 and p99.9 are on a logarithmic
/// axis.
///
/// `group` has at least one that was measured.
std::string percentileDots(const Group& group, double width);

} // namespace bench
