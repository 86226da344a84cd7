// SPDX-License-Identifier: GPL-2.0-only
#include "dots.h"

#include "axis.h"
#include "svg.h"

#include <algorithm>
#include <format>
#include <string_view>

namespace bench {
namespace {

constexpr double rowHeight = 22;
constexpr double top = 34;         // legend
constexpr double bottom = 46;      // tick labels and the axis' title
constexpr double letter = 7.2;     // width of one, at most
constexpr double medianWidth = 66; // right of the plot
constexpr double gap = 10;

double widthOf(std::string_view text) {
    return static_cast<double>(text.size()) * letter + gap;
}

double nameWidth(const Group& group) {
    double most = 0;
    for (const Result* result : group.measured)
        most = std::max(most, widthOf(result->transport));
    return most;
}

Axis axisOf(const Group& group) {
    std::vector<double> values;
    for (const Result* result : group.measured)
        for (double value : {result->p50, result->p99, result->p999})
            if (value > 0)
                values.push_back(value);
    return {values, group.any().unit == "ns" ? Quantity::nanoseconds : Quantity::instructions};
}

/// What the others are held against: the plain channel, or else the fastest of ours.
const Result* standard(const Group& group) {
    const Result* found = nullptr;
    for (const Result* result : group.measured)
        if (result->transport == "nxia" || (!found && isOurs(*result)))
            found = result;
    return found;
}

void drawAxis(Svg& svg, const Axis& axis, double left, double right, double end,
              std::string_view unit) {
    for (const Tick& tick : axis.ticks(static_cast<std::size_t>((right - left) / 40))) {
        svg.line({axis(tick.value), top}, {axis(tick.value), end}, "grid");
        svg.text({axis(tick.value), end + 16}, tick.label, Anchor::middle, "tick");
    }
    svg.line({left, end}, {right, end}, "axis");
    svg.text({(left + right) / 2, end + 36},
             std::format("{} for one, logarithmic", unit == "ns" ? "time" : unit), Anchor::middle,
             "axis-title");
}

void drawLegend(Svg& svg, double left) {
    svg.disc({left + 5, 13}, 5, "p50");
    svg.text({left + 14, 17}, "p50");
    svg.diamond({left + 58, 13}, 5, "p99");
    svg.text({left + 67, 17}, "p99");
    svg.bar({left + 110, 7}, 3, 12, "p999");
    svg.text({left + 118, 17}, "p99.9");
}

void drawRow(Svg& svg, const Axis& axis, const Result& result, double y) {
    const double greatest = std::max({result.p50, result.p99, result.p999});
    svg.line({axis(result.p50), y}, {axis(greatest), y}, "span");
    if (result.p999 > 0)
        svg.bar({axis(result.p999) - 1.5, y - 6}, 3, 12, "p999");
    if (result.p99 > 0)
        svg.diamond({axis(result.p99), y}, 5, "p99");
    svg.disc({axis(result.p50), y}, 5, isOurs(result) ? "p50 ours" : "p50");
}

} // namespace

std::string percentileDots(const Group& group, double width) {
    const double left = nameWidth(group);
    const Result* ours = standard(group);
    const std::string factorTitle = ours ? ours->transport + "/it" : "";
    const double medians = width - widthOf(factorTitle);
    const double right = medians - medianWidth;
    const double end = top + rowHeight * static_cast<double>(group.measured.size());
    Svg svg(width, end + bottom, titleOf(group.any()));
    Axis axis = axisOf(group);
    axis.place(left + gap, right - gap);
    drawAxis(svg, axis, left, right, end, group.any().unit);
    drawLegend(svg, left);
    svg.text({medians, 17}, "p50", Anchor::end, "tick");
    if (ours)
        svg.text({width, 17}, factorTitle, Anchor::end, "tick");
    double y = top + rowHeight / 2;
    for (const Result* result : group.measured) {
        const std::string_view style = isOurs(*result) ? "ours" : "";
        drawRow(svg, axis, *result, y);
        svg.text({left - gap, y + 4}, result->transport, Anchor::end, style);
        svg.text({medians, y + 4}, fullText(result->p50), Anchor::end, style);
        if (ours)
            svg.text({width, y + 4}, factorText(relative(*ours, *result)), Anchor::end, style);
        y += rowHeight;
    }
    return std::move(svg).finish();
}

} // namespace bench
