// SPDX-License-Identifier: GPL-2.0-only
#include "figures.h"

#include "curves.h"
#include "dots.h"
#include "groups.h"
#include "looks.h"
#include "sweep.h"

#include <algorithm>
#include <cctype>
#include <format>
#include <map>
#include <string_view>
#include <utility>

namespace bench {
namespace {

constexpr double width = 570; // two beside each other

/// Words as an element's id.
std::string idOf(std::string_view words) {
    std::string id;
    for (unsigned char c : words)
        if (std::isalnum(c))
            id += static_cast<char>(std::tolower(c));
        else if (!id.empty() && id.back() != '-')
            id += '-';
    return id;
}

AxisTitle axisTitle(const Metric& metric, const Run& run) {
    if (metric.inUnit && run.instructions)
        return {std::format("{}, instructions", metric.name), Quantity::instructions};
    if (metric.inUnit)
        return {std::string(metric.name), Quantity::nanoseconds};
    return {std::format("{}{}", metric.name,
                        run.instructions ? ", a second being 1e9 instructions" : ""),
            metric.quantity};
}

std::vector<Series> seriesOf(const Sweep& sweep, Field field, const Looks& looks) {
    std::map<std::string, Series> found;
    for (const Result* result : sweep.results) {
        if (result->*field <= 0)
            continue;
        Series& series = found[result->transport];
        series.name = result->transport;
        series.look = looks.of(result->transport);
        series.points.push_back({result->*sweep.parameter->field, result->*field});
    }
    std::vector<Series> all;
    for (auto& [name, series] : found)
        all.push_back(std::move(series));
    return all;
}

/// What is common to the results: as titleOf(), without the parameter.
std::string titleOfSweep(const Sweep& sweep) {
    Result common = *sweep.results.front();
    common.*sweep.parameter->field = Result().*sweep.parameter->field;
    return titleOf(common);
}

/// Memory that is handed over stays where it is.
bool movesBytes(const Sweep& sweep) {
    return !sweep.results.front()->scenario.starts_with("handover");
}

void addCurves(std::vector<Figure>& figures, const Run& run, const Sweep& sweep,
               const Looks& looks) {
    for (const Metric& metric : sweep.parameter->metrics) {
        const auto series = seriesOf(sweep, metric.field, looks);
        if (series.empty() || (metric.field == &Result::bytesPerSecond && !movesBytes(sweep)))
            continue;
        const std::string title =
            std::format("{}: {} by {}", titleOfSweep(sweep), metric.name, sweep.parameter->name);
        figures.push_back(
            {idOf(title), sweep.results.front()->scenario, title,
             curves(series, {std::string(sweep.parameter->title), sweep.parameter->quantity},
                    axisTitle(metric, run), title, width)});
    }
}

/// Small calls are what everything is first judged by.
bool isSmallCall(const Result& result) {
    return result.scenario.ends_with("rpc") && result.size <= 64;
}

bool isDrawn(const Group& group, const std::vector<Sweep>& sweeps) {
    return std::ranges::any_of(
        sweeps, [&](const Sweep& sweep) { return sweep.contains(group.measured.front()); });
}

} // namespace

std::vector<Figure> figuresOf(const Run& run) {
    std::vector<Figure> figures;
    const Looks looks(run);
    const auto sweeps = sweepsOf(run);
    for (const Group& group : groupsOf(run)) {
        if (group.measured.empty() || (isDrawn(group, sweeps) && !isSmallCall(group.any())))
            continue;
        const std::string title = titleOf(group.any());
        figures.push_back({idOf(title), group.any().scenario, title, percentileDots(group, width)});
    }
    for (const Sweep& sweep : sweeps)
        addCurves(figures, run, sweep, looks);
    return figures;
}

} // namespace bench
