// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "../result.h"
#include "../transport.h"
#include "stage.h"

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// How a run is done.
struct Conditions {
    std::vector<Transport*> transports; ///< that were asked for
    std::vector<unsigned> cpus;         ///< 1, 2 or both
    bool instructions = false;          ///< the clock counts instructions
    bool quick = false;                 ///< fewer and shorter ones
};

/// Takes results as they come.
using Report = std::function<void(const Result&)>;

/// What a client does with its connections to `transport`.
using Work = std::function<void(Transport& transport, Stage::Role& role)>;

/// One measurement: a service in a process of its own, and clients in theirs.
struct Measurement {
    Result name; ///< what is measured: the fields that say so
    Transport& transport;
    Setup setup;
    std::size_t samples; ///< of each client
};

/// Does it, and returns name with all figures but bytesPerSecond. `combine` makes one list of
/// samples of those of the clients; by default it is all of them.
using Combine = std::function<std::vector<double>(const Stage& stage, unsigned clients)>;
std::vector<double> allSamples(const Stage& stage, unsigned clients);
Result measure(const Measurement& measurement, const Work& work,
               const Combine& combine = allSamples);

/// Fills in the figures that follow from samples of `unit`.
void fill(Result& result, std::vector<double> samples);

/// "instructions" or "ns".
std::string unitOf(const Conditions& conditions);

/// Calls `body` for each transport and number of processors that can do what `needs` says, and
/// reports as skipped those that cannot; but says nothing of those who never sleep where sleeping
/// is asked for, or never poll where polling is.
struct Needs {
    std::vector<Feature> features;
    std::size_t size = 0;
};
void forEach(const Conditions& conditions, const Result& name, const Needs& needs,
             const Report& report, const std::function<void(Transport&, const Result& name)>& body);

/// Times `call` `count` times, one after another.
template <typename Call>
void timeEach(Stage::Role& role, std::size_t count, Call call) {
    role.begin();
    for (std::size_t i = 0; i < count; i++) {
        auto start = Clock::now();
        call();
        role.sample(nanoseconds(Clock::now() - start));
    }
    role.end();
}

} // namespace bench
