// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "svg.h"
#include "units.h"

#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// One line of a plot, and what is written at its end.
struct Series {
    std::string name;
    Look look;
    std::vector<Point> points; ///< in the axes' quantities, all above 0; from left to right
};

struct AxisTitle {
    std::string text;
    Quantity quantity;
};

/// How one figure grows with another; both axes logarithmic. There is a point at least.
std::string curves(std::vector<Series> all, const AxisTitle& x, const AxisTitle& y,
                   std::string_view title, double width);

} // namespace bench
