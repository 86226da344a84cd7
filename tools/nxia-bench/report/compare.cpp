// SPDX-License-Identifier: GPL-2.0-only
#include "compare.h"

#include "columns.h"
#include "groups.h"
#include "units.h"

#include <algorithm>
#include <array>
#include <format>
#include <stdexcept>
#include <string_view>

namespace bench {
namespace {

constexpr double instructionsLimit = 2;
constexpr double wallLimit = 25;

const Result* findMeasured(const Run& run, const Result& wanted) {
    for (const Result& result : run.results)
        if (result.skipped.empty() && sameMeasurement(result, wanted))
            return &result;
    return nullptr;
}

Verdict verdictOf(double factor, double limitPercent) {
    if (factor > 1 + limitPercent / 100)
        return Verdict::slower;
    return factor < 1 - limitPercent / 100 ? Verdict::faster : Verdict::same;
}

std::string_view nameOf(Verdict verdict) {
    constexpr std::array<std::string_view, 3> names{"", "faster", "SLOWER"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string nameOf(const Result& result) {
    return std::format("{} ({})", result.transport, titleOf(result));
}

std::ptrdiff_t count(const Comparison& comparison, Verdict verdict) {
    return std::ranges::count(comparison.changes, verdict, &Change::verdict);
}

} // namespace

bool Comparison::hasRegressed() const {
    return count(*this, Verdict::slower) > 0;
}

double usualLimit(const Run& run) {
    return run.instructions ? instructionsLimit : wallLimit;
}

Comparison compare(const Run& before, const Run& after, double limitPercent) {
    if (before.instructions != after.instructions)
        throw std::runtime_error("one has instructions, the other time: they cannot be compared");
    Comparison comparison;
    for (const Result& old : before.results) {
        if (!old.skipped.empty())
            continue;
        if (const Result* now = findMeasured(after, old)) {
            const double factor = after.instructions ? now->p50 / old.p50 : relative(*now, old);
            comparison.changes.push_back({&old, now, factor, verdictOf(factor, limitPercent)});
        } else {
            comparison.onlyBefore.push_back(&old);
        }
    }
    for (const Result& now : after.results)
        if (now.skipped.empty() && !findMeasured(before, now))
            comparison.onlyAfter.push_back(&now);
    if (comparison.changes.empty())
        throw std::runtime_error("they have no measurement in common");
    return comparison;
}

std::string textOf(const Comparison& comparison, double limitPercent) {
    std::vector<Row> rows{{"measurement", "before", "after", "change", "verdict"}};
    for (const Change& change : comparison.changes)
        rows.push_back({nameOf(*change.after), fullText(change.before->p50),
                        fullText(change.after->p50), changeText(1, change.factor),
                        std::string(nameOf(change.verdict))});
    std::string text = columns(rows);
    for (const Result* result : comparison.onlyBefore)
        text += std::format("only before: {}\n", nameOf(*result));
    for (const Result* result : comparison.onlyAfter)
        text += std::format("only after: {}\n", nameOf(*result));
    text += std::format("{} slower, {} faster, {} within {} %\n",
                        count(comparison, Verdict::slower), count(comparison, Verdict::faster),
                        count(comparison, Verdict::same), fullText(limitPercent));
    return text;
}

} // namespace bench
