// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "core/capability.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nxia::registry {

/// The services that are registered now: names, and capabilities to their endpoints.
class Services {
public:
    /// Registers a service in place of an earlier one of that name, whose clients keep what they
    /// have; gives the number of this registration.
    std::uint64_t add(const std::string& name, portal::core::Capability endpoint);

    /// Ends a registration, unless another has taken its place.
    void remove(const std::string& name, std::uint64_t number);

    /// Null if there is none of that name.
    const portal::core::Capability* find(const std::string& name) const;

    /// Sorted.
    std::vector<std::string> names() const;

private:
    struct Entry {
        std::uint64_t number;
        portal::core::Capability endpoint;
    };

    std::map<std::string, Entry> entries_;
    std::uint64_t lastNumber_ = 0;
};

} // namespace nxia::registry
