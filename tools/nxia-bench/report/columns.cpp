// SPDX-License-Identifier: GPL-2.0-only
#include "columns.h"

#include <algorithm>

namespace bench {

std::vector<Row> withoutEmptyColumns(const std::vector<Row>& rows) {
    std::vector<Row> kept(rows.size());
    for (std::size_t column = 0; column < rows.front().size(); column++) {
        auto filled = [&](const Row& row) { return !row[column].empty(); };
        if (std::none_of(rows.begin() + 1, rows.end(), filled))
            continue;
        for (std::size_t i = 0; i < rows.size(); i++)
            kept[i].push_back(rows[i][column]);
    }
    return kept;
}

std::string columns(const std::vector<Row>& rows) {
    const std::vector<Row> kept = withoutEmptyColumns(rows);
    std::vector<std::size_t> widths(kept.front().size());
    for (const Row& row : kept)
        for (std::size_t i = 0; i < row.size(); i++)
            widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const Row& row : kept) {
        std::string line = row.front() + std::string(widths.front() - row.front().size(), ' ');
        for (std::size_t i = 1; i < row.size(); i++)
            line += std::string(widths[i] - row[i].size() + 2, ' ') + row[i];
        text += line + '\n';
    }
    return text;
}

} // namespace bench
