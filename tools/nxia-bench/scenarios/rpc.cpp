// SPDX-License-Identifier: GPL-2.0-only
#include "calls.h"
#include "scenarios.h"

namespace bench {

void runRpc(const Conditions& conditions, const Report& report) {
    for (std::size_t size : {64, 0, 1024}) {
        if (conditions.quick && size != 64)
            continue;
        Needs needs{.features = {Feature::sleep}, .size = size};
        if (size == 0)
            needs.features.push_back(Feature::emptyMessage);
        Result name{.scenario = "rpc", .size = static_cast<double>(size)};
        forEach(conditions, name, needs, report, [&](Transport& transport, const Result& mine) {
            Calls calls = callsOf(conditions, size);
            report(measure({mine, transport, {.size = size}, calls.count}, closedLoop(calls)));
        });
    }
}

} // namespace bench
