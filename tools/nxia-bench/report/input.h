// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "result.h"

#include <string>

namespace bench {

/// readRun(), and what others may rely on: at least one result; each names scenario and transport,
/// and was either skipped or has a unit, a median above 0 and no figure that is infinite or
/// negative.
///
/// Throws std::runtime_error that names `path` and what is wrong.
Run readSoundRun(const std::string& path);

} // namespace bench
