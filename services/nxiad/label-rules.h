// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "policy/policy.h"

#include <map>

namespace nxia::registry {

/// What the policy of labels says about the names of the registry, by the domain that the kernel
/// saw when the caller connected.
class LabelRules {
public:
    /// Goes by another policy. What it says of a domain holds as long as no policy says otherwise:
    /// tasks stay in domains that policy has no longer.
    void replace(policy::Policy policy);

    struct Domain {
        std::string name;
        bool remote;
    };

    /// A domain that no policy has had is taken for a remote one.
    Domain domainOf(std::uint32_t number) const;

    enum class Answer { allowed, localOnly, refused };

    Answer mayRegister(const std::string& service, std::uint32_t domain) const;

    /// A service that policy does not name is local-only.
    Answer mayOpen(const std::string& service, std::uint32_t domain) const;

private:
    policy::Policy policy_;
    std::map<std::uint32_t, Domain> domains_;
};

} // namespace nxia::registry
