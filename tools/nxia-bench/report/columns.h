// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace bench {

using Row = std::vector<std::string>;

/// Lines of columns two spaces apart, the first of them flush left, figures flush right. A column
/// that no row but the first, which is the header, has anything in is left out.
std::string columns(const std::vector<Row>& rows);

/// The columns that columns() would leave in.
std::vector<Row> withoutEmptyColumns(const std::vector<Row>& rows);

} // namespace bench
