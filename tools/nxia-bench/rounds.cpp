// SPDX-License-Identifier: GPL-2.0-only
#include "rounds.h"

#include "samples.h"

#include <algorithm>

namespace bench {
namespace {

Result medianOf(std::span<const Result> same) {
    Result result = same.front();
    for (double Result::* figure : {&Result::p50, &Result::p99, &Result::p999, &Result::least,
                                    &Result::most, &Result::mean, &Result::count, &Result::rate,
                                    &Result::bytesPerSecond, &Result::switches, &Result::ratio}) {
        std::vector<double> values;
        for (const Result& one : same)
            values.push_back(one.*figure);
        result.*figure = median(values);
    }
    return result;
}

} // namespace

Result related(Result result, std::span<const Result> all) {
    if (result.baseline.empty() || result.ratio > 0)
        return result;
    Result sought = result;
    sought.transport = result.baseline;
    auto found = std::find_if(all.rbegin(), all.rend(), [&](const Result& other) {
        return sameMeasurement(other, sought) && other.p50 > 0;
    });
    if (found == all.rend())
        result.baseline.clear();
    else
        result.ratio = result.p50 / found->p50;
    return result;
}

std::vector<Result> mediansOf(std::span<const Result> all) {
    std::vector<std::vector<Result>> groups;
    for (const Result& result : all) {
        auto group = std::ranges::find_if(
            groups, [&](const auto& others) { return sameMeasurement(others.front(), result); });
        if (group == groups.end())
            group = groups.insert(group, std::vector<Result>());
        group->push_back(result);
    }
    std::vector<Result> medians;
    for (const auto& group : groups)
        medians.push_back(medianOf(group));
    return medians;
}

} // namespace bench
