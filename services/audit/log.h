// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "core/fd.h"
#include "record.h"

#include <filesystem>
#include <optional>

namespace nxia::audit {

/// Where the kernel's numbering of records has got to.
struct Position {
    std::string boot; ///< boot ID: the numbers begin anew with each
    std::uint64_t sequence = 0;

    bool operator==(const Position&) const = default;
};

/// The file of the log in a folder.
std::filesystem::path logFile(const std::filesystem::path& folder);

/// The file of its head: number and hash of the newest record, by which it is seen that records at
/// the end were taken away.
std::filesystem::path headFile(const std::filesystem::path& folder);

/// The link in a head file; none if there is none.
std::optional<Link> readHead(const std::filesystem::path& folder);

/// Writes the chain of records. One process at a time.
///
/// What append() has taken is on the disk. After a crash the log continues from what is there: half
/// a record at its end is cut off, and told by a record. If whole records are missing the numbers
/// go on from the head, so that verify() finds the gap.
class Log {
public:
    /// Makes the folder (mode 0700) and the log if they are not there, and begins it with a record
    /// of kind "genesis". Throws std::system_error naming the file, or std::runtime_error if
    /// another process writes it.
    explicit Log(const std::filesystem::path& folder);

    /// Appends records, all or none. Throws std::system_error (the disk is full, say); then the log
    /// is what it was.
    void append(const std::vector<Fields>& records);

    /// The newest record of the kernel's in the log: the last that has "boot" and "sequence".
    const std::optional<Position>& position() const { return position_; }

private:
    void openFiles();
    void continueChain();
    void writeText(const std::string& text);
    void writeHead();

    std::filesystem::path folder_;
    portal::core::Fd file_;
    portal::core::Fd head_;
    std::uint64_t size_ = 0;
    Link link_;
    std::optional<Position> position_;
};

} // namespace nxia::audit
