// SPDX-License-Identifier: GPL-2.0-only
#include "explain.h"

#include <algorithm>
#include <format>
#include <optional>

namespace nxia::policy {

namespace {

constexpr std::string_view filePrefix = "file:";
constexpr std::string_view servicePrefix = "service:";

/// One end of a flow.
struct End {
    std::string title; ///< "domain reader"
    Label label = 0;
    Label mayDrop = 0;
    bool sink = false;
};

std::string orNone(const std::string& text) {
    return text.empty() ? "none" : text;
}

Label labelOf(const Policy& policy, std::string_view tags) {
    Label label = 0;
    while (!tags.empty()) {
        const std::string_view name = tags.substr(0, tags.find(','));
        tags.remove_prefix(std::min(tags.size(), name.size() + 1));
        const Tag* tag = policy.findTag(name);
        if (!tag)
            throw UnknownName(std::format("policy has no tag '{}'", name));
        label |= 1ULL << tag->bit;
    }
    return label;
}

const Domain& domainOf(const Policy& policy, const std::string& name) {
    static const Domain none{.name = std::string(unconfined)};
    if (const Domain* domain = policy.findDomain(name))
        return *domain;
    if (name == unconfined)
        return none;
    throw UnknownName(std::format("policy has no domain '{}'", name));
}

End endOf(const Policy& policy, const std::string& name) {
    if (name.starts_with(filePrefix)) {
        const Label label = labelOf(policy, std::string_view(name).substr(filePrefix.size()));
        return {.title = label ? "a file labelled " + printLabel(policy, label)
                               : "a file without a label",
                .label = label};
    }
    const Domain& domain = domainOf(policy, name);
    return {.title = "domain " + name, .label = domain.label, .mayDrop = domain.mayDrop};
}

End targetOf(const Policy& policy, const std::string& name) {
    const auto sink = std::ranges::find(sinkNames, name);
    if (sink == sinkNames.end())
        return endOf(policy, name);
    return {.title = "sink " + name,
            .label = policy.sinks[static_cast<std::size_t>(sink - sinkNames.begin())],
            .sink = true};
}

std::string ruleOf(const End& from, const End& to, Label left) {
    if (left)
        return to.title;
    if (!from.label)
        return "nothing is held";
    return from.label & ~to.label ? "may-drop of " + from.title : to.title;
}

std::vector<std::string> reasonsOf(const Policy& policy, const End& from, const End& to) {
    auto names = [&](Label label) { return orNone(printLabel(policy, label)); };
    std::vector<std::string> reasons;
    reasons.push_back(std::format("{} holds {}", from.title, names(from.label)));
    if (from.mayDrop)
        reasons.push_back(std::format("{} may drop {}", from.title, names(from.mayDrop)));
    reasons.push_back(
        std::format("{} {} {}", to.title, to.sink ? "lets out" : "may hold", names(to.label)));
    return reasons;
}

Verdict explainFlow(const Policy& policy, const End& from, const End& to) {
    Verdict verdict{.left = from.label & ~from.mayDrop & ~to.label};
    verdict.allowed = verdict.left == 0;
    verdict.rule = ruleOf(from, to, verdict.left);
    verdict.summary = verdict.allowed
                          ? std::format("allowed: {} to {}", from.title, to.title)
                          : std::format("denied: {} to {}: '{}' may not flow there", from.title,
                                        to.title, printLabel(policy, verdict.left));
    verdict.reasons = reasonsOf(policy, from, to);
    return verdict;
}

std::string namesOf(const std::vector<std::string>& domains) {
    std::string text;
    for (const auto& domain : domains)
        text += (text.empty() ? "" : ", ") + domain;
    return text.empty() ? "all domains" : text;
}

Verdict explainService(const Policy& policy, const std::string& from, const std::string& name) {
    const Domain& domain = domainOf(policy, from);
    const Service* found = policy.findService(name);
    const Service service = found ? *found : Service{.name = name};
    const bool remote = !domain.remote() || service.remote();
    const bool listed = service.mayOpen(from);

    Verdict verdict{.allowed = remote && listed, .left = 0};
    verdict.rule = !remote ? "local-only" : std::format("open of service {}", name);
    verdict.summary = std::format("{}: domain {} opens service {}",
                                  verdict.allowed ? "allowed" : "denied", from, name);
    verdict.reasons = {
        std::format("domain {} is {}", from, domain.remote() ? "remote" : "not remote"),
        !found             ? std::format("service {} has no rule: it is local-only", name)
        : service.remote() ? std::format("service {} may be opened from remote domains", name)
                           : std::format("service {} is local-only", name),
        std::format("service {} is open to {}", name, namesOf(service.openers))};
    return verdict;
}

} // namespace

Verdict explain(const Policy& policy, const std::string& from, const std::string& to) {
    Verdict verdict = to.starts_with(servicePrefix)
                          ? explainService(policy, from, to.substr(servicePrefix.size()))
                          : explainFlow(policy, endOf(policy, from), targetOf(policy, to));
    verdict.reasons.push_back("the rule that decides: " + verdict.rule);
    return verdict;
}

} // namespace nxia::policy
