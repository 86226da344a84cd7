// SPDX-License-Identifier: GPL-2.0-only
#include "svg.h"

#include <array>
#include <format>
#include <utility>

namespace bench {
namespace {

// Okabe and Ito's, without the yellow, which is too light for a line on white; grey instead.
constexpr std::array<std::string_view, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                  "#56b4e9", "#e69f00", "#222222", "#888888"};
constexpr std::array<std::string_view, 3> dashes{"", "7 3", "2 3"};
constexpr std::array<std::string_view, 3> anchors{"start", "middle", "end"};
constexpr double markerRadius = 4;

std::string_view colourOf(Look look) {
    return colours[look.number % colours.size()];
}

std::size_t kindOf(Look look) {
    return look.number / colours.size() % dashes.size();
}

std::string diamondPath(Point at, double radius) {
    return std::format("M{:.1f} {:.1f}l{} {}l-{} {}l-{} -{}z", at.x, at.y - radius, radius, radius,
                       radius, radius, radius, radius);
}

} // namespace

std::string escaped(std::string_view text) {
    std::string result;
    for (char c : text)
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    return result;
}

Svg::Svg(double width, double height, std::string_view title)
    : text_(std::format("<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
                        "aria-label=\"{2}\">\n",
                        width, height, escaped(title))) {}

void Svg::line(Point from, Point to, std::string_view style) {
    text_ += std::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", from.x,
        from.y, to.x, to.y, style);
}

void Svg::text(Point at, std::string_view text, Anchor anchor, std::string_view style) {
    text_ +=
        std::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n",
                    at.x, at.y, anchors[static_cast<std::size_t>(anchor)], style, escaped(text));
}

void Svg::verticalText(Point at, std::string_view text, std::string_view style) {
    text_ += std::format(
        "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" text-anchor=\"middle\" "
        "class=\"{}\">{}</text>\n",
        at.x, at.y, style, escaped(text));
}

void Svg::curve(std::span<const Point> points, Look look) {
    std::string places;
    for (const Point& point : points)
        places += std::format("{:.1f},{:.1f} ", point.x, point.y);
    text_ +=
        std::format("<polyline points=\"{}\" class=\"curve\" stroke=\"{}\" stroke-width=\"{}\" "
                    "stroke-dasharray=\"{}\"/>\n",
                    places, colourOf(look), look.strong ? 3.5 : 1.5, dashes[kindOf(look)]);
}

void Svg::marker(Point at, Look look) {
    if (kindOf(look) == 0)
        text_ += std::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\"/>\n", at.x,
                             at.y, markerRadius - 0.5, colourOf(look));
    else if (kindOf(look) == 1)
        text_ += std::format("<path d=\"{}\" fill=\"{}\"/>\n", diamondPath(at, markerRadius + 1),
                             colourOf(look));
    else
        text_ +=
            std::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"7\" height=\"7\" fill=\"{}\"/>\n",
                        at.x - 3.5, at.y - 3.5, colourOf(look));
}

void Svg::disc(Point at, double radius, std::string_view style) {
    text_ += std::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" class=\"{}\"/>\n", at.x,
                         at.y, radius, style);
}

void Svg::diamond(Point at, double radius, std::string_view style) {
    text_ += std::format("<path d=\"{}\" class=\"{}\"/>\n", diamondPath(at, radius), style);
}

void Svg::bar(Point at, double width, double height, std::string_view style) {
    text_ += std::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"/>\n", at.x,
        at.y, width, height, style);
}

std::string Svg::finish() && {
    text_ += "</svg>\n";
    return std::move(text_);
}

} // namespace bench
