// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace nxia::ctl {

/// A record of the audit log as a line for a person: when, what, who, why. What is no record comes
/// back as it is, without control characters.
std::string auditText(const std::string& record);

} // namespace nxia::ctl
