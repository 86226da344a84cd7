// SPDX-License-Identifier: GPL-2.0-only
//
// How the cost of a call grows: with the clients of one service, and with the size of the message.
#include "calls.h"
#include "scenarios.h"

#include <algorithm>
#include <bit>

namespace bench {
namespace {

constexpr unsigned mostClients = 64;
constexpr std::size_t leastSize = 8;
constexpr std::size_t mebi = std::size_t{1} << 20;
constexpr std::size_t mostSize = 16 * mebi;

// About as many calls in all, however many make them.
Calls shareOf(const Conditions& conditions, unsigned clients) {
    std::size_t all = conditions.instructions ? 1024 : affordable(8192);
    return {64, 64, std::max<std::size_t>(64, all / clients)};
}

Calls callsOfSize(const Conditions& conditions, std::size_t size) {
    std::size_t bytes = conditions.instructions ? mostSize : affordable(16 * mostSize);
    return {size, std::clamp<std::size_t>(mebi / size, 1, 256),
            std::clamp<std::size_t>(bytes / size, 1, 200)};
}

// Large messages would be all that a run counts, and cost on two processors what they cost on one.
Conditions onOneProcessor(Conditions conditions) {
    if (conditions.instructions)
        conditions.cpus = {1};
    return conditions;
}

} // namespace

void runClients(const Conditions& conditions, const Report& report) {
    for (unsigned clients = 1; clients <= mostClients; clients *= 2) {
        Calls calls = shareOf(conditions, clients);
        Needs needs{.features = {Feature::sleep}, .size = calls.size};
        if (clients > 1)
            needs.features.push_back(Feature::manyClients);
        Result name{.scenario = "clients",
                    .size = static_cast<double>(calls.size),
                    .clients = static_cast<double>(clients)};
        forEach(onOneProcessor(conditions), name, needs, report,
                [&](Transport& transport, const Result& mine) {
                    Setup setup{.clients = clients, .size = calls.size};
                    report(measure({mine, transport, setup, calls.count}, closedLoop(calls)));
                });
    }
}

void runSizes(const Conditions& conditions, const Report& report) {
    for (std::size_t size = leastSize; size <= mostSize; size *= 8) {
        Calls calls = callsOfSize(conditions, size);
        Needs needs{.features = {Feature::sleep}, .size = size};
        Result name{.scenario = "sizes", .size = static_cast<double>(size)};
        std::size_t room = std::clamp<std::size_t>(2 * std::bit_ceil(size), 64 << 10, mebi);
        forEach(onOneProcessor(conditions), name, needs, report,
                [&](Transport& transport, const Result& mine) {
                    Setup setup{.size = size, .room = room};
                    Result result =
                        measure({mine, transport, setup, calls.count}, closedLoop(calls));
                    result.bytesPerSecond = 2 * static_cast<double>(size) / result.p50 * 1e9;
                    report(result);
                });
    }
}

} // namespace bench
