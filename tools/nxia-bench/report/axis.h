// SPDX-License-Identifier: GPL-2.0-only
//
// Logarithmic axes: what is measured spans decades, and ratios are what matters.
#pragma once

#include "units.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bench {

struct Tick {
    double value;
    std::string label;
};

class Axis {
public:
    /// From a round value at or below the least of `values` to one at or above the greatest; all
    /// are above 0.
    Axis(std::span<const double> values, Quantity quantity);

    /// At which pixels the ends are; `last` may be less than `first`.
    void place(double first, double last);

    /// The pixel of a value.
    double operator()(double value) const;

    /// Round values in equal steps, `most` at most, but two at least.
    std::vector<Tick> ticks(std::size_t most) const;

private:
    // Ends are numbers of round values: see roundValue().
    Quantity quantity_;
    int least_;
    int greatest_;
    double first_ = 0;
    double last_ = 1;
};

} // namespace bench
