// SPDX-License-Identifier: GPL-2.0-only
#include "privileges.h"

#include <format>
#include <memory>
#include <stdexcept>
#include <sys/capability.h>
#include <sys/prctl.h>

namespace nxia::daemon {

namespace {

struct FreeCap {
    void operator()(void* pointer) const { cap_free(pointer); }
};
using CapSet = std::unique_ptr<std::remove_pointer_t<cap_t>, FreeCap>;
using CapText = std::unique_ptr<char, FreeCap>;

/// Needs CAP_SETPCAP; without it no_new_privs alone keeps the bounding set from mattering.
void emptyBoundingSet() {
    for (cap_value_t value = 0; cap_get_bound(value) >= 0; ++value)
        cap_drop_bound(value);
}

void checkNothingElseLeft(const CapSet& kept) {
    const CapSet left(cap_get_proc());
    if (!left || cap_compare(left.get(), kept.get()) != 0) {
        const CapText text(left ? cap_to_text(left.get(), nullptr) : nullptr);
        throw std::runtime_error(
            std::format("capabilities of Linux are left after dropping all: {}",
                        text ? text.get() : "they cannot be read"));
    }
    for (cap_value_t value = 0; cap_get_bound(value) >= 0; ++value)
        if (cap_get_ambient(value) != 0)
            throw std::runtime_error(
                std::format("capability {} of Linux is left in the ambient set", value));
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        throw std::runtime_error("no_new_privs is not set");
}

void dropTo(const CapSet& kept) {
    emptyBoundingSet();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || cap_reset_ambient() != 0 || !kept ||
        cap_set_proc(kept.get()) != 0)
        throw std::runtime_error("the capabilities of Linux cannot be dropped");
    checkNothingElseLeft(kept);
}

bool isEffective(cap_value_t capability) {
    const CapSet set(cap_get_proc());
    cap_flag_value_t value = CAP_CLEAR;
    return set && cap_get_flag(set.get(), capability, CAP_EFFECTIVE, &value) == 0 &&
           value == CAP_SET;
}

void setEffective(cap_value_t capability, cap_flag_value_t value) {
    const CapSet set(cap_get_proc());
    if (set && cap_set_flag(set.get(), CAP_EFFECTIVE, 1, &capability, value) == 0)
        cap_set_proc(set.get());
}

} // namespace

void dropAllPrivileges() {
    dropTo(CapSet(cap_init()));
}

void dropPrivilegesBut(int capability) {
    const CapSet now(cap_get_proc());
    const CapSet kept(cap_init());
    const cap_value_t value = capability;
    cap_flag_value_t permitted = CAP_CLEAR;
    if (now && kept && cap_get_flag(now.get(), value, CAP_PERMITTED, &permitted) == 0 &&
        permitted == CAP_SET)
        cap_set_flag(kept.get(), CAP_PERMITTED, 1, &value, CAP_SET);
    dropTo(kept);
}

Raised::Raised(int capability) : capability_(capability), was_(isEffective(capability)) {
    setEffective(capability_, CAP_SET);
}

Raised::~Raised() {
    if (!was_)
        setEffective(capability_, CAP_CLEAR);
}

} // namespace nxia::daemon
