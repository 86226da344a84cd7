// SPDX-License-Identifier: GPL-2.0-only
#include "compare.h"
#include "results.h"

#include <catch2/catch_test_macros.hpp>
#include <stdexcept>

using namespace bench;

namespace {

Verdict verdictOf(double before, double after, double limit) {
    const Run a = runOf({call("pipe", before)});
    const Run b = runOf({call("pipe", after)});
    return compare(a, b, limit).changes.at(0).verdict;
}

} // namespace

TEST_CASE("what is within the limit is the same") {
    CHECK(verdictOf(1000, 1020, 2) == Verdict::same);
    CHECK(verdictOf(1000, 1021, 2) == Verdict::slower);
    CHECK(verdictOf(1000, 980, 2) == Verdict::same);
    CHECK(verdictOf(1000, 979, 2) == Verdict::faster);
    CHECK(verdictOf(1000, 1000, 0) == Verdict::same);
}

TEST_CASE("only what became slower is a regression") {
    const Run before = runOf({call("pipe", 1000), call("nxia", 500)});
    const Run faster = runOf({call("pipe", 900), call("nxia", 500)});
    CHECK_FALSE(compare(before, faster, 2).hasRegressed());
    CHECK(compare(faster, before, 2).hasRegressed());
}

TEST_CASE("what is in one of them alone is told") {
    Result skipped = call("binder", 0);
    skipped.skipped = "no binderfs";
    const Run before =
        runOf({call("pipe", 1), call("tcp", 1), call("binder", 1), call("pipe", 2, 1024)});
    const Run after = runOf({call("pipe", 1), call("vsock", 1), skipped});
    const Comparison comparison = compare(before, after, 2);
    CHECK(comparison.changes.size() == 1);
    CHECK(comparison.onlyBefore.size() == 3);
    REQUIRE(comparison.onlyAfter.size() == 1);
    const std::string text = textOf(comparison, 2);
    CHECK(text.find("only before: binder (rpc, 64 B, one CPU)") != std::string::npos);
    CHECK(text.find("only before: pipe (rpc, 1 KiB, one CPU)") != std::string::npos);
    CHECK(text.find("only after: vsock (rpc, 64 B, one CPU)") != std::string::npos);
    CHECK(text.ends_with("0 slower, 0 faster, 1 within 2 %\n"));
}

TEST_CASE("time beside a baseline is compared by its ratio to it") {
    Result slowMachine = call("spsc", 300);
    slowMachine.ratio = 1.5;
    slowMachine.baseline = "ping-pong";
    Result fastMachine = slowMachine;
    fastMachine.p50 = 150;
    Run before = runOf({fastMachine}), after = runOf({slowMachine});
    CHECK(compare(before, after, 2).hasRegressed());
    before.instructions = after.instructions = false;
    CHECK_FALSE(compare(before, after, 2).hasRegressed());
    after.results[0].ratio = 2;
    CHECK(compare(before, after, 2).hasRegressed());
}

TEST_CASE("instructions are not compared with time, nor nothing with nothing") {
    const Run a = runOf({call("pipe", 1)});
    Run b = a;
    b.instructions = false;
    CHECK_THROWS_AS(compare(a, b, 2), std::runtime_error);
    CHECK_THROWS_AS(compare(a, runOf({call("tcp", 1)}), 2), std::runtime_error);
}

TEST_CASE("what is noise depends on the clock") {
    Run run = runOf({});
    CHECK(usualLimit(run) == 2);
    run.instructions = false;
    CHECK(usualLimit(run) > 10);
}
