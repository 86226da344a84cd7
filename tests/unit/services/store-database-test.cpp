// SPDX-License-Identifier: GPL-2.0-only
#include "nxia-store/database.h"
#include "nxia-store/error.h"
#include "temporary-folder.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <csignal>
#include <filesystem>
#include <format>
#include <fstream>
#include <optional>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace nxia::store;
using Code = StoreError::Code;

namespace {

std::optional<Code> errorOf(auto&& action) {
    try {
        action();
    } catch (const StoreError& error) {
        return error.code();
    }
    return std::nullopt;
}

std::vector<std::string> namesOf(const std::vector<Database::Hit>& hits) {
    std::vector<std::string> names;
    for (const auto& hit : hits)
        names.push_back(hit.name);
    return names;
}

} // namespace

TEST_CASE("what is put can be got, replaced and removed") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});

    database.put("a", "one");
    CHECK(database.get("a") == "one");
    database.put("a", "two");
    CHECK(database.get("a") == "two");
    database.remove("a");
    CHECK(errorOf([&] { database.get("a"); }) == Code::notFound);
    CHECK(errorOf([&] { database.size("a"); }) == Code::notFound);
    CHECK(errorOf([&] { database.remove("a"); }) == Code::notFound);
}

TEST_CASE("a missing document is named") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    try {
        database.get("nosuch");
        FAIL("nothing was thrown");
    } catch (const StoreError& error) {
        CHECK(std::string(error.what()) == "no document named 'nosuch'");
    }
}

TEST_CASE("any bytes are kept, also none") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    std::string bytes;
    for (int i = 0; i < 70'000; ++i)
        bytes += static_cast<char>(i * 7);

    database.put("binary", bytes);
    database.put("empty", "");
    database.put("none", std::string_view());
    CHECK(database.get("binary") == bytes);
    CHECK(database.get("empty").empty());
    CHECK(database.get("none").empty());
    CHECK(database.list("binary", "", 1).entries.at(0).size == bytes.size());
    CHECK(database.size("binary") == bytes.size());
}

TEST_CASE("documents outlive the process") {
    TemporaryFolder folder;
    Database(folder / "store.db", {}).put("a", "kept");
    CHECK(Database(folder / "store.db", {}).get("a") == "kept");
}

TEST_CASE("a document that is too large is refused, and the old one stays") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {.documentBytes = 10});
    database.put("a", "0123456789");
    CHECK(errorOf([&] { database.put("a", "0123456789x"); }) == Code::tooLarge);
    CHECK(database.get("a") == "0123456789");
}

TEST_CASE("bad names are refused everywhere") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    const std::string bad = GENERATE("", "a\nb", "\xff");
    CHECK(errorOf([&] { database.put(bad, "x"); }) == Code::invalidName);
    CHECK(errorOf([&] { database.get(bad); }) == Code::invalidName);
    CHECK(errorOf([&] { database.remove(bad); }) == Code::invalidName);
}

TEST_CASE("listing goes by prefix, in pages") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    for (const char* name : {"b/2", "a/1", "b/1", "b", "c", "b/10"})
        database.put(name, "x");

    std::vector<std::string> names;
    std::string cursor;
    bool more = true;
    while (more) {
        auto page = database.list("b/", cursor, 2);
        for (auto& entry : page.entries)
            names.push_back(entry.name);
        REQUIRE_FALSE(page.entries.empty());
        cursor = page.entries.back().name;
        more = page.more;
    }
    CHECK(names == std::vector<std::string>{"b/1", "b/10", "b/2"});
    CHECK(database.list("", "", 100).entries.size() == 6);
    CHECK(database.list("nosuch", "", 100).entries.empty());
    CHECK_FALSE(database.list("", "", 6).more);
    CHECK(database.list("", "", 5).more);
}

TEST_CASE("search ranks, stems and shows where it matched") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    database.put("much", "Capability revocation.\nRevocation of a capability is immediate.");
    database.put("little", "A capability " + std::string(2000, ' ') +
                               "is a thing among many other things that are told of here, "
                               "and its revocation is one of them, far from the first mention");
    database.put("neither", "Nothing of the kind");

    auto hits = database.search("capabilities revocation", 10);
    CHECK(namesOf(hits) == std::vector<std::string>{"much", "little"});
    CHECK(hits.at(0).score > hits.at(1).score);
    CHECK(hits.at(0).snippet == "\2Capability\3 \2revocation\3. \2Revocation\3 of a "
                                "\2capability\3 is immediate.");
    CHECK(database.search("capability", 1).size() == 1);
    CHECK(namesOf(database.search(R"("of a capability")", 10)) == std::vector<std::string>{"much"});
    CHECK(namesOf(database.search("neither", 10)) == std::vector<std::string>{"neither"});
}

TEST_CASE("the index follows replacement and removal") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    database.put("a", "apple");
    database.put("a", "pear");
    CHECK(database.search("apple", 10).empty());
    CHECK(database.search("pear", 10).size() == 1);
    database.put("a", std::string_view("pear\0", 5)); // no longer text
    CHECK(database.search("pear", 10).empty());
    database.put("a", "plum");
    CHECK(database.search("plum", 10).size() == 1);
    database.remove("a");
    CHECK(database.search("plum", 10).empty());
}

TEST_CASE("whatever is searched for, there is no syntax error") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    database.put("doc", "capability foo-bar of C++ and NEAR");
    const std::string query =
        GENERATE("capability", "foo-bar", "C++", "\"unbalanced", "NEAR(", "NEAR(a b, 2", "a AND",
                 "OR", "NOT", "*", "+", "^x", "name:doc", "{name text}:x", "(", ")", "''", "\\",
                 "a\"\"b", "--", ";", "%", "🎉", "- + *", "capability +");
    CAPTURE(query);
    CHECK_FALSE(errorOf([&] { database.search(query, 10); }).has_value());
}

TEST_CASE("a search without a word is refused") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    const std::string query = GENERATE("", "  ", "\"\"", "\x01");
    CHECK(errorOf([&] { database.search(query, 10); }) == Code::invalidQuery);
}

TEST_CASE("words that are punctuation do not hide a document") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    database.put("doc", "capability foo-bar of C++");
    CHECK(database.search("capability + foo-bar", 10).size() == 1);
    CHECK(database.search("+ capability", 10).size() == 1);
    CHECK(database.search("C++", 10).size() == 1);
    CHECK(database.search("+", 10).empty());
}

TEST_CASE("a query of very many words is an ordinary one") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    database.put("doc", "a");
    std::string query;
    for (int i = 0; i < 512; ++i)
        query += "a ";
    CHECK(database.search(query, 10).size() == 1);
}

TEST_CASE("a file that is no store is refused and not touched") {
    TemporaryFolder folder;
    const auto path = folder / "store.db";
    const std::string content(8192, 'x');
    std::ofstream(path) << content;
    CHECK(errorOf([&] { Database database(path, {}); }) == Code::corrupted);
    std::ifstream in(path);
    CHECK(std::string(std::istreambuf_iterator(in), {}) == content);
}

TEST_CASE("another program's database is refused") {
    TemporaryFolder folder;
    Connection(folder / "store.db").execute("CREATE TABLE t(x)");
    CHECK(errorOf([&] { Database database(folder / "store.db", {}); }) == Code::corrupted);
}

TEST_CASE("a store of a later format is refused") {
    TemporaryFolder folder;
    {
        Database database(folder / "store.db", {});
    }
    Connection(folder / "store.db").execute("PRAGMA user_version = 2");
    CHECK(errorOf([&] { Database database(folder / "store.db", {}); }) == Code::corrupted);
}

TEST_CASE("a damaged store is noticed when it is opened") {
    TemporaryFolder folder;
    const auto path = folder / "store.db";
    {
        Database database(path, {});
        for (int i = 0; i < 200; ++i)
            database.put(std::format("document {}", i), std::string(1000, 'x'));
    }
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 2; page < 30; ++page)
        file.seekp(page * 4096) << std::string(4096, '\x5a');
    file.close();
    CHECK(errorOf([&] { Database database(path, {}); }) == Code::corrupted);
}

TEST_CASE("a second process is kept out") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {});
    database.put("a", "x");
    CHECK(errorOf([&] { Database second(folder / "store.db", {}); }) == Code::busy);
}

TEST_CASE("a folder that is not there is named") {
    TemporaryFolder folder;
    try {
        Database database(folder / "nosuch/store.db", {});
        FAIL("nothing was thrown");
    } catch (const StoreError& error) {
        CHECK(error.code() == Code::io);
        CHECK(std::string(error.what()).contains("nosuch/store.db"));
    }
}

// Each round a child replaces a document as fast as it can, and is killed at another moment.
// What it had confirmed must be there, and what is there must be whole.
TEST_CASE("kill -9 in the middle of puts leaves whole documents") {
    TemporaryFolder folder;
    const auto path = folder / "store.db";
    auto content = [](int version) {
        return std::string(300'000, static_cast<char>('a' + version));
    };

    for (int round = 0; round < 20; ++round) {
        int confirmed[2];
        REQUIRE(pipe(confirmed) == 0);
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            Database database(path, {});
            for (int i = 0;; ++i) {
                database.put("a", content(i % 26));
                const char version = static_cast<char>(i % 26);
                if (write(confirmed[1], &version, 1) != 1)
                    _exit(1);
            }
        }
        close(confirmed[1]);
        char version;
        REQUIRE(read(confirmed[0], &version, 1) == 1);
        std::this_thread::sleep_for(std::chrono::microseconds(700 * round));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        char last = version;
        while (read(confirmed[0], &version, 1) == 1)
            last = version;
        close(confirmed[0]);

        Database database(path, {});
        const std::string found = database.get("a");
        CHECK((found == content(last) || found == content((last + 1) % 26)));
        CHECK(database.search("a", 10).size() == 1);
    }
}

/// What a store without space answers. It must stay usable.
void checkFull(Database& database) {
    CHECK(errorOf([&] { database.put("big", std::string(2'000'000, 'x')); }) == Code::diskFull);
    CHECK(database.get("old") == "kept");
    CHECK(errorOf([&] { database.get("big"); }) == Code::notFound);
    CHECK(database.search("kept", 10).size() == 1);
    CHECK_NOTHROW(database.put("small", "fits"));
}

TEST_CASE("a store at its limit says so, and nothing is lost") {
    TemporaryFolder folder;
    Database database(folder / "store.db", {.fileBytes = 1'000'000});
    database.put("old", "kept");
    checkFull(database);
}

/// Keeps what is mounted on `folder` from showing in other namespaces: makes the mount that it is
/// in private.
bool stopPropagation(std::filesystem::path folder) {
    while (mount("", folder.c_str(), "", MS_PRIVATE, nullptr) != 0) {
        if (folder == folder.root_path())
            return false;
        folder = folder.parent_path();
    }
    return true;
}

TEST_CASE("a full disk is told, and nothing is lost") {
    TemporaryFolder folder;
    const char* path = folder.path().c_str();
    if (unshare(CLONE_NEWNS) != 0 || !stopPropagation(folder.path()) ||
        mount("tmpfs", path, "tmpfs", 0, "size=1m") != 0)
        SKIP("a small file system cannot be mounted here");
    {
        Database database(folder / "store.db", {});
        database.put("old", "kept");
        checkFull(database);
    }
    umount(path);
}
