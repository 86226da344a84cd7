// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace nxia::audit {

/// Something that is wrong with a log.
struct Problem {
    std::uint64_t line; ///< from 1; one more than there are if it is about what is missing there
    std::string reason;
};

struct Report {
    std::uint64_t records = 0;
    std::vector<Problem> problems{};
};

/// Follows the chain of the log in a folder, and says where it is broken: a record that was
/// changed, removed (at the end too), moved, or put in. Does not see a log that was replaced as a
/// whole, with its head, by another one that is sound. Throws std::system_error if there is no log.
Report verify(const std::filesystem::path& folder);

} // namespace nxia::audit
