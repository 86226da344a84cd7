// SPDX-License-Identifier: GPL-2.0-only
#include "audit/verify.h"
#include "nxiad/auditor.h"
#include "temporary-folder.h"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <format>
#include <fstream>
#include <linux/nxia.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace nxia;
using registry::Auditor;

namespace {

/// A kernel that holds what it is told to.
class FakeKernel final : public registry::RecordSource {
public:
    std::uint64_t newestRecord() override { return newest; }

    std::vector<netlink::AuditRecord> recordsFrom(std::uint64_t first) override {
        std::vector<netlink::AuditRecord> records;
        for (auto sequence : held)
            if (sequence >= first)
                records.push_back({.sequence = sequence,
                                   .time = 1,
                                   .kind = NXIA_AUDIT_DENIED,
                                   .pid = 7,
                                   .uid = 0,
                                   .comm = "cat",
                                   .exe = "/usr/bin/cat",
                                   .domain = "reader",
                                   .operation = "open",
                                   .target = "/x",
                                   .tags = "local-only",
                                   .rule = "sink net",
                                   .error = 13});
        return records;
    }

    std::uint64_t newest = 0;
    std::vector<std::uint64_t> held;
};

/// The log's records after its first, each as "KIND SEQUENCE" or, if it is of lost ones, "lost
/// FIRST to LAST: COUNT".
std::vector<std::string> storyOf(const std::filesystem::path& folder) {
    auto value = [](const std::string& line, const std::string& name) {
        const auto mark = "\"" + name + "\":";
        const auto at = line.find(mark);
        if (at == std::string::npos)
            return std::string();
        const auto begin = at + mark.size();
        return line.substr(begin, line.find_first_of(",}", begin) - begin);
    };
    std::ifstream file(audit::logFile(folder));
    std::vector<std::string> story;
    for (std::string line; std::getline(file, line);) {
        const auto kind = value(line, "kind");
        if (kind == "\"lost\"")
            story.push_back(std::format("lost {} to {}: {}", value(line, "first"),
                                        value(line, "sequence"), value(line, "count")));
        else
            story.push_back(
                std::format("{} {}", kind.substr(1, kind.size() - 2), value(line, "sequence")));
    }
    story.erase(story.begin());
    return story;
}

using Story = std::vector<std::string>;

} // namespace

TEST_CASE("each record of the kernel comes into the log once") {
    TemporaryFolder folder;
    FakeKernel kernel;
    audit::Log log(folder.path());
    Auditor auditor(log, "boot-1");
    CHECK(auditor.catchUp(kernel) == 0);
    kernel.newest = 2;
    kernel.held = {1, 2};
    CHECK(auditor.catchUp(kernel) == 2);
    CHECK(auditor.catchUp(kernel) == 0);
    kernel.newest = 3;
    kernel.held = {2, 3};
    CHECK(auditor.catchUp(kernel) == 1);
    CHECK(storyOf(folder.path()) == Story{"denied 1", "denied 2", "denied 3"});
    CHECK(audit::verify(folder.path()).problems.empty());
}

TEST_CASE("what was lost is counted exactly") {
    TemporaryFolder folder;
    FakeKernel kernel;
    audit::Log log(folder.path());
    Auditor auditor(log, "boot-1");
    SECTION("before the oldest that is held, between two, and after the newest") {
        kernel.newest = 10;
        kernel.held = {4, 5, 8};
        CHECK(auditor.catchUp(kernel) == 6);
        CHECK(storyOf(folder.path()) == Story{"lost 1 to 3: 3", "denied 4", "denied 5",
                                              "lost 6 to 7: 2", "denied 8", "lost 9 to 10: 2"});
        kernel.newest = 11;
        kernel.held = {5, 8, 11};
        CHECK(auditor.catchUp(kernel) == 1);
    }
    SECTION("when nothing is held") {
        kernel.newest = 5;
        auditor.catchUp(kernel);
        CHECK(storyOf(folder.path()) == Story{"lost 1 to 5: 5"});
    }
    CHECK(auditor.catchUp(kernel) == 0);
}

TEST_CASE("after a restart the log continues where it was") {
    TemporaryFolder folder;
    FakeKernel kernel;
    kernel.newest = 2;
    kernel.held = {1, 2};
    {
        audit::Log log(folder.path());
        Auditor(log, "boot-1").catchUp(kernel);
    }
    kernel.newest = 6;
    kernel.held = {2, 5, 6};
    audit::Log log(folder.path());
    SECTION("of nxiad") {
        Auditor(log, "boot-1").catchUp(kernel);
        CHECK(storyOf(folder.path()) ==
              Story{"denied 1", "denied 2", "lost 3 to 4: 2", "denied 5", "denied 6"});
    }
    SECTION("of the machine") {
        Auditor(log, "boot-2").catchUp(kernel);
        CHECK(storyOf(folder.path()) == Story{"denied 1", "denied 2", "lost 1 to 1: 1", "denied 2",
                                              "lost 3 to 4: 2", "denied 5", "denied 6"});
    }
    SECTION("of the module") {
        kernel.newest = 1;
        kernel.held = {1};
        Auditor auditor(log, "boot-1");
        auditor.catchUp(kernel);
        CHECK(storyOf(folder.path()) ==
              Story{"denied 1", "denied 2", "module-loaded ", "denied 1"});
        CHECK(auditor.catchUp(kernel) == 0);
    }
    CHECK(audit::verify(folder.path()).problems.empty());
}

// In a child, for the limit stays.
TEST_CASE("what cannot be written waits in the kernel, and nxiad's own is counted") {
    TemporaryFolder folder;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        FakeKernel kernel;
        kernel.newest = 2;
        kernel.held = {1, 2};
        audit::Log log(folder.path());
        Auditor auditor(log, "boot-1");
        signal(SIGXFSZ, SIG_IGN);
        rlimit limit{300, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &limit);
        bool refused = false;
        try {
            auditor.catchUp(kernel);
        } catch (const std::system_error&) {
            refused = true;
        }
        auditor.note("denied", {});
        auditor.note("denied", {});
        limit.rlim_cur = RLIM_INFINITY;
        setrlimit(RLIMIT_FSIZE, &limit);
        auditor.note("denied", {});
        auditor.catchUp(kernel);
        _exit(refused ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(storyOf(folder.path()) == Story{"unwritten ", "denied ", "denied 1", "denied 2"});
    CHECK(audit::verify(folder.path()).problems.empty());
}
