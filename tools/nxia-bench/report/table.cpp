// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include "units.h"

#include <format>

namespace bench {
namespace {

std::string ifAny(double figure, std::string text) {
    return figure > 0 ? text : std::string();
}

std::string baselineText(const Result& result) {
    return result.ratio > 0 ? std::format("{} {}", factorText(result.ratio), result.baseline) : "";
}

Row rowOf(const Result& result) {
    return {
        result.transport,
        fullText(result.p50),
        ifAny(result.p99, fullText(result.p99)),
        ifAny(result.p999, fullText(result.p999)),
        ifAny(result.rate, shortText(result.rate, Quantity::perSecond)),
        ifAny(result.bytesPerSecond, shortText(result.bytesPerSecond, Quantity::bytesPerSecond)),
        ifAny(result.switches, std::format("{:.2f}", result.switches)),
        baselineText(result)};
}

} // namespace

std::vector<Row> rowsOf(const Group& group) {
    std::vector<Row> rows{
        {"transport", "p50", "p99", "p99.9", "rate", "bytes", "switches", "of baseline"}};
    for (const Result* result : group.measured)
        rows.push_back(rowOf(*result));
    for (const Result* ours : group.measured) {
        if (!isOurs(*ours))
            continue;
        rows[0].push_back(ours->transport + "/it");
        for (std::size_t i = 0; i < group.measured.size(); i++)
            rows[i + 1].push_back(factorText(relative(*ours, *group.measured[i])));
    }
    return rows;
}

std::string tableOf(const Run& run) {
    std::string text =
        std::format("kernel {}, {} processors, {}, {} rounds\n", run.kernel, run.processors,
                    run.instructions ? "instructions" : "wall clock", run.rounds);
    for (const Group& group : groupsOf(run)) {
        text += std::format("\n{} ({})\n", titleOf(group.any()),
                            group.measured.empty() ? "skipped" : group.any().unit);
        if (!group.measured.empty())
            text += columns(rowsOf(group));
        for (const Result* result : group.skipped)
            text += std::format("{}: skipped: {}\n", result->transport, result->skipped);
    }
    return text;
}

} // namespace bench
