// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"

#include <algorithm>
#include <format>
#include <set>
#include <tuple>

namespace nxia::policy {

namespace {

template <typename Things>
auto* find(const Things& things, std::string_view name) {
    const auto found = std::ranges::find_if(things, [&](const auto& t) { return t.name == name; });
    return found == things.end() ? nullptr : &*found;
}

bool has(const std::vector<std::string>& domains, std::string_view domain) {
    return domains.empty() || std::ranges::find(domains, domain) != domains.end();
}

using Names = std::set<std::string>;

Names namesOf(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
}

/// A policy without what does not count: the bits, the numbers, the order.
auto meaningOf(const Policy& policy) {
    Names tags;
    for (const Tag& tag : policy.tags)
        tags.insert(tag.name);
    std::set<std::tuple<std::string, Names, Names, std::uint32_t, Names>> domains;
    auto tagsOf = [&](Label label) {
        Names names;
        for (const Tag& tag : policy.tags)
            if (label & (1ULL << tag.bit))
                names.insert(tag.name);
        return names;
    };
    for (const Domain& d : policy.domains)
        if (d.name != unconfined || !d.enter.empty())
            domains.emplace(d.name, tagsOf(d.label), tagsOf(d.mayDrop), d.flags, namesOf(d.enter));
    std::set<std::tuple<std::string, std::uint32_t, Names, Names>> services;
    for (const Service& s : policy.services)
        services.emplace(s.name, s.flags, namesOf(s.offerers), namesOf(s.openers));
    std::vector<Names> sinkTags;
    for (Label label : policy.sinks)
        sinkTags.push_back(tagsOf(label));
    return std::tuple(tags, sinkTags, domains, services);
}

std::string line(std::string_view keyword, const std::vector<std::string>& names) {
    std::string text(keyword);
    for (const auto& name : names)
        text += ' ' + name;
    return text + '\n';
}

std::string line(const Policy& policy, std::string_view keyword, Label label) {
    std::string names = printLabel(policy, label);
    std::ranges::replace(names, ',', ' ');
    return names.empty() ? "" : std::format("{} {}\n", keyword, names);
}

std::string printDomain(const Policy& policy, const Domain& domain) {
    std::string text = std::format("domain {} {{\n", domain.name);
    if (domain.label)
        text += "    " + line(policy, "label", domain.label);
    if (domain.mayDrop)
        text += "    " + line(policy, "may-drop", domain.mayDrop);
    if (!domain.enter.empty())
        text += "    " + line("enter", domain.enter);
    if (domain.remote())
        text += "    remote\n";
    if (domain.flags & NXIA_DOMAIN_AUTHORITY)
        text += "    authority\n";
    return text + "}\n";
}

std::string printService(const Service& service) {
    std::string text = std::format("service {} {{\n", service.name);
    if (!service.offerers.empty())
        text += "    " + line("register", service.offerers);
    if (!service.openers.empty())
        text += "    " + line("open", service.openers);
    if (service.remote())
        text += "    remote\n";
    return text + "}\n";
}

} // namespace

bool Service::mayRegister(std::string_view domain) const {
    return has(offerers, domain);
}

bool Service::mayOpen(std::string_view domain) const {
    return has(openers, domain);
}

const Tag* Policy::findTag(std::string_view name) const {
    return find(tags, name);
}

const Domain* Policy::findDomain(std::string_view name) const {
    return find(domains, name);
}

const Service* Policy::findService(std::string_view name) const {
    return find(services, name);
}

bool sameMeaning(const Policy& a, const Policy& b) {
    return meaningOf(a) == meaningOf(b);
}

bool isName(std::string_view name) {
    auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() < NXIA_NAME_MAX && plain(name[0]) &&
           std::ranges::all_of(
               name, [&](char c) { return plain(c) || c == '.' || c == '-' || c == '_'; });
}

std::string printLabel(const Policy& policy, Label label) {
    std::string text;
    for (unsigned bit = 0; bit < NXIA_TAGS_MAX; ++bit) {
        if (!(label & (1ULL << bit)))
            continue;
        const auto tag =
            std::ranges::find_if(policy.tags, [&](const Tag& t) { return t.bit == bit; });
        text += (text.empty() ? "" : ",") +
                (tag == policy.tags.end() ? std::format("#{}", bit) : tag->name);
    }
    return text;
}

std::string print(const Policy& policy) {
    std::string text;
    auto tags = policy.tags;
    std::ranges::sort(tags, {}, &Tag::bit);
    for (const Tag& tag : tags)
        text += std::format("tag {}\n", tag.name);
    for (std::size_t sink = 0; sink < policy.sinks.size(); ++sink)
        text += line(policy, std::format("sink {}", sinkNames[sink]), policy.sinks[sink]);
    for (const Domain& domain : policy.domains)
        text += printDomain(policy, domain);
    for (const Service& service : policy.services)
        text += printService(service);
    return text;
}

} // namespace nxia::policy
