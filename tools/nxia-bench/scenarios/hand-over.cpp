// SPDX-License-Identifier: GPL-2.0-only
#include "hand-over.h"

#include "barrier.h"
#include "crew.h"
#include "nxia-limit.h"
#include "scenarios.h"

#include <array>
#include <cstring>
#include <optional>
#include <thread>

namespace bench {
namespace {

constexpr std::size_t page = 4096;

/// Each step is timed by itself. What the reader pays for its first look at each page is `reading`,
/// and in no other.
enum Step : unsigned { creating, filling, freezing, handing, reading, steps };
constexpr std::array<const char*, steps> stepNames{"handover-create", "handover-fill",
                                                   "handover-freeze", "handover", "handover-read"};
using Stages = std::array<std::unique_ptr<Stage>, steps>;

template <typename Call>
void time(Stage& stage, bool counts, Call call) {
    auto start = Clock::now();
    call();
    if (counts)
        stage.add(nanoseconds(Clock::now() - start));
}

void fillPages(MutableBytes memory) {
    std::memset(memory.data(), 'x', memory.size());
}

void readPages(Bytes memory) {
    for (std::size_t at = 0; at < memory.size(); at += page)
        (void)*const_cast<const volatile std::byte*>(&memory[at]);
}

/// Where both sides wait for each other: before, and when the reader may look at the pages, which
/// no one else is to pay for.
struct Meeting {
    Barrier ready{2};
    Barrier handedOver{2};
};

// The first time warms up.
void give(Giver& giver, std::size_t size, std::size_t times, Stages& stages, Meeting& meeting) {
    for (std::size_t i = 0; i <= times; i++) {
        time(*stages[creating], i > 0, [&] { giver.create(size); });
        time(*stages[filling], i > 0, [&] { fillPages(giver.map()); });
        time(*stages[freezing], i > 0, [&] { giver.unmapAndFreeze(); });
        meeting.ready.wait();
        std::this_thread::sleep_for(std::chrono::milliseconds(1)); // until the taker sleeps
        time(*stages[handing], i > 0, [&] { giver.handOver(); });
        meeting.handedOver.wait();
        giver.drop();
    }
}

void take(Taker& taker, std::size_t times, Stages& stages, Meeting& meeting) {
    for (std::size_t i = 0; i <= times; i++) {
        meeting.ready.wait();
        Bytes memory = taker.take();
        taker.confirm();
        meeting.handedOver.wait();
        time(*stages[reading], i > 0, [&] { readPages(memory); });
        taker.drop();
    }
}

void run(HandOver& way, Result name, std::size_t times, const Report& report) {
    std::vector<int> processors = usableProcessors();
    auto size = static_cast<std::size_t>(name.size);
    Stages stages;
    for (auto& stage : stages)
        stage = std::make_unique<Stage>(1, times);
    Meeting meeting;
    way.open();
    Crew crew("handover, " + name.transport);
    pid_t taker = crew.start("taker", processors[name.cpus - 1],
                             [&] { take(*way.taker(), times, stages, meeting); });
    pid_t giver = crew.start("giver", processors[0],
                             [&] { give(*way.giver(), size, times, stages, meeting); });
    crew.waitFor({taker, giver});
    for (unsigned step = 0; step < steps; step++) {
        name.scenario = stepNames[step];
        fill(name, allSamples(*stages[step], 1));
        name.bytesPerSecond = step == handing ? 0 : name.size / name.p50 * 1e9;
        report(name);
    }
}

} // namespace

void runHandOver(const Conditions& conditions, const Report& report) {
    auto region = regionHandOver(), memfd = memfdHandOver();
    std::optional<NxiaLimit> pages;
    if (region->unavailable().empty())
        pages.emplace("max_pages");
    for (unsigned cpus : conditions.cpus) {
        for (std::size_t size :
             {std::size_t{4} << 10, std::size_t{1} << 20, std::size_t{256} << 20}) {
            for (HandOver* way : {region.get(), memfd.get()}) {
                Result name{.scenario = "handover",
                            .transport = way->name(),
                            .cpus = cpus,
                            .size = static_cast<double>(size),
                            .unit = unitOf(conditions),
                            .skipped = way->unavailable()};
                if (cpus > usableProcessors().size())
                    name.skipped = "the machine has one processor";
                if (name.skipped.empty())
                    run(*way, name, size > (1 << 20) ? 11 : 51, report);
                else
                    report(name);
            }
        }
    }
}

} // namespace bench
