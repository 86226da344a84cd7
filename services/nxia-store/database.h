// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "sqlite.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nxia::store {

/// Documents by name, in one SQLite file with a full-text index.
///
/// Each change is one transaction that is on the disk when the call returns: after a crash at any
/// point a document is whole, the old one or the new one. All members throw StoreError, and leave
/// the store as it was when they do.
class Database {
public:
    struct Limits {
        std::size_t documentBytes = std::size_t{64} << 20;
        std::uint64_t fileBytes = std::uint64_t{1} << 40; ///< of the database file
    };

    struct Entry {
        std::string name;
        std::uint64_t size;    ///< bytes
        std::int64_t modified; ///< microseconds since 1970
    };

    struct Page {
        std::vector<Entry> entries; ///< in the order of the bytes of the names
        bool more;                  ///< there are others after the last
    };

    struct Hit {
        std::string name;
        double score;        ///< BM25; the larger the better
        std::string snippet; ///< one line; what matched is between matchBegin and matchEnd
    };

    /// Opens the file, makes it if it is not there, checks it, and keeps others out of it.
    Database(const std::filesystem::path& path, const Limits& limits);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const Limits& limits() const { return limits_; }

    /// Throws what put() would throw about this name and this many bytes.
    void checkPut(std::string_view name, std::uint64_t size) const;

    /// Makes the document, or replaces it.
    void put(std::string_view name, std::string_view content);

    std::string get(std::string_view name);

    /// Bytes of the document.
    std::uint64_t size(std::string_view name);

    void remove(std::string_view name);

    /// At most `limit` documents whose names begin with `prefix` and come after `cursor`; an empty
    /// cursor is the start.
    Page list(std::string_view prefix, std::string_view cursor, std::size_t limit);

    /// At most `limit` documents with all the words of `query` (and phrases in double quotes), best
    /// first. Words are compared by their English stems and without accents.
    std::vector<Hit> search(std::string_view query, std::size_t limit);

private:
    Connection connection_;
    Limits limits_;
    Statement put_;
    Statement get_;
    Statement size_;
    Statement remove_;
    Statement list_;
    Statement search_;
};

} // namespace nxia::store
