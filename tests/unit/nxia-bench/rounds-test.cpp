// SPDX-License-Identifier: GPL-2.0-only
#include "results.h"
#include "rounds.h"

#include <catch2/catch_test_macros.hpp>

using namespace bench;

namespace {

Result portal(double p50, double size = 64) {
    Result result = call("portal-vsock", p50, size);
    result.baseline = "raw-vsock";
    return result;
}

} // namespace

TEST_CASE("a ratio is to the baseline of the same round") {
    const std::vector all{call("raw-vsock", 100), call("raw-vsock", 300, 1024),
                          call("raw-vsock", 200)};
    CHECK(related(portal(300), all).ratio == 1.5);
    CHECK(related(portal(300, 1024), all).ratio == 1);
}

TEST_CASE("without its baseline a result has no ratio") {
    Result skipped = call("raw-vsock", 0);
    skipped.skipped = "no address";
    for (const std::vector<Result>& all :
         {std::vector<Result>{}, {skipped}, {call("raw-vsock", 100, 8)}}) {
        const Result result = related(portal(300), all);
        CHECK(result.ratio == 0);
        CHECK(result.baseline.empty());
    }
}

TEST_CASE("a result that has a ratio keeps it") {
    Result busy = portal(300);
    busy.ratio = 2;
    CHECK(related(busy, std::vector{call("raw-vsock", 100)}).ratio == 2);
}

TEST_CASE("rounds become one result each, with medians") {
    Result first = portal(100), second = portal(300), third = portal(200);
    first.ratio = 1, second.ratio = 3, third.ratio = 5;
    const auto medians = mediansOf(std::vector{first, call("raw-vsock", 50), second, third});
    REQUIRE(medians.size() == 2);
    CHECK(medians[0].p50 == 200);
    CHECK(medians[0].ratio == 3);
    CHECK(medians[1].transport == "raw-vsock");
}
