// SPDX-License-Identifier: GPL-2.0-only
#include "samples.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <numeric>

using namespace bench;

namespace {

/// `count` down to 1.
Samples downFrom(std::size_t count) {
    std::vector<double> values(count);
    std::iota(values.rbegin(), values.rend(), 1);
    return Samples(values);
}

} // namespace

TEST_CASE("percentiles are samples, by nearest rank") {
    const Samples thousand = downFrom(1000);
    CHECK(thousand.median() == 500);
    CHECK(thousand.percentile(99) == 990);
    CHECK(thousand.percentile(99.9) == 999);
    CHECK(thousand.percentile(100) == 1000);
    CHECK(thousand.percentile(0) == 1);
    const Samples few = downFrom(3);
    CHECK(few.median() == 2);
    CHECK(few.percentile(99) == 3);
    CHECK(few.mean() == 2);
}

TEST_CASE("one sample is every percentile") {
    const Samples one({7});
    CHECK(one.median() == 7);
    CHECK(one.percentile(99.9) == 7);
    CHECK(one.count() == 1);
}

TEST_CASE("the median of rounds is one of them") {
    CHECK(median(std::array{3., 1., 2.}) == 2);
    CHECK(median(std::array{4., 1., 3., 2.}) == 2);
}
