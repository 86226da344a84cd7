// SPDX-License-Identifier: GPL-2.0-only
#include "sweep.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <span>
#include <utility>

namespace bench {
namespace {

std::span<const Parameter> parameters() {
    static const Metric median{&Result::p50, "median", true, {}};
    static const Metric tail{&Result::p99, "p99", true, {}};
    static const Metric rate{&Result::rate, "rate", false, Quantity::perSecond};
    static const Metric flow{&Result::bytesPerSecond, "throughput", false,
                             Quantity::bytesPerSecond};
    static const std::array<Parameter, 4> all{{
        {&Result::size, "size", "size", Quantity::bytes, 3, {flow, median}},
        {&Result::clients,
         "clients",
         "clients at the same time",
         Quantity::clients,
         3,
         {rate, tail}},
        {&Result::capabilities, "capabilities", "capabilities held", Quantity::count, 2, {median}},
        {&Result::load,
         "load",
         "offered load, % of the closed loop's rate",
         Quantity::count,
         3,
         {median, tail}},
    }};
    return all;
}

bool fits(const Sweep& sweep, const Result& result) {
    Result other = *sweep.results.front();
    other.transport = result.transport;
    other.*sweep.parameter->field = result.*sweep.parameter->field;
    return sameMeasurement(other, result);
}

std::vector<Sweep> sweepsOver(const Parameter& parameter, const Run& run) {
    std::vector<Sweep> sweeps;
    for (const Result& result : run.results) {
        if (!result.skipped.empty() || result.*parameter.field <= 0)
            continue;
        auto found =
            std::ranges::find_if(sweeps, [&](const Sweep& sweep) { return fits(sweep, result); });
        Sweep& sweep = found == sweeps.end() ? sweeps.emplace_back(&parameter) : *found;
        sweep.results.push_back(&result);
    }
    return sweeps;
}

bool hasFewValues(const Sweep& sweep) {
    std::set<double> values;
    for (const Result* result : sweep.results)
        values.insert(result->*sweep.parameter->field);
    return values.size() < sweep.parameter->leastValues;
}

} // namespace

bool Sweep::contains(const Result* result) const {
    return std::ranges::contains(results, result);
}

std::vector<Sweep> sweepsOf(const Run& run) {
    std::vector<Sweep> all;
    for (const Parameter& parameter : parameters()) {
        auto sweeps = sweepsOver(parameter, run);
        std::erase_if(sweeps, hasFewValues);
        std::ranges::move(sweeps, std::back_inserter(all));
    }
    for (Sweep& sweep : all)
        std::ranges::stable_sort(sweep.results, {}, [&](const Result* result) {
            return result->*sweep.parameter->field;
        });
    return all;
}

} // namespace bench
