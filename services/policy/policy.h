// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>
#include <linux/nxia.h>
#include <string>
#include <string_view>
#include <vector>

/// Where information may go: what the text in /etc/nxia/policy.d says, and the kernel enforces.
namespace nxia::policy {

/// A set of tags: bit n stands for the tag whose `bit` is n.
using Label = std::uint64_t;

struct Tag {
    std::string name;
    unsigned bit;

    bool operator==(const Tag&) const = default;
};

struct Domain {
    std::string name;
    Label label = 0;
    Label mayDrop = 0;                ///< of `label`
    std::uint32_t flags = 0;          ///< NXIA_DOMAIN_*
    std::vector<std::string> enter{}; ///< domains that its tasks may enter at exec
    std::uint32_t number = 0;         ///< the kernel's, in what it answers

    bool remote() const { return (flags & NXIA_DOMAIN_REMOTE) != 0; }
};

/// A name of the registry.
struct Service {
    std::string name;
    std::uint32_t flags = 0;             ///< NXIA_SERVICE_*
    std::vector<std::string> offerers{}; ///< domains that may register it; empty: all
    std::vector<std::string> openers{};  ///< domains that may open it; empty: all

    bool remote() const { return (flags & NXIA_SERVICE_REMOTE) != 0; }
    bool mayRegister(std::string_view domain) const;
    bool mayOpen(std::string_view domain) const;
};

/// A whole policy.
struct Policy {
    std::vector<Tag> tags{};
    std::array<Label, NXIA_SINKS> sinks{}; ///< what each lets out; index: enum nxia_sink
    std::vector<Domain> domains{};
    std::vector<Service> services{};

    // Null if there is none of that name.
    const Tag* findTag(std::string_view name) const;
    const Domain* findDomain(std::string_view name) const;
    const Service* findService(std::string_view name) const;
};

/// Whether both say the same, whatever bits and numbers they give to names, in whatever order.
bool sameMeaning(const Policy& a, const Policy& b);

/// The domain of tasks that have none.
inline constexpr std::string_view unconfined = "unconfined";

/// Names of the sinks; index: enum nxia_sink.
inline constexpr std::array<std::string_view, NXIA_SINKS> sinkNames{"net",    "loopback", "vsock",
                                                                    "hostfs", "disk",     "tty"};

/// Whether it is 1 to 31 of a-z 0-9 . - _ and begins with a letter or digit.
bool isName(std::string_view name);

/// "a,b" in the order of the bits, "#13" for a bit without a name; empty for no tag.
std::string printLabel(const Policy& policy, Label label);

/// The policy as text that parses to the same.
std::string print(const Policy& policy);

} // namespace nxia::policy
