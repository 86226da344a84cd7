// SPDX-License-Identifier: GPL-2.0-only
//
// What became slower between two runs.
#pragma once

#include "result.h"

#include <string>
#include <vector>

namespace bench {

enum class Verdict { same, faster, slower };

struct Change {
    const Result* before;
    const Result* after;
    double factor; ///< after by before
    Verdict verdict;
};

struct Comparison {
    std::vector<Change> changes;
    std::vector<const Result*> onlyBefore; ///< measured there alone
    std::vector<const Result*> onlyAfter;

    bool hasRegressed() const;
};

/// How much is noise, in percent, if nobody says: instructions repeat, time does not.
double usualLimit(const Run& run);

/// By medians; of time measured beside a baseline, by their ratios to it. `before` and `after` must
/// outlive it.
///
/// Throws std::runtime_error if one has instructions and the other time, or nothing is in both.
Comparison compare(const Run& before, const Run& after, double limitPercent);

/// For a terminal.
std::string textOf(const Comparison& comparison, double limitPercent);

} // namespace bench
