// SPDX-License-Identifier: GPL-2.0-only
#include "services.h"

namespace nxia::registry {

std::uint64_t Services::add(const std::string& name, portal::core::Capability endpoint) {
    entries_.insert_or_assign(name, Entry{++lastNumber_, std::move(endpoint)});
    return lastNumber_;
}

void Services::remove(const std::string& name, std::uint64_t number) {
    const auto entry = entries_.find(name);
    if (entry != entries_.end() && entry->second.number == number)
        entries_.erase(entry);
}

const portal::core::Capability* Services::find(const std::string& name) const {
    const auto entry = entries_.find(name);
    return entry == entries_.end() ? nullptr : &entry->second.endpoint;
}

std::vector<std::string> Services::names() const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_)
        names.push_back(name);
    return names;
}

} // namespace nxia::registry
