// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "auditor.h"
#include "label-rules.h"
#include "netlink/netlink.h"

#include <optional>

namespace nxia::registry {

/// What nxiad asks of the module as an administrator. CAP_MAC_ADMIN is in effect during these calls
/// alone. All members throw netlink::Error.
class Kernel final : public RecordSource {
public:
    Kernel();

    netlink::Status status() { return module_->status(); }

    /// Puts a policy in force, unless the one in force means the same, or policy is sealed, which
    /// is logged.
    void load(const policy::Policy& policy);

    /// What the policy in force says about services; asks for it again if it has changed.
    const LabelRules& rules();

    std::uint64_t newestRecord() override { return status().auditSequence; }
    std::vector<netlink::AuditRecord> recordsFrom(std::uint64_t first) override;

    /// Rings when there are audit records. Null if the module has none.
    netlink::Module::Bell* bell() { return bell_ ? &*bell_ : nullptr; }

private:
    std::optional<netlink::Module> module_; // as long as it lives, opened with the capability
    std::optional<netlink::Module::Bell> bell_;
    std::uint32_t generation_ = 0; ///< of rules_
    LabelRules rules_;
};

} // namespace nxia::registry
