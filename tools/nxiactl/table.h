// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace nxia::ctl {

using Row = std::vector<std::string>;

/// Lines with aligned columns, the header first. Control characters become '?': what a process is
/// called must not control the terminal.
std::string table(const Row& header, const std::vector<Row>& rows);

/// What a table would show of `text`.
std::string printable(std::string text);

} // namespace nxia::ctl
