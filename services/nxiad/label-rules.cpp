// SPDX-License-Identifier: GPL-2.0-only
#include "label-rules.h"

#include <format>
#include <utility>

namespace nxia::registry {

void LabelRules::replace(policy::Policy policy) {
    for (const auto& domain : policy.domains)
        domains_.insert_or_assign(domain.number, Domain{domain.name, domain.remote()});
    policy_ = std::move(policy);
}

LabelRules::Domain LabelRules::domainOf(std::uint32_t number) const {
    if (number == 0)
        return {std::string(policy::unconfined), false};
    const auto found = domains_.find(number);
    return found == domains_.end() ? Domain{std::format("#{}", number), true} : found->second;
}

LabelRules::Answer LabelRules::mayRegister(const std::string& service, std::uint32_t domain) const {
    const policy::Service* rules = policy_.findService(service);
    return !rules || rules->mayRegister(domainOf(domain).name) ? Answer::allowed : Answer::refused;
}

LabelRules::Answer LabelRules::mayOpen(const std::string& service, std::uint32_t number) const {
    const policy::Service* rules = policy_.findService(service);
    const Domain domain = domainOf(number);
    if (domain.remote && !(rules && rules->remote()))
        return Answer::localOnly;
    return !rules || rules->mayOpen(domain.name) ? Answer::allowed : Answer::refused;
}

} // namespace nxia::registry
