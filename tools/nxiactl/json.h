// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "audit/verify.h"
#include "policy/explain.h"
#include "view.h"

#include <string>
#include <string_view>
#include <vector>

namespace nxia::ctl {

/// A JSON string with its quotes. Bytes that are not ASCII become U+FFFD: a process may be called
/// anything.
std::string quoteJson(std::string_view text);

// Numbers are decimal JSON numbers up to 64 bits; what is absent is null.
std::string toJson(const netlink::Status& status);
std::string toJson(const std::vector<netlink::Session>& sessions);
std::string toJson(const std::vector<CapabilityView>& capabilities);
std::string toJson(const netlink::PolicyInForce& policy, bool sealed);
std::string toJson(const policy::Verdict& verdict, const std::string& left);
std::string toJson(const audit::Report& report);

} // namespace nxia::ctl
