// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "result.h"

#include <span>
#include <string>

namespace bench {

/// A page of HTML that shows the runs, one after the other. It has no script and asks for nothing:
/// its Content-Security-Policy would not let it.
std::string pageOf(std::span<const Run> runs);

} // namespace bench
