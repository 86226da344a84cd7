// SPDX-License-Identifier: GPL-2.0-only
//
// Both sides poll, on a processor each. A machine can be fast in one second and slow in the next,
// so every figure has its baseline right before it, and what counts is the median of their ratios.
#include "../samples.h"
#include "scenarios.h"

#include <algorithm>

namespace bench {
namespace {

constexpr std::size_t callSize = 56; // what a line has room for beside a word
constexpr std::size_t messageSize = 64;

/// One figure: what is done, and what it is compared to.
struct Figure {
    const char* scenario;
    const char* baseline;
    bool baselineSleeps;
    Feature feature;
    std::size_t size; ///< of a call, or in all
    std::size_t room;
    std::size_t samples;
    Work work;
};

// A call is too short to be timed by itself: a sample is the mean of a hundred.
Work calls(std::size_t samples) {
    return [=](Transport& transport, Stage::Role& role) {
        constexpr std::size_t batch = 100;
        auto client = transport.connect(role.number());
        std::vector<std::byte> message(callSize);
        client->prepare(callSize, (samples + 1) * batch);
        auto once = [&] {
            auto start = Clock::now();
            for (std::size_t i = 0; i < batch; i++)
                client->call(message, message);
            return nanoseconds(Clock::now() - start) / batch;
        };
        once();
        role.begin();
        for (std::size_t i = 0; i < samples; i++)
            role.sample(once());
        role.end();
    };
}

Work pushes(std::size_t piece, std::uint64_t total, std::size_t samples) {
    return [=](Transport& transport, Stage::Role& role) {
        auto client = transport.connect(role.number());
        std::vector<std::byte> message(piece, std::byte{'x'});
        client->push(message, total);
        timeEach(role, samples, [&] { client->push(message, total); });
    };
}

Result once(const Figure& figure, const Result& name, Transport& transport, bool busy) {
    Setup setup{.size = std::max(callSize, messageSize), .room = figure.room, .busy = busy};
    if (figure.feature == Feature::busy)
        setup.size = callSize;
    return measure({name, transport, setup, figure.samples}, figure.work);
}

void run(const Figure& figure, const Conditions& conditions, const Report& report) {
    Transport& baseline = **std::ranges::find(transports(), std::string_view(figure.baseline),
                                              [](Transport* each) { return each->name(); });
    std::size_t rounds = conditions.quick ? 3 : 5;
    Result name{.scenario = figure.scenario, .size = static_cast<double>(figure.size)};
    bool isCall = figure.feature == Feature::busy;
    Needs needs{.features = {Feature::busy, figure.feature}, .size = isCall ? callSize : 0};
    Conditions onTwo = conditions;
    onTwo.cpus = {2};
    forEach(onTwo, name, needs, report, [&](Transport& transport, Result mine) {
        std::vector<Result> results;
        std::vector<double> ratios;
        for (std::size_t round = 0; round < rounds; round++) {
            mine.transport = baseline.name();
            Result before = once(figure, mine, baseline, !figure.baselineSleeps);
            mine.transport = transport.name();
            results.push_back(once(figure, mine, transport, true));
            ratios.push_back(results.back().p50 / before.p50);
        }
        std::ranges::nth_element(results, results.begin() + results.size() / 2, {}, &Result::p50);
        Result result = results[results.size() / 2];
        result.ratio = median(ratios);
        result.baseline = figure.baseline;
        if (figure.feature == Feature::bulk)
            result.bytesPerSecond = result.size / result.p50 * 1e9;
        report(result);
    });
}

} // namespace

void runBusy(const Conditions& conditions, const Report& report) {
    if (conditions.instructions)
        return; // whoever polls runs for nothing until it is the other's turn
    constexpr std::size_t stream = 50'000 * messageSize, bulk = std::size_t{64} << 20;
    run({"busy-rpc", "cache-line", false, Feature::busy, callSize, 64 << 10, 200, calls(200)},
        conditions, report);
    run({"busy-stream", "pipe", true, Feature::bulk, stream, 64 << 10, 3,
         pushes(messageSize, stream, 3)},
        conditions, report);
    run({"busy-bulk", "memcpy", false, Feature::bulk, bulk, 1 << 20, 3, pushes(bulk, bulk, 3)},
        conditions, report);
}

} // namespace bench
