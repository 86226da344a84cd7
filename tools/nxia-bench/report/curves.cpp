// SPDX-License-Identifier: GPL-2.0-only
#include "curves.h"

#include "axis.h"

#include <algorithm>
#include <utility>

namespace bench {
namespace {

constexpr double height = 380;
constexpr double left = 86;
constexpr double top = 12;
constexpr double bottom = 48;
constexpr double letter = 7.2; // width of one, at most
constexpr double lineHeight = 15;
constexpr double leader = 26; // from the plot to a name

struct Plot {
    Svg& svg;
    Axis x;
    Axis y;
    double right;
};

Axis axisOver(const std::vector<Series>& all, double Point::* coordinate, Quantity quantity) {
    std::vector<double> values;
    for (const Series& series : all)
        for (const Point& point : series.points)
            values.push_back(point.*coordinate);
    return {values, quantity};
}

double widthOfNames(const std::vector<Series>& all) {
    std::size_t most = 0;
    for (const Series& series : all)
        most = std::max(most, series.name.size());
    return leader + 12 + static_cast<double>(most) * letter;
}

Point pixels(const Plot& plot, Point point) {
    return {plot.x(point.x), plot.y(point.y)};
}

void drawAxes(const Plot& plot, const AxisTitle& x, const AxisTitle& y) {
    const double end = height - bottom;
    for (const Tick& tick : plot.x.ticks(static_cast<std::size_t>((plot.right - left) / 58))) {
        plot.svg.line({plot.x(tick.value), top}, {plot.x(tick.value), end}, "grid");
        plot.svg.text({plot.x(tick.value), end + 16}, tick.label, Anchor::middle, "tick");
    }
    for (const Tick& tick : plot.y.ticks(10)) {
        plot.svg.line({left, plot.y(tick.value)}, {plot.right, plot.y(tick.value)}, "grid");
        plot.svg.text({left - 6, plot.y(tick.value) + 4}, tick.label, Anchor::end, "tick");
    }
    plot.svg.line({left, end}, {plot.right, end}, "axis");
    plot.svg.line({left, top}, {left, end}, "axis");
    plot.svg.text({(left + plot.right) / 2, end + 38}, x.text, Anchor::middle, "axis-title");
    plot.svg.verticalText({14, (top + end) / 2}, y.text, "axis-title");
}

/// Heights for the names: as near to the ends of the lines as they can be without touching each
/// other.
std::vector<double> spread(std::vector<double> wanted) {
    for (std::size_t i = 1; i < wanted.size(); i++)
        wanted[i] = std::max(wanted[i], wanted[i - 1] + lineHeight);
    double limit = height - bottom;
    for (std::size_t i = wanted.size(); i-- > 0; limit -= lineHeight)
        wanted[i] = std::min(wanted[i], limit);
    return wanted;
}

void drawNames(const Plot& plot, const std::vector<Series>& all) {
    std::vector<double> wanted;
    for (const Series& series : all)
        wanted.push_back(pixels(plot, series.points.back()).y);
    const std::vector<double> places = spread(wanted);
    for (std::size_t i = 0; i < all.size(); i++) {
        const double y = places[i];
        plot.svg.line(pixels(plot, all[i].points.back()), {plot.right + leader - 6, y}, "leader");
        plot.svg.marker({plot.right + leader, y}, all[i].look);
        plot.svg.text({plot.right + leader + 9, y + 4}, all[i].name, Anchor::start,
                      all[i].look.strong ? "ours" : "");
    }
}

} // namespace

std::string curves(std::vector<Series> all, const AxisTitle& x, const AxisTitle& y,
                   std::string_view title, double width) {
    Svg svg(width, height, title);
    Plot plot{svg, axisOver(all, &Point::x, x.quantity), axisOver(all, &Point::y, y.quantity),
              width - widthOfNames(all)};
    plot.x.place(left, plot.right);
    plot.y.place(height - bottom, top);
    drawAxes(plot, x, y);
    for (const Series& series : all) {
        std::vector<Point> points;
        for (const Point& point : series.points)
            points.push_back(pixels(plot, point));
        svg.curve(points, series.look);
        for (const Point& point : points)
            svg.marker(point, series.look);
    }
    std::ranges::sort(all, {}, [&](const Series& s) { return pixels(plot, s.points.back()).y; });
    drawNames(plot, all);
    return std::move(svg).finish();
}

} // namespace bench
