// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include "results.h"

#include <catch2/catch_test_macros.hpp>

using namespace bench;

TEST_CASE("peers are side by side, the fastest first, with ours as a factor of theirs") {
    const Run run = runOf({call("pipe", 8000), call("nxia", 4000), call("pipe", 9000, 1024)});
    CHECK(tableOf(run) == "kernel 6.12, 2 processors, instructions, 3 rounds\n"
                          "\n"
                          "rpc, 64 B, one CPU (instructions)\n"
                          "transport    p50     p99   p99.9     rate    bytes  switches  nxia/it\n"
                          "nxia       4,000   8,000  12,000  250 k/s  32 MB/s      2.00     1.00\n"
                          "pipe       8,000  16,000  24,000  125 k/s  16 MB/s      2.00     0.50\n"
                          "\n"
                          "rpc, 1 KiB, one CPU (instructions)\n"
                          "transport    p50     p99   p99.9     rate     bytes  switches\n"
                          "pipe       9,000  18,000  27,000  111 k/s  228 MB/s      2.00\n");
}

TEST_CASE("what was skipped is told, and why") {
    Result binder = call("binder", 0);
    binder.skipped = "no binderfs";
    CHECK(tableOf(runOf({binder}))
              .ends_with("rpc, 64 B, one CPU (skipped)\nbinder: skipped: no binderfs\n"));
}

TEST_CASE("a title names what is not as usual") {
    Result result = call("nxia", 1, 0);
    CHECK(titleOf(result) == "rpc, 0 B, one CPU");
    result.cpus = 2;
    result.clients = 8;
    result.capabilities = 1000;
    result.load = 50;
    CHECK(titleOf(result) == "rpc, 0 B, two CPUs, 8 clients, 1,000 held, at 50 % of the rate");
}

TEST_CASE("ratios to the same baseline go before medians") {
    Result ours = call("nxia", 200);
    ours.ratio = 1.2;
    ours.baseline = "ping-pong";
    Result other = call("spsc", 200);
    CHECK(relative(ours, other) == 1);
    other.ratio = 2.4;
    other.baseline = "ping-pong";
    CHECK(relative(ours, other) == 0.5);
    other.baseline = "something else";
    CHECK(relative(ours, other) == 1);
}
