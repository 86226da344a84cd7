// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <stdexcept>
#include <string>

namespace nxia::store {

/// Why the store refused or could not do something. what() is for people and names the thing.
class StoreError : public std::runtime_error {
public:
    enum class Code {
        invalidName,
        invalidQuery,
        notFound,
        tooLarge,
        diskFull,
        corrupted, ///< the database file is damaged, or is not ours
        busy,      ///< another process has the database open, or too much is under way
        io,
    };

    StoreError(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}

    Code code() const { return code_; }

private:
    Code code_;
};

} // namespace nxia::store
