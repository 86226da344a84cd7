// SPDX-License-Identifier: GPL-2.0-only
//
// The few elements of SVG that the figures are made of.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace bench {

struct Point {
    double x;
    double y;
};

enum class Anchor { start, middle, end };

/// How a series looks, in every figure: a colour that the colour-blind can tell apart, and a marker
/// and a dash for when there are more series than colours.
struct Look {
    std::size_t number = 0;
    bool strong = false; ///< drawn thicker
};

/// Text as HTML and SVG take it, in content and in attributes.
std::string escaped(std::string_view text);

/// One drawing; classes are those of the page's style sheet.
class Svg {
public:
    /// `title` is what a screen reader says.
    Svg(double width, double height, std::string_view title);

    void line(Point from, Point to, std::string_view style);
    void text(Point at, std::string_view text, Anchor anchor = Anchor::start,
              std::string_view style = "");
    /// Upwards, around `at`.
    void verticalText(Point at, std::string_view text, std::string_view style);
    void curve(std::span<const Point> points, Look look);
    void marker(Point at, Look look);
    void disc(Point at, double radius, std::string_view style);
    void diamond(Point at, double radius, std::string_view style);
    void bar(Point at, double width, double height, std::string_view style);

    std::string finish() &&;

private:
    std::string text_;
};

} // namespace bench
