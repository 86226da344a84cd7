// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "columns.h"
#include "groups.h"

#include <string>
#include <vector>

namespace bench {

/// A header and a row for each that was measured; the last columns have what ours takes as a factor
/// of what the row's transport takes.
std::vector<Row> rowsOf(const Group& group);

/// All of a run, for a terminal.
std::string tableOf(const Run& run);

} // namespace bench
