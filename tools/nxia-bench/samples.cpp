// SPDX-License-Identifier: GPL-2.0-only
#include "samples.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace bench {

Samples::Samples(std::vector<double> values) : sorted_(std::move(values)) {
    std::ranges::sort(sorted_);
}

double Samples::percentile(double percent) const {
    // Less what a product rounds: 99.9 % of 1000 samples are 999.
    double rank = std::ceil(percent / 100 * static_cast<double>(sorted_.size()) - 1e-9);
    return sorted_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

double Samples::mean() const {
    return std::accumulate(sorted_.begin(), sorted_.end(), 0.0) /
           static_cast<double>(sorted_.size());
}

double median(std::span<const double> values) {
    return Samples({values.begin(), values.end()}).median();
}

} // namespace bench
