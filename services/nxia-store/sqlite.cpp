// SPDX-License-Identifier: GPL-2.0-only
#include "sqlite.h"

#include "error.h"

#include <format>

namespace nxia::store {

namespace {

StoreError describe(int result, const std::string& path, const char* detail) {
    using enum StoreError::Code;
    switch (result) {
    case SQLITE_FULL:
        return {diskFull, std::format("no space left for the document store {}", path)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {corrupted, std::format("the document store {} is damaged ({}): move it away and "
                                       "restore it from a backup",
                                       path, detail)};
    case SQLITE_BUSY:
        return {busy, std::format("the document store {} is in use by another process", path)};
    case SQLITE_TOOBIG:
        return {tooLarge, std::format("too large for the document store {}", path)};
    default:
        return {io, std::format("the document store {}: {}", path, detail)};
    }
}

} // namespace

Connection::Connection(const std::filesystem::path& path) : path_(path.string()) {
    sqlite3* handle = nullptr;
    const int result =
        sqlite3_open_v2(path_.c_str(), &handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(handle);
    if (result != SQLITE_OK)
        throw describe(result, path_, sqlite3_errstr(result));
}

void Connection::execute(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail();
}

void Connection::fail() const {
    // The low byte is the class of the error, what is above tells more exactly where it arose.
    throw describe(sqlite3_extended_errcode(handle_.get()) & 0xff, path_,
                   sqlite3_errmsg(handle_.get()));
}

Statement::Statement(const Connection& connection, const char* sql) : connection_(connection) {
    sqlite3_stmt* handle = nullptr;
    const int result =
        sqlite3_prepare_v3(connection.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    handle_.reset(handle);
    check(result);
}

void Statement::bindText(int index, std::string_view value) {
    check(sqlite3_bind_text64(handle_.get(), index, value.data() ? value.data() : "", value.size(),
                              SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bindBytes(int index, std::string_view value) {
    // A null pointer would bind NULL, not the empty blob.
    check(sqlite3_bind_blob64(handle_.get(), index, value.data() ? value.data() : "", value.size(),
                              SQLITE_STATIC));
}

void Statement::bindInteger(int index, std::int64_t value) {
    check(sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::run() {
    Run run(*this);
    run.step();
}

void Statement::check(int result) const {
    if (result != SQLITE_OK)
        connection_.fail();
}

Statement::Run::~Run() {
    sqlite3_reset(statement_.handle_.get());
    sqlite3_clear_bindings(statement_.handle_.get());
}

bool Statement::Run::step() {
    const int result = sqlite3_step(statement_.handle_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        statement_.connection_.fail();
    return result == SQLITE_ROW;
}

std::string_view Statement::Run::bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_.handle_.get(), column);
    const int size = sqlite3_column_bytes(statement_.handle_.get(), column);
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::int64_t Statement::Run::integer(int column) const {
    return sqlite3_column_int64(statement_.handle_.get(), column);
}

double Statement::Run::real(int column) const {
    return sqlite3_column_double(statement_.handle_.get(), column);
}

} // namespace nxia::store
