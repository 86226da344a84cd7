// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <CLI/CLI.hpp>

namespace nxia::ctl {

/// Adds "run". `status` is what the program is to exit with if the command does not take its place.
void addRunCommand(CLI::App& app, int& status);

} // namespace nxia::ctl
