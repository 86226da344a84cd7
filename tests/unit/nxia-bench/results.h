// SPDX-License-Identifier: GPL-2.0-only
//
// Results as a run could have them.
#pragma once

#include "result.h"

#include <string>
#include <utility>
#include <vector>

inline bench::Result call(std::string transport, double p50, double size = 64) {
    return {.scenario = "rpc",
            .transport = std::move(transport),
            .size = size,
            .unit = "instructions",
            .p50 = p50,
            .p99 = p50 * 2,
            .p999 = p50 * 3,
            .least = p50,
            .most = p50 * 4,
            .mean = p50,
            .count = 100,
            .rate = 1e9 / p50,
            .bytesPerSecond = 2 * size * 1e9 / p50,
            .switches = 2,
            .baseline = {},
            .skipped = {}};
}

inline bench::Run runOf(std::vector<bench::Result> results) {
    return {.kernel = "6.12",
            .processors = 2,
            .instructions = true,
            .rounds = 3,
            .results = std::move(results)};
}
