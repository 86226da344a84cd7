// SPDX-License-Identifier: GPL-2.0-only
#include "page.h"

#include "figures.h"
#include "groups.h"
#include "svg.h"
#include "table.h"

#include <algorithm>
#include <array>
#include <format>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>nxia-bench</title>
<style>
body { width: 1160px; margin: 0 auto; padding: 16px 20px; background: #fff; color: #222;
       font: 15px/1.4 "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; }
h2 { font-size: 20px; margin: 32px 0 4px; border-bottom: 2px solid #0072b2; }
h3 { font-size: 17px; margin: 24px 0 0; }
p { margin: 4px 0 8px; max-width: 900px; }
.figures { display: grid; grid-template-columns: 570px 570px; gap: 12px 20px; align-items: start; }
figure { margin: 0; }
figcaption { font-weight: bold; font-size: 14px; margin: 8px 0 4px; }
svg { display: block; }
svg text { font-size: 12px; fill: #222; }
svg .ours { font-weight: bold; fill: #0072b2; }
svg .tick, svg .axis-title { fill: #444; }
svg .grid { stroke: #ddd; }
svg .axis { stroke: #666; }
svg .span { stroke: #999; stroke-width: 2; }
svg .leader { stroke: #bbb; stroke-width: 0.7; }
svg .curve { fill: none; }
svg .p50 { fill: #444; }
svg .p50.ours { fill: #0072b2; }
svg .p99 { fill: #fff; stroke: #d55e00; stroke-width: 1.8; }
svg .p999 { fill: #009e73; }
details { margin: 16px 0; }
summary { cursor: pointer; font-weight: bold; }
table { border-collapse: collapse; margin: 4px 0 12px; font-size: 13px; }
th, td { padding: 1px 10px; text-align: right; }
th:first-child, td:first-child { text-align: left; }
tr:nth-child(odd) td { background: #f4f6f8; }
tr.ours td { font-weight: bold; color: #0072b2; }
h4 { font-size: 14px; margin: 12px 0 0; }
</style>
</head>
<body>
<h1>What communication between processes costs</h1>
<p>NXIA's channels and its peers, measured side by side by nxia-bench. Less is better but in throughput and rate.
A figure “nxia/it” is what NXIA takes as a factor of what the other takes: 0.50 is half.</p>
)";

// What scenarios are, by their names or what these begin with; others have their name for a title.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> scenarioTitles{{
    {"rpc", "Small calls: a request and its answer, both sides asleep between messages"},
    {"open-loop", "Small calls at random times, whether the one before is done or not"},
    {"connect", "A new connection and its first call"},
    {"clients", "Clients of one service"},
    {"sizes", "Calls of all sizes"},
    {"split", "Small calls while bulk data flows"},
    {"bulk", "Bulk data: to the server, from it, both at the same time"},
    {"cap-", "Calls on capabilities, by how many the session holds"},
    {"handover",
     "Memory that nobody can change any more: making, filling, freezing, handing over, reading it"},
    {"busy", "Busy rings: both sides look all the time"},
    {"windows-", "From Windows to a service in the guest, and back"},
}};

std::string titleOfScenario(const std::string& scenario) {
    for (const auto& [name, title] : scenarioTitles)
        if (scenario.starts_with(name))
            return std::string(title);
    return scenario;
}

std::string_view titleOfClock(const Run& run) {
    return run.instructions ? "In instructions of the guest" : "In time";
}

std::string_view explanationOfClock(const Run& run) {
    return run.instructions
               ? "Kernel and user space together, counted by QEMU (icount): the same at each run, "
                 "but not time. "
                 "With two CPUs it is the work of both."
               : "Wall-clock time on a host that others may use too: ratios say more than figures.";
}

std::string roundsText(unsigned rounds) {
    return rounds == 1 ? "measured once" : std::format("medians of {} rounds", rounds);
}

std::string tableOfGroup(const Group& group) {
    const auto rows = withoutEmptyColumns(rowsOf(group));
    std::string text =
        std::format("<h4>{} ({})</h4>\n<table>\n", escaped(titleOf(group.any())), group.any().unit);
    for (std::size_t i = 0; i < rows.size(); i++) {
        const bool ours = i > 0 && isOurs(*group.measured[i - 1]);
        const std::string_view cell = i == 0 ? "th" : "td";
        text += ours ? "<tr class=\"ours\">" : "<tr>";
        for (const std::string& word : rows[i])
            text += std::format("<{0}>{1}</{0}>", cell, escaped(word));
        text += "</tr>\n";
    }
    return text + "</table>\n";
}

std::string tables(const Run& run) {
    std::string text = "<details>\n<summary>All figures as tables</summary>\n";
    std::string skipped;
    for (const Group& group : groupsOf(run)) {
        if (!group.measured.empty())
            text += tableOfGroup(group);
        for (const Result* result : group.skipped)
            skipped += std::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                                   escaped(titleOf(*result)), escaped(result->transport),
                                   escaped(result->skipped));
    }
    if (!skipped.empty())
        text += "<h4>Not measured, and why</h4>\n<table>\n" + skipped + "</table>\n";
    return text + "</details>\n";
}

std::string figures(const Run& run, std::string_view prefix) {
    std::vector<Figure> all = figuresOf(run);
    std::string text;
    while (!all.empty()) {
        const std::string title = titleOfScenario(all.front().scenario);
        auto rest = std::ranges::stable_partition(
            all, [&](const Figure& figure) { return titleOfScenario(figure.scenario) == title; });
        text += std::format("<h3>{}</h3>\n<div class=\"figures\">\n", escaped(title));
        for (auto figure = all.begin(); figure != rest.begin(); ++figure)
            text += std::format("<figure id=\"{}-{}\">\n<figcaption>{}</figcaption>\n{}</figure>\n",
                                prefix, figure->id, escaped(figure->title), figure->drawing);
        text += "</div>\n";
        all.erase(all.begin(), rest.begin());
    }
    return text;
}

} // namespace

std::string pageOf(std::span<const Run> runs) {
    std::string text(head);
    for (std::size_t i = 0; i < runs.size(); i++) {
        const Run& run = runs[i];
        text += std::format("<h2>{}</h2>\n<p>{} Kernel {}, {} processors, {}.</p>\n",
                            titleOfClock(run), explanationOfClock(run), escaped(run.kernel),
                            run.processors, roundsText(run.rounds));
        text += figures(run, std::format("run{}", i + 1));
        text += tables(run);
    }
    return text + "</body>\n</html>\n";
}

} // namespace bench
