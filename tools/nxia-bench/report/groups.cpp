// SPDX-License-Identifier: GPL-2.0-only
#include "groups.h"

#include "units.h"

#include <algorithm>
#include <format>

namespace bench {
namespace {

bool samePlace(Result a, const Result& b) {
    a.transport = b.transport;
    return sameMeasurement(a, b);
}

} // namespace

std::vector<Group> groupsOf(const Run& run) {
    std::vector<Group> groups;
    for (const Result& result : run.results) {
        auto found = std::ranges::find_if(
            groups, [&](const Group& group) { return samePlace(group.any(), result); });
        Group& group = found == groups.end() ? groups.emplace_back() : *found;
        (result.skipped.empty() ? group.measured : group.skipped).push_back(&result);
    }
    for (Group& group : groups)
        std::ranges::stable_sort(group.measured, {}, &Result::p50);
    return groups;
}

std::string titleOf(const Result& result) {
    std::string title = result.scenario;
    if (result.size > 0 || result.scenario.ends_with("rpc"))
        title += ", " + shortText(result.size, Quantity::bytes);
    if (result.cpus > 0)
        title += result.cpus == 1 ? ", one CPU" : ", two CPUs";
    if (result.clients > 1)
        title += std::format(", {} clients", fullText(result.clients));
    if (result.capabilities > 0)
        title += std::format(", {} held", fullText(result.capabilities));
    if (result.load > 0)
        title += std::format(", at {} % of the rate", fullText(result.load));
    return title;
}

bool isOurs(const Result& result) {
    return result.transport.contains("nxia") || result.transport.starts_with("portal");
}

double relative(const Result& a, const Result& b) {
    const bool sameBaseline = a.ratio > 0 && b.ratio > 0 && a.baseline == b.baseline;
    return sameBaseline ? a.ratio / b.ratio : a.p50 / b.p50;
}

} // namespace bench
