// SPDX-License-Identifier: GPL-2.0-only
#include "axis.h"

#include <array>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace bench;

namespace {

std::vector<std::string> labels(const Axis& axis, std::size_t most) {
    std::vector<std::string> found;
    for (const Tick& tick : axis.ticks(most))
        found.push_back(tick.label);
    return found;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("an axis goes from a round value to a round value") {
    Axis axis(std::array{30., 4'000.}, Quantity::instructions);
    axis.place(0, 100);
    CHECK(axis(20) == Catch::Approx(0).margin(1e-9));
    CHECK(axis(5'000) == Catch::Approx(100));
    CHECK(labels(axis, 20) == Texts{"20", "50", "100", "200", "500", "1 k", "2 k", "5 k"});
    CHECK(labels(axis, 4) == Texts{"100", "1 k"});
}

TEST_CASE("sizes go by powers of two") {
    Axis axis(std::array{8., 16. * (1 << 20)}, Quantity::bytes);
    axis.place(0, 21);
    CHECK(axis(16) == Catch::Approx(1));
    CHECK(labels(axis, 5) == Texts{"32 B", "1 KiB", "32 KiB", "1 MiB"});
}

TEST_CASE("values that hardly differ do not fill an axis") {
    Axis axis(std::array{101., 102.}, Quantity::count);
    axis.place(0, 1);
    CHECK(axis(102) - axis(101) < 0.01);
    Axis one(std::array{100.}, Quantity::count);
    CHECK(labels(one, 9).size() >= 2);
}

TEST_CASE("an axis can go upwards") {
    Axis axis(std::array{1., 1000.}, Quantity::count);
    axis.place(300, 0);
    CHECK(axis(1) == Catch::Approx(300));
    CHECK(axis(10) == Catch::Approx(200));
}
