// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The audit log: a chain of records, each of which carries the hash of the one before.
///
/// A record is a line of JSON:
///
///     {"n":7,"previous":"HASH",...,"hash":"HASH"}
///
/// `n` counts from 1. `hash` is the SHA-256 of the line as far as it goes before `,"hash"`, in
/// hexadecimal digits, and `previous` is the hash of record n-1 (of the first: zeros). So whoever
/// changes a record has to change all that follow, and the head, which lies beside the log.
namespace nxia::audit {

/// 64 hexadecimal digits.
using Hash = std::string;

/// `previous` of the first record.
Hash noHash();

struct Field {
    std::string name;
    std::variant<std::uint64_t, std::string> value;
};
using Fields = std::vector<Field>;

/// The place of a record in the chain.
struct Link {
    std::uint64_t number = 0; ///< 0: before the first
    Hash hash = noHash();

    bool operator==(const Link&) const = default;
};

/// Makes the record that follows `link`, and moves `link` to it. No newline.
std::string makeRecord(Link& link, const Fields& fields);

/// A line as the chain sees it.
struct Parsed {
    Link link;     ///< with the hash that it claims
    Hash previous; ///< that it claims
    bool intact;   ///< its hash is that of its text
};

/// None if it is no record at all.
std::optional<Parsed> parseRecord(std::string_view line);

/// A JSON string with its quotes. Bytes that are not printable ASCII become "\\xHH", as programs
/// and files may be called anything.
std::string quote(std::string_view text);

/// "2026-01-31T12:00:00.123456789Z" of nanoseconds since 1970.
std::string timeText(std::uint64_t nanoseconds);

/// Now, likewise.
std::string nowText();

} // namespace nxia::audit
