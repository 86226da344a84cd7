// SPDX-License-Identifier: GPL-2.0-only
#include "database.h"

#include "error.h"
#include "text.h"

#include <algorithm>
#include <chrono>
#include <format>

namespace nxia::store {

namespace {

using enum StoreError::Code;

// The first four bytes of "NXIA": tells our files from other SQLite files.
constexpr std::int64_t applicationId = 0x4e584941;
constexpr std::int64_t schemaVersion = 1;

// The index keeps no copy of the text; FTS5 reads it through the view. Content that is not text is
// found by its name only. The triggers make a change of a document and of the index one statement,
// hence one transaction.
constexpr const char* schema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE document(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    modified INTEGER NOT NULL,
    is_text INTEGER NOT NULL,
    size INTEGER NOT NULL,
    content BLOB NOT NULL
);
CREATE VIEW document_text AS
    SELECT id, name, CASE WHEN is_text THEN CAST(content AS TEXT) ELSE '' END AS text
    FROM document;
CREATE VIRTUAL TABLE document_index USING fts5(
    name, text,
    content='document_text', content_rowid='id',
    tokenize="porter unicode61 remove_diacritics 2"
);
CREATE TRIGGER document_insert AFTER INSERT ON document BEGIN
    INSERT INTO document_index(rowid, name, text)
        SELECT id, name, text FROM document_text WHERE id = new.id;
END;
CREATE TRIGGER document_delete BEFORE DELETE ON document BEGIN
    INSERT INTO document_index(document_index, rowid, name, text)
        SELECT 'delete', id, name, text FROM document_text WHERE id = old.id;
END;
CREATE TRIGGER document_before_update BEFORE UPDATE ON document BEGIN
    INSERT INTO document_index(document_index, rowid, name, text)
        SELECT 'delete', id, name, text FROM document_text WHERE id = old.id;
END;
CREATE TRIGGER document_after_update AFTER UPDATE ON document BEGIN
    INSERT INTO document_index(rowid, name, text)
        SELECT id, name, text FROM document_text WHERE id = new.id;
END;
INSERT INTO document_index(document_index, rank) VALUES('rank', 'bm25(4.0, 1.0)');
PRAGMA application_id = 0x4e584941;
PRAGMA user_version = 1;
COMMIT;
)sql";

std::int64_t queryInteger(const Connection& connection, const char* sql) {
    Statement statement(connection, sql);
    Statement::Run run(statement);
    run.step();
    return run.integer(0);
}

void checkIntegrity(const Connection& connection, const std::filesystem::path& path) {
    Statement statement(connection, "PRAGMA quick_check(1)");
    Statement::Run run(statement);
    if (!run.step() || run.bytes(0) != "ok")
        throw StoreError(corrupted, std::format("the document store {} is damaged ({}): move it "
                                                "away and restore it from a backup",
                                                path.string(), oneLine(run.bytes(0))));
}

void checkOurs(const Connection& connection, const std::filesystem::path& path) {
    if (queryInteger(connection, "PRAGMA application_id") != applicationId)
        throw StoreError(corrupted, std::format("{} is not a document store", path.string()));
    const std::int64_t version = queryInteger(connection, "PRAGMA user_version");
    if (version != schemaVersion)
        throw StoreError(corrupted, std::format("the document store {} has format {}, this "
                                                "nxia-store knows {}: update it",
                                                path.string(), version, schemaVersion));
}

/// A connection whose file is known to be whole and of our format, so that statements can be
/// prepared.
Connection openChecked(const std::filesystem::path& path) {
    Connection connection(path);
    connection.execute("PRAGMA locking_mode = EXCLUSIVE;"
                       "PRAGMA journal_mode = WAL;"
                       "PRAGMA synchronous = FULL;"
                       "PRAGMA trusted_schema = OFF;");
    if (queryInteger(connection, "SELECT count(*) FROM sqlite_schema") == 0)
        connection.execute(schema);
    checkOurs(connection, path);
    checkIntegrity(connection, path);
    return connection;
}

std::int64_t now() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

[[noreturn]] void throwNotFound(std::string_view name) {
    throw StoreError(notFound, std::format("no document named '{}'", name));
}

} // namespace

Database::Database(const std::filesystem::path& path, const Limits& limits)
    : connection_(openChecked(path)), limits_(limits),
      put_(connection_, "INSERT INTO document(name, modified, is_text, size, content) "
                        "VALUES(?1, ?2, ?3, length(?4), ?4) "
                        "ON CONFLICT(name) DO UPDATE SET modified = excluded.modified, "
                        "is_text = excluded.is_text, size = excluded.size, "
                        "content = excluded.content"),
      get_(connection_, "SELECT content FROM document WHERE name = ?1"),
      size_(connection_, "SELECT size FROM document WHERE name = ?1"),
      remove_(connection_, "DELETE FROM document WHERE name = ?1 RETURNING 1"),
      list_(connection_, "SELECT name, size, modified FROM document "
                         "WHERE name >= ?1 AND name > ?2 ORDER BY name LIMIT ?3"),
      search_(connection_, "SELECT name, rank, "
                           "snippet(document_index, 1, char(2), char(3), '…', 24) "
                           "FROM document_index WHERE document_index MATCH ?1 "
                           "ORDER BY rank LIMIT ?2") {
    const auto pages = limits.fileBytes / queryInteger(connection_, "PRAGMA page_size");
    connection_.execute(std::format("PRAGMA max_page_count = {}", pages).c_str());
}

void Database::checkPut(std::string_view name, std::uint64_t size) const {
    checkName(name);
    if (size > limits_.documentBytes)
        throw StoreError(tooLarge, std::format("document '{}' is too large: {} bytes are allowed",
                                               name, limits_.documentBytes));
}

void Database::put(std::string_view name, std::string_view content) {
    checkPut(name, content.size());
    put_.bindText(1, name);
    put_.bindInteger(2, now());
    put_.bindInteger(3, isText(content));
    put_.bindBytes(4, content);
    put_.run();
}

std::string Database::get(std::string_view name) {
    checkName(name);
    get_.bindText(1, name);
    Statement::Run run(get_);
    if (!run.step())
        throwNotFound(name);
    return std::string(run.bytes(0));
}

std::uint64_t Database::size(std::string_view name) {
    checkName(name);
    size_.bindText(1, name);
    Statement::Run run(size_);
    if (!run.step())
        throwNotFound(name);
    return static_cast<std::uint64_t>(run.integer(0));
}

void Database::remove(std::string_view name) {
    checkName(name);
    remove_.bindText(1, name);
    Statement::Run run(remove_);
    if (!run.step())
        throwNotFound(name);
    run.step(); // to the end of the statement, which commits it
}

Database::Page Database::list(std::string_view prefix, std::string_view cursor, std::size_t limit) {
    list_.bindText(1, prefix);
    list_.bindText(2, cursor);
    list_.bindInteger(3, static_cast<std::int64_t>(limit) + 1);
    Statement::Run run(list_);
    Page page{{}, false};
    while (run.step() && run.bytes(0).starts_with(prefix)) {
        if (page.entries.size() == limit) {
            page.more = true;
            break;
        }
        page.entries.push_back({std::string(run.bytes(0)),
                                static_cast<std::uint64_t>(run.integer(1)), run.integer(2)});
    }
    return page;
}

std::vector<Database::Hit> Database::search(std::string_view query, std::size_t limit) {
    const std::string expression = matchExpression(query);
    search_.bindText(1, expression);
    search_.bindInteger(2, static_cast<std::int64_t>(limit));
    Statement::Run run(search_);
    std::vector<Hit> hits;
    while (run.step())
        hits.push_back({std::string(run.bytes(0)), -run.real(1), oneLine(run.bytes(2))});
    return hits;
}

} // namespace nxia::store
