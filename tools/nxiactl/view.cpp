// SPDX-License-Identifier: GPL-2.0-only
#include "view.h"

#include <algorithm>
#include <format>
#include <iterator>
#include <linux/nxia.h>
#include <map>
#include <ranges>
#include <utility>

namespace nxia::ctl {

namespace {

using netlink::Capability;

constexpr std::pair<std::uint64_t, const char*> rightTable[] = {
    {NXIA_RIGHT_CONNECT, "connect"}, {NXIA_RIGHT_READ, "read"},
    {NXIA_RIGHT_WRITE, "write"},     {NXIA_RIGHT_MAP, "map"},
    {NXIA_RIGHT_DERIVE, "derive"},   {NXIA_RIGHT_TRANSFER, "transfer"},
    {NXIA_RIGHT_REVOKE, "revoke"},   {NXIA_RIGHT_REMOTE, "remote"},
    {NXIA_RIGHT_SEAL, "seal"},       {NXIA_RIGHT_UNSEAL, "unseal"},
    {NXIA_RIGHT_INSPECT, "inspect"},
};

/// Both ends of a channel, and whoever accepts at an endpoint, are where the object can be read.
bool leadsTo(const Capability& from, const Capability& to) {
    return from.object == to.object && !to.revoked && (to.rights & NXIA_RIGHT_READ) &&
           (from.type == NXIA_TYPE_ENDPOINT || from.session != to.session ||
            from.handle != to.handle);
}

} // namespace

std::vector<CapabilityView> describe(const std::vector<netlink::Session>& sessions,
                                     const std::vector<Capability>& capabilities) {
    std::map<std::uint32_t, std::string> names;
    for (const auto& session : sessions)
        names[session.number] = session.comm;
    std::multimap<std::uint64_t, const Capability*> byObject;
    for (const auto& capability : capabilities)
        byObject.emplace(capability.object, &capability);

    std::vector<CapabilityView> views;
    for (const auto& capability : capabilities) {
        auto [first, last] = byObject.equal_range(capability.object);
        auto target = std::find_if(
            first, last, [&](const auto& other) { return leadsTo(capability, *other.second); });
        views.push_back({capability, names[capability.session],
                         target == last ? "" : names[target->second->session]});
    }
    return views;
}

std::vector<CapabilityView> select(const std::vector<CapabilityView>& all,
                                   const Selector& selector) {
    auto matches = [&](const CapabilityView& view) {
        const Capability& c = view.capability;
        return !c.revoked && (!selector.session || c.session == *selector.session) &&
               (!selector.handle || c.handle == *selector.handle) &&
               (!selector.object || c.object == *selector.object) &&
               (selector.holder.empty() || view.holder == selector.holder) &&
               (selector.target.empty() || view.target == selector.target) &&
               (selector.type.empty() || typeName(c.type) == selector.type);
    };
    std::vector<CapabilityView> selected;
    std::ranges::copy_if(all, std::back_inserter(selected), matches);
    return selected;
}

std::string typeName(std::uint32_t type) {
    switch (type) {
    case NXIA_TYPE_ENDPOINT:
        return "endpoint";
    case NXIA_TYPE_CHANNEL:
        return "channel";
    case NXIA_TYPE_REGION:
        return "region";
    case NXIA_TYPE_SCOPE:
        return "scope";
    default:
        return std::to_string(type);
    }
}

std::string rightNames(std::uint64_t rights) {
    std::string names;
    auto add = [&](const std::string& name) { names += (names.empty() ? "" : ",") + name; };
    for (auto [right, name] : rightTable)
        if (rights & right) {
            add(name);
            rights &= ~right;
        }
    if (rights != 0)
        add(std::format("{:#x}", rights));
    return names;
}

} // namespace nxia::ctl
