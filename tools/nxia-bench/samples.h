// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace bench {

/// All samples of one measurement, none merged into buckets: percentiles are exact.
class Samples {
public:
    /// Sorts `values`, of which there must be one at least.
    explicit Samples(std::vector<double> values);

    /// The smallest sample that at least `percent` of all do not exceed (nearest rank).
    double percentile(double percent) const;

    double median() const { return percentile(50); }
    double mean() const;
    std::size_t count() const { return sorted_.size(); }

private:
    std::vector<double> sorted_;
};

/// Median of a few figures, such as the same one of several rounds.
double median(std::span<const double> values);

} // namespace bench
