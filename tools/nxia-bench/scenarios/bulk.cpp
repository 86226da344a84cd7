// SPDX-License-Identifier: GPL-2.0-only
//
// Bulk: to the server, from it, and both at the same time on two connections.
#include "scenarios.h"

#include <algorithm>

namespace bench {
namespace {

constexpr std::size_t mebi = std::size_t{1} << 20;
constexpr std::size_t room = mebi;
constexpr std::size_t pieceSize = room / 4;

struct Bulk {
    std::uint64_t total;
    std::size_t repeats;
};

enum class Way { push, pull, both };

Work mover(Way way, Bulk bulk) {
    return [=](Transport& transport, Stage::Role& role) {
        auto client = transport.connect(role.number());
        std::vector<std::byte> piece(pieceSize, std::byte{'x'});
        bool pushes = way == Way::push || (way == Way::both && role.number() == 0);
        auto move = [&](std::uint64_t total) {
            pushes ? client->push(piece, total) : client->pull(piece, total);
        };
        move(2 * room);
        timeEach(role, bulk.repeats, [&] { move(bulk.total); });
    };
}

// It takes until both are done.
std::vector<double> slower(const Stage& stage, unsigned clients) {
    auto first = stage.samples(0);
    std::vector<double> slowest(first.begin(), first.end());
    for (unsigned number = 1; number < clients; number++)
        std::ranges::transform(slowest, stage.samples(number), slowest.begin(), std::ranges::max);
    return slowest;
}

void runWay(const char* scenario, Way way, Bulk bulk, const Conditions& conditions,
            const Report& report) {
    unsigned clients = way == Way::both ? 2 : 1;
    Needs needs{.features = {Feature::bulk, Feature::sleep}, .size = 0};
    if (clients > 1)
        needs.features.push_back(Feature::manyClients);
    Result name{.scenario = scenario,
                .size = static_cast<double>(bulk.total),
                .clients = static_cast<double>(clients)};
    forEach(conditions, name, needs, report, [&](Transport& transport, const Result& mine) {
        Setup setup{.clients = clients, .size = pieceSize, .room = room, .parallel = clients > 1};
        Result result = measure({mine, transport, setup, bulk.repeats}, mover(way, bulk), slower);
        result.bytesPerSecond = static_cast<double>(clients * bulk.total) / result.p50 * 1e9;
        report(result);
    });
}

} // namespace

void runBulk(const Conditions& conditions, const Report& report) {
    for (std::uint64_t mebibytes : {1, 16, 256}) {
        if (conditions.quick && mebibytes != 16)
            continue;
        // The longer it takes, the less it varies.
        std::size_t repeats = conditions.instructions || mebibytes == 256 ? 1 : 3;
        Bulk bulk{mebibytes * mebi, repeats};
        runWay("bulk-push", Way::push, bulk, conditions, report);
        // Copies cost the same each: counting those of 256 MiB once is enough.
        if (conditions.instructions && mebibytes == 256)
            continue;
        runWay("bulk-pull", Way::pull, bulk, conditions, report);
        runWay("bulk-both", Way::both, bulk, conditions, report);
    }
}

} // namespace bench
