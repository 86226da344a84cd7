// SPDX-License-Identifier: GPL-2.0-only
#include "audit/log.h"
#include "audit/verify.h"
#include "temporary-folder.h"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace nxia::audit;

namespace {

Fields kernelRecord(std::uint64_t sequence) {
    return {{"boot", "b-1"}, {"sequence", sequence}, {"target", "a \"b\" \"boot\":\"x\""}};
}

/// A log with records 1 (genesis) to 6.
void writeLog(const std::filesystem::path& folder) {
    Log log(folder);
    log.append({kernelRecord(1), kernelRecord(2)});
    log.append({{{"kind", "own"}}});
    log.append({kernelRecord(3), kernelRecord(4)});
}

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> linesOf(const std::filesystem::path& folder) {
    std::ifstream file(logFile(folder));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

void writeLines(const std::filesystem::path& folder, const std::vector<std::string>& lines) {
    std::ofstream file(logFile(folder), std::ios::trunc);
    for (const auto& line : lines)
        file << line << '\n';
}

/// "LINE: reason" of each problem.
std::vector<std::string> problemsOf(const std::filesystem::path& folder) {
    std::vector<std::string> texts;
    for (const auto& problem : verify(folder).problems)
        texts.push_back(std::to_string(problem.line) + ": " + problem.reason);
    return texts;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("records are a chain that can be checked by hand") {
    Link link;
    const auto first = makeRecord(link, {{"kind", "genesis"}, {"count", std::uint64_t{7}}});
    CHECK(first ==
          R"({"n":1,"previous":"0000000000000000000000000000000000000000000000000000000000000000",)"
          R"("kind":"genesis","count":7,)"
          R"("hash":"1178a149df3f04e110406f1af5db93de4e59db3107d62347cc01978a0e1ecb98"})");
    const auto second = parseRecord(makeRecord(link, {}));
    REQUIRE(second);
    CHECK(second->intact);
    CHECK(second->link == link);
    CHECK(second->link.number == 2);
    CHECK(second->previous == parseRecord(first)->link.hash);
}

TEST_CASE("what is no record is seen") {
    Link link;
    const auto record = makeRecord(link, {{"kind", "x"}});
    CHECK(parseRecord(record));
    CHECK_FALSE(parseRecord(""));
    CHECK_FALSE(parseRecord("{}"));
    CHECK_FALSE(parseRecord(record + " "));
    CHECK_FALSE(parseRecord(record.substr(1)));
    auto changed = record;
    changed[record.find('x')] = 'y';
    CHECK_FALSE(parseRecord(changed)->intact);
}

TEST_CASE("what programs are called cannot forge a record") {
    CHECK(quote("a\"b\\c\n\x7f\xc3\xbc") == R"("a\"b\\c\\x0a\\x7f\\xc3\\xbc")");
}

TEST_CASE("times are those of the world, to the nanosecond") {
    CHECK(timeText(0) == "1970-01-01T00:00:00.000000000Z");
    CHECK(timeText(1'767'225'600'000'000'001) == "2026-01-01T00:00:00.000000001Z");
}

TEST_CASE("a log is begun, continued and found whole") {
    TemporaryFolder folder;
    const auto place = folder / "audit";
    writeLog(place);
    struct stat status{};
    REQUIRE(stat(place.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    REQUIRE(stat(logFile(place).c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(linesOf(place)[0].find(R"("kind":"genesis")") != std::string::npos);
    CHECK(verify(place).records == 6);
    CHECK(problemsOf(place).empty());
    {
        Log log(place);
        CHECK(log.position() == Position{"b-1", 4});
        log.append({{{"kind", "more"}}});
        CHECK(log.position() == Position{"b-1", 4});
    }
    CHECK(verify(place).records == 7);
    CHECK(problemsOf(place).empty());
}

TEST_CASE("a fresh log has no position of the kernel") {
    TemporaryFolder folder;
    CHECK_FALSE(Log(folder / "audit").position());
}

TEST_CASE("one process writes a log") {
    TemporaryFolder folder;
    const Log log(folder.path());
    CHECK_THROWS_AS(Log(folder.path()), std::runtime_error);
}

TEST_CASE("a changed record is found") {
    TemporaryFolder folder;
    writeLog(folder.path());
    auto lines = linesOf(folder.path());
    SECTION("in the middle") {
        lines[3].replace(lines[3].find("own"), 3, "OWN");
        writeLines(folder.path(), lines);
        CHECK(problemsOf(folder.path()) == Texts{"4: record 4 was changed"});
    }
    SECTION("at the end") {
        lines[5].replace(lines[5].find("target"), 6, "Target");
        writeLines(folder.path(), lines);
        CHECK(problemsOf(folder.path()) == Texts{"6: record 6 was changed"});
    }
    SECTION("with a hash that fits") {
        Link link = parseRecord(lines[2])->link;
        lines[3] = makeRecord(link, {{"kind", "forged"}});
        writeLines(folder.path(), lines);
        CHECK(problemsOf(folder.path()) ==
              Texts{"5: record 5 does not belong to the one before it: that was replaced"});
    }
    SECTION("at the end, with a hash that fits") {
        Link link = parseRecord(lines[4])->link;
        lines[5] = makeRecord(link, {{"kind", "forged"}});
        writeLines(folder.path(), lines);
        CHECK(problemsOf(folder.path()) ==
              Texts{"6: record 6 is not the one that was written: the head names another"});
    }
    SECTION("to something else") {
        lines[3] = "hello";
        writeLines(folder.path(), lines);
        CHECK(problemsOf(folder.path()) ==
              Texts{"4: this is no record of the log",
                    "5: record 5 comes after record 3: 1 record removed or moved"});
    }
}

TEST_CASE("a removed record is found") {
    TemporaryFolder folder;
    writeLog(folder.path());
    auto lines = linesOf(folder.path());
    SECTION("in the middle") {
        lines.erase(lines.begin() + 2);
        writeLines(folder.path(), lines);
        CHECK(problemsOf(folder.path()) ==
              Texts{"3: record 4 comes after record 2: 1 record removed or moved"});
    }
    SECTION("at the beginning") {
        lines.erase(lines.begin(), lines.begin() + 2);
        writeLines(folder.path(), lines);
        CHECK(problemsOf(folder.path()) ==
              Texts{"1: the log begins with record 3: 2 records removed or moved"});
    }
    SECTION("at the end") {
        lines.pop_back();
        writeLines(folder.path(), lines);
        const Texts gone{"6: 1 record removed at the end: the newest was record 6"};
        CHECK(problemsOf(folder.path()) == gone);
        // And the log that goes on from there does not hide it.
        Log(folder.path()).append({{{"kind", "later"}}});
        CHECK(problemsOf(folder.path()) ==
              Texts{"6: record 7 comes after record 5: 1 record removed or moved"});
    }
    SECTION("all") {
        writeLines(folder.path(), {});
        CHECK(problemsOf(folder.path()) ==
              Texts{"1: 6 records removed at the end: the newest was record 6"});
    }
    SECTION("with the head") {
        std::filesystem::remove(headFile(folder.path()));
        CHECK(problemsOf(folder.path()) ==
              Texts{"7: the head is missing: whether records were removed here cannot be told"});
    }
}

TEST_CASE("a moved record is found") {
    TemporaryFolder folder;
    writeLog(folder.path());
    auto lines = linesOf(folder.path());
    std::swap(lines[2], lines[3]);
    writeLines(folder.path(), lines);
    CHECK(problemsOf(folder.path()) ==
          Texts{"3: record 4 comes after record 2: 1 record removed or moved",
                "4: record 3 comes after record 4: it was moved or repeated",
                "5: record 5 comes after record 3: 1 record removed or moved"});
}

TEST_CASE("half a record at the end is cut off and told") {
    TemporaryFolder folder;
    writeLog(folder.path());
    std::ofstream(logFile(folder.path()), std::ios::app) << R"({"n":7,"prev)";
    CHECK(problemsOf(folder.path()).empty());
    {
        Log log(folder.path());
    }
    CHECK(problemsOf(folder.path()).empty());
    const auto lines = linesOf(folder.path());
    REQUIRE(lines.size() == 7);
    CHECK(lines[6].find(R"("kind":"torn","bytes":12)") != std::string::npos);
}

TEST_CASE("a log that is ahead of its head is whole") {
    TemporaryFolder folder;
    writeLog(folder.path());
    const auto head = contentOf(headFile(folder.path()));
    Log(folder.path()).append({{{"kind", "more"}}});
    std::ofstream(headFile(folder.path()), std::ios::trunc) << head;
    CHECK(problemsOf(folder.path()).empty());
    {
        Log(folder.path()).append({{{"kind", "yet more"}}});
    }
    CHECK(verify(folder.path()).records == 8);
    CHECK(problemsOf(folder.path()).empty());
}

// In a child, for the limit stays.
TEST_CASE("a record for which there is no room is not there in part") {
    TemporaryFolder folder;
    writeLog(folder.path());
    const auto before = contentOf(logFile(folder.path()));
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        Log log(folder.path());
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{before.size() + 100, before.size() + 100};
        setrlimit(RLIMIT_FSIZE, &limit);
        try {
            log.append({kernelRecord(5)});
            _exit(1);
        } catch (const std::system_error& error) {
            _exit(error.code().value() == EFBIG && log.position() == Position{"b-1", 4} ? 0 : 2);
        }
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(contentOf(logFile(folder.path())) == before);
    CHECK(problemsOf(folder.path()).empty());
}

TEST_CASE("a log that is not there is told") {
    TemporaryFolder folder;
    CHECK_THROWS_AS(verify(folder / "nosuch"), std::system_error);
}
