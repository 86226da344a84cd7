// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <algorithm>

namespace nxia::ctl {

std::string printable(std::string text) {
    std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return text;
}

std::string table(const Row& header, const std::vector<Row>& rows) {
    std::vector<Row> lines{header};
    lines.insert(lines.end(), rows.begin(), rows.end());
    std::vector<std::size_t> widths(header.size());
    for (Row& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) {
            line[i] = line[i].empty() ? "-" : printable(line[i]);
            widths[i] = std::max(widths[i], line[i].size());
        }

    std::string text;
    for (const Row& line : lines) {
        for (std::size_t i = 0; i + 1 < line.size(); ++i)
            text.append(line[i]).append(widths[i] - line[i].size() + 2, ' ');
        text.append(line.back()) += '\n';
    }
    return text;
}

} // namespace nxia::ctl
