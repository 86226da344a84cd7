// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "netlink/netlink.h"

#include <optional>
#include <string>
#include <vector>

namespace nxia::ctl {

/// A capability with what a person wants to know about it.
struct CapabilityView {
    netlink::Capability capability;
    std::string holder; ///< name of the process whose session holds it
    /// Name of the process that it leads to: who accepts at an endpoint, who has the other end of a
    /// channel; empty if there is none.
    std::string target;
};

/// Joins what the module says of sessions and of all capabilities.
std::vector<CapabilityView> describe(const std::vector<netlink::Session>& sessions,
                                     const std::vector<netlink::Capability>& capabilities);

/// Which capabilities are meant; what is not given matches all.
struct Selector {
    std::optional<std::uint32_t> session{};
    std::optional<std::uint64_t> handle{};
    std::optional<std::uint64_t> object{};
    std::string holder{};
    std::string target{};
    std::string type{}; ///< "endpoint" or "channel"
};

/// Those that match and are not revoked yet.
std::vector<CapabilityView> select(const std::vector<CapabilityView>& all,
                                   const Selector& selector);

/// "endpoint", "channel", or the number.
std::string typeName(std::uint32_t type);

/// "connect,transfer"; bits without a name as a hexadecimal number.
std::string rightNames(std::uint64_t rights);

} // namespace nxia::ctl
