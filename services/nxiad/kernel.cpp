// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include "daemon/log.h"
#include "daemon/privileges.h"

#include <cerrno>
#include <sys/capability.h>

namespace nxia::registry {

namespace {

using daemon::Level;
using daemon::log;
using daemon::Raised;

} // namespace

Kernel::Kernel() {
    const Raised raised(CAP_MAC_ADMIN);
    module_.emplace();
    try {
        bell_.emplace(*module_);
    } catch (const netlink::Error& error) {
        if (error.code() != EOPNOTSUPP)
            throw;
        log(Level::warning, "this module keeps no audit records");
    }
}

void Kernel::load(const policy::Policy& policy) {
    const Raised raised(CAP_MAC_ADMIN);
    const bool sealed = module_->status().sealed;
    if (policy::sameMeaning(module_->policy().policy, policy)) {
        log(Level::info, "the policy in force is that of the files");
    } else if (sealed) {
        log(Level::warning,
            "policy is sealed until the next boot: that of the files is another one, "
            "and is not in force");
    } else {
        log(Level::info, "policy {} is in force", module_->loadPolicy(policy));
    }
}

const LabelRules& Kernel::rules() {
    if (const auto now = status().generation; now != generation_) {
        const Raised raised(CAP_MAC_ADMIN);
        auto found = module_->policy();
        rules_.replace(std::move(found.policy));
        generation_ = found.generation;
    }
    return rules_;
}

std::vector<netlink::AuditRecord> Kernel::recordsFrom(std::uint64_t first) {
    const Raised raised(CAP_MAC_ADMIN);
    return module_->auditRecords(first);
}

} // namespace nxia::registry
