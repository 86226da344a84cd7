// SPDX-License-Identifier: GPL-2.0-only
//
// Results in which one parameter takes several values: what can be drawn as curves over it.
#pragma once

#include "result.h"
#include "units.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace bench {

using Field = double Result::*;

/// What is drawn over a parameter.
struct Metric {
    Field field;
    std::string_view name;
    bool inUnit;       ///< of the result: time or instructions; else
    Quantity quantity; ///< what it is
};

struct Parameter {
    Field field;
    std::string_view name;
    std::string_view title; ///< of an axis
    Quantity quantity;
    std::size_t leastValues; ///< for a curve; fewer are shown by themselves
    std::vector<Metric> metrics;
};

/// Results that differ in the transport and in one parameter alone.
struct Sweep {
    const Parameter* parameter;
    std::vector<const Result*> results; ///< by rising parameter

    bool contains(const Result* result) const;
};

/// Those with enough values of the parameter. `run` must outlive them.
std::vector<Sweep> sweepsOf(const Run& run);

} // namespace bench
