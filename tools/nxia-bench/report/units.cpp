// SPDX-License-Identifier: GPL-2.0-only
#include "units.h"

#include <array>
#include <cmath>
#include <format>
#include <span>
#include <string_view>

namespace bench {
namespace {

/// At most three digits, and no zero after the point that says nothing.
std::string digits(double value) {
    if (value < 0.095)
        return std::format("{:.2g}", value);
    const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    std::string text = std::format("{:.{}f}", value, decimals);
    if (decimals > 0) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.'))
            text.pop_back();
    }
    return text;
}

/// `value` in the largest of `units`, of which each is `step` times the one before.
std::string scaled(double value, double step, std::span<const std::string_view> units) {
    std::size_t unit = 0;
    while (unit + 1 < units.size() && value >= step * 0.9995) {
        value /= step;
        unit++;
    }
    const std::string text = digits(value);
    return units[unit].empty() ? text : std::format("{} {}", text, units[unit]);
}

constexpr std::array<std::string_view, 4> plainUnits{"", "k", "M", "G"};
constexpr std::array<std::string_view, 4> timeUnits{"ns", "µs", "ms", "s"};
constexpr std::array<std::string_view, 4> byteUnits{"B", "KiB", "MiB", "GiB"};
constexpr std::array<std::string_view, 5> flowUnits{"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
constexpr std::array<std::string_view, 4> rateUnits{"/s", "k/s", "M/s", "G/s"};

} // namespace

std::string shortText(double value, Quantity quantity) {
    switch (quantity) {
    case Quantity::nanoseconds:
        return scaled(value, 1000, timeUnits);
    case Quantity::bytes:
        return scaled(value, 1024, byteUnits);
    case Quantity::bytesPerSecond:
        return scaled(value, 1000, flowUnits);
    case Quantity::perSecond:
        return scaled(value, 1000, rateUnits);
    case Quantity::instructions:
    case Quantity::clients:
    case Quantity::count:
        break;
    }
    return scaled(value, 1000, plainUnits);
}

std::string fullText(double value) {
    if (std::abs(value) < 100)
        return digits(value);
    std::string text = std::format("{:.0f}", value);
    const std::size_t start = text.starts_with('-') ? 1 : 0;
    for (std::size_t at = text.size(); at > start + 3;) {
        at -= 3;
        text.insert(at, ",");
    }
    return text;
}

std::string factorText(double factor) {
    return factor >= 100 ? fullText(factor) : std::format("{:.2f}", factor);
}

std::string changeText(double before, double after) {
    return std::format("{:+.1f} %", 100 * (after / before - 1));
}

} // namespace bench
