// SPDX-License-Identifier: GPL-2.0-only
//
// From Windows to a guest and back: nxia-bench.exe there is the client of `nxia-bench serve` here.
#pragma once

#include <CLI/CLI.hpp>

namespace bench {

/// Linux: adds `serve`. Windows: adds to `run` the options that say where it serves.
void addBoundaryCommands(CLI::App& app, CLI::App& run);

} // namespace bench
