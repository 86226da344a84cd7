// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <CLI/CLI.hpp>

namespace nxia::ctl {

/// Adds "policy" and "explain". `status` is what the program is to exit with.
void addPolicyCommands(CLI::App& app, int& status);

} // namespace nxia::ctl
