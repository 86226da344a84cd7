// SPDX-License-Identifier: GPL-2.0-only
#include "axis.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bench {
namespace {

constexpr int leastSteps = 3;  // or noise would look like a mountain
constexpr double slack = 1e-9; // of what a logarithm rounds

bool isBinary(Quantity quantity) {
    return quantity == Quantity::bytes || quantity == Quantity::clients;
}

/// Powers of two; else 1, 2, 5, 10, 20 ... from number 0 on, and downwards.
double roundValue(int number, Quantity quantity) {
    if (isBinary(quantity))
        return std::exp2(number);
    constexpr std::array<double, 3> steps{1, 2, 5};
    const int decade = static_cast<int>(std::floor(number / 3.));
    return steps[static_cast<std::size_t>(number - 3 * decade)] * std::pow(10., decade);
}

/// The number of the greatest round value that is not above `value`.
int numberBelow(double value, Quantity quantity) {
    if (isBinary(quantity))
        return static_cast<int>(std::floor(std::log2(value) + slack));
    int number = 3 * static_cast<int>(std::floor(std::log10(value) + slack));
    while (roundValue(number + 1, quantity) <= value * (1 + slack))
        number++;
    return number;
}

} // namespace

Axis::Axis(std::span<const double> values, Quantity quantity) : quantity_(quantity) {
    const auto [least, greatest] = std::ranges::minmax(values);
    least_ = numberBelow(least, quantity);
    greatest_ = numberBelow(greatest, quantity);
    if (roundValue(greatest_, quantity) < greatest * (1 - slack))
        greatest_++;
    while (greatest_ - least_ < leastSteps) {
        least_--;
        greatest_++;
    }
}

void Axis::place(double first, double last) {
    first_ = first;
    last_ = last;
}

double Axis::operator()(double value) const {
    const double least = std::log(roundValue(least_, quantity_));
    const double greatest = std::log(roundValue(greatest_, quantity_));
    return first_ + (last_ - first_) * (std::log(value) - least) / (greatest - least);
}

std::vector<Tick> Axis::ticks(std::size_t most) const {
    std::vector<Tick> found;
    for (int step :
         isBinary(quantity_) ? std::array{1, 2, 4, 5, 10, 20} : std::array{1, 3, 6, 9, 12, 15}) {
        std::vector<Tick> ticks;
        for (int number = least_; number <= greatest_; number++)
            if (number % step == 0) {
                const double value = roundValue(number, quantity_);
                ticks.push_back({value, shortText(value, quantity_)});
            }
        if (ticks.size() >= 2 || found.empty())
            found = std::move(ticks);
        if (found.size() <= most)
            break;
    }
    return found;
}

} // namespace bench
