// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <CLI/CLI.hpp>

namespace bench {

/// Adds the commands that look at results: compare, table, report. Each runs as its callback, and
/// throws CLI::RuntimeError(status) where the exit status is not to be 0.
void addReportCommands(CLI::App& app);

} // namespace bench
