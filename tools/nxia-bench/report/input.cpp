// SPDX-License-Identifier: GPL-2.0-only
#include "input.h"

#include <cmath>
#include <format>
#include <stdexcept>

namespace bench {
namespace {

bool isSound(double figure) {
    return std::isfinite(figure) && figure >= 0;
}

/// What is wrong with `result`; empty if nothing is.
std::string problemOf(const Result& result) {
    if (result.scenario.empty())
        return "no scenario";
    if (result.transport.empty())
        return "no transport";
    for (double figure :
         {result.size, result.clients, result.capabilities, result.load, result.p50, result.p99,
          result.p999, result.least, result.most, result.mean, result.count, result.rate,
          result.bytesPerSecond, result.switches, result.ratio})
        if (!isSound(figure))
            return "a figure that is none";
    if (!result.skipped.empty())
        return {};
    if (result.unit != "instructions" && result.unit != "ns")
        return std::format("unit '{}', not 'instructions' or 'ns'", result.unit);
    return result.p50 > 0 ? "" : "no p50";
}

} // namespace

Run readSoundRun(const std::string& path) {
    Run run = readRun(path);
    if (run.results.empty())
        throw std::runtime_error(std::format("{}: no results of nxia-bench", path));
    for (std::size_t i = 0; i < run.results.size(); i++)
        if (const std::string problem = problemOf(run.results[i]); !problem.empty())
            throw std::runtime_error(std::format("{}: result {}: {}", path, i + 1, problem));
    return run;
}

} // namespace bench
