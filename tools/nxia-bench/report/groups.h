// SPDX-License-Identifier: GPL-2.0-only
//
// Results that differ in the transport alone: peers, to be shown side by side.
#pragma once

#include "result.h"

#include <span>
#include <string>
#include <vector>

namespace bench {

struct Group {
    std::vector<const Result*> measured; ///< the fastest median first
    std::vector<const Result*> skipped;

    /// Any of them: for what they have in common.
    const Result& any() const { return measured.empty() ? *skipped.front() : *measured.front(); }
};

/// In the order in which they first appear. `run` must outlive them.
std::vector<Group> groupsOf(const Run& run);

/// What they have in common: "rpc, 64 B, one CPU, 8 clients".
std::string titleOf(const Result& result);

bool isOurs(const Result& result);

/// How long `a` takes, as a factor of what `b` takes. If both were taken beside the same baseline,
/// the machine's moods between them are taken out.
double relative(const Result& a, const Result& b);

} // namespace bench
