// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace nxia::store {

/// A connection to a database file. Every failure is a StoreError that names the file.
class Connection {
public:
    /// Opens the file, and makes it if it is not there.
    explicit Connection(const std::filesystem::path& path);

    /// Runs statements that need no parameters and give no rows.
    void execute(const char* sql);

    /// Throws what the last call on `connection` failed with.
    [[noreturn]] void fail() const;

    sqlite3* get() const { return handle_.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };

    std::string path_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement; it must not outlive its connection. Text and bytes that are bound are not
/// copied: they must live until the Run that uses them ends.
class Statement {
public:
    Statement(const Connection& connection, const char* sql);

    void bindText(int index, std::string_view value);
    void bindBytes(int index, std::string_view value);
    void bindInteger(int index, std::int64_t value);

    /// One execution: step() until it says false; the destructor resets the statement.
    class Run {
    public:
        explicit Run(Statement& statement) : statement_(statement) {}
        ~Run();
        Run(const Run&) = delete;
        Run& operator=(const Run&) = delete;

        /// Whether there is another row.
        bool step();

        /// The views live until the next step().
        std::string_view bytes(int column) const;
        std::int64_t integer(int column) const;
        double real(int column) const;

    private:
        Statement& statement_;
    };

    /// Runs a statement that gives no rows.
    void run();

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };

    void check(int result) const;

    const Connection& connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

} // namespace nxia::store
