// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "result.h"

#include <span>
#include <vector>

namespace bench {

/// `result`, with the ratio to its baseline if that was measured before, in `all`: in this round,
/// for a round has each once.
Result related(Result result, std::span<const Result> all);

/// One result for each measurement of several rounds: each figure is the median of what the rounds
/// have.
std::vector<Result> mediansOf(std::span<const Result> all);

} // namespace bench
