// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "result.h"

#include <string>
#include <vector>

namespace bench {

struct Figure {
    std::string id; ///< of its element; the same whenever the same was measured
    std::string scenario;
    std::string title;
    std::string drawing; ///< an SVG element
};

/// What can be seen in a run: curves over the parameters that took several values, and for
/// what is in none of these, and for small calls, the percentiles of each transport. Scenario by
/// scenario.
std::vector<Figure> figuresOf(const Run& run);

} // namespace bench
