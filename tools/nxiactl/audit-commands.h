// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <CLI/CLI.hpp>

namespace nxia::ctl {

/// Adds "audit".
void addAuditCommands(CLI::App& app);

} // namespace nxia::ctl
