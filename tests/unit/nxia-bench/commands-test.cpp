// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"
#include "results.h"
#include "temporary-folder.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

using namespace bench;

namespace {

/// What a command wrote, and how it ended.
struct Outcome {
    int status = 0;
    std::string out, error;
};

class Redirected {
public:
    explicit Redirected(std::ostream& stream)
        : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
    ~Redirected() { stream_.rdbuf(before_); }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;

    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::ostream& stream_;
    std::streambuf* before_;
};

Outcome outcomeOf(std::vector<std::string> arguments) {
    CLI::App app;
    addReportCommands(app);
    const Redirected out(std::cout), error(std::cerr);
    std::ranges::reverse(arguments);
    int status = 0;
    try {
        app.parse(arguments);
    } catch (const CLI::RuntimeError& end) {
        status = end.get_exit_code();
    }
    return {status, out.text(), error.text()};
}

std::string write(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
    const auto path = folder / name.c_str();
    std::ofstream(path) << text;
    return path.string();
}

std::string write(const TemporaryFolder& folder, const std::string& name, const Run& run) {
    const auto path = (folder / name.c_str()).string();
    writeRun(run, path);
    return path;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

const std::string sound =
    R"({"kernel": "6.12", "processors": 2, "clock": "instructions", "rounds": 1, "results": [
    {"scenario": "rpc", "transport": "pipe", "cpus": 1, "unit": "instructions", "p50": 7381}]})";

} // namespace

TEST_CASE("what was written is read again") {
    const TemporaryFolder folder;
    const Run run = runOf({call("nxia", 4600.5), call("pipe", 7381)});
    const std::string path = write(folder, "a.json", run);
    const Outcome table = outcomeOf({"table", path});
    CHECK(table.status == 0);
    CHECK(has(table.out, "nxia"));
    CHECK(readRun(path).results[0].p50 == 4600.5);
    CHECK(readRun(path).instructions);
}

TEST_CASE("compare ends with 1 if something became slower") {
    const TemporaryFolder folder;
    const std::string fast = write(folder, "fast.json", runOf({call("nxia", 1000)}));
    const std::string slow = write(folder, "slow.json", runOf({call("nxia", 1030)}));
    CHECK(outcomeOf({"compare", fast, fast}).status == 0);
    CHECK(outcomeOf({"compare", slow, fast}).status == 0);
    const Outcome slower = outcomeOf({"compare", fast, slow});
    CHECK(slower.status == 1);
    CHECK(has(slower.out, "SLOWER"));
    CHECK(has(slower.out, "+3.0 %"));
    CHECK(outcomeOf({"compare", fast, slow, "--limit", "5"}).status == 0);
}

TEST_CASE("report writes a page") {
    const TemporaryFolder folder;
    const std::string json = write(folder, "a.json", sound);
    const std::string page = (folder / "page.html").string();
    CHECK(outcomeOf({"report", json, json, "-o", page}).status == 0);
    std::ifstream file(page);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    CHECK(has(text, "id=\"run2-rpc-0-b-one-cpu\""));
    CHECK(text.ends_with("</html>\n"));
    const Outcome nowhere = outcomeOf({"report", json, "-o", (folder / "none/page.html").string()});
    CHECK(nowhere.status == 2);
    CHECK(has(nowhere.error, "cannot be written"));
}

TEST_CASE("bad input is named, and ends with 2") {
    const TemporaryFolder folder;
    struct Case {
        std::string text, reason;
    };
    auto changed = [](std::string from, std::string to) {
        std::string text = sound;
        return text.replace(text.find(from), from.size(), to);
    };
    const std::vector<Case> cases{
        {"", "no results of nxia-bench"},
        {"{", "no results of nxia-bench"},
        {"[1, 2]", "no results of nxia-bench"},
        {"{}", "no results of nxia-bench"},
        {sound.substr(0, sound.size() / 2), "no results of nxia-bench"},
        {changed(R"("results": [)", R"("results": [7,)"), "no results of nxia-bench"},
        {changed(R"("clock": "instructions")", R"("clock": "sundial")"),
         "no results of nxia-bench"},
        {changed(R"("scenario": "rpc", )", ""), "result 1: no scenario"},
        {changed(R"("transport": "pipe", )", ""), "result 1: no transport"},
        {changed(R"("p50": 7381)", R"("p50": 0)"), "result 1: no p50"},
        {changed(R"("p50": 7381)", R"("p50": -1)"), "result 1: a figure that is none"},
        {changed(R"("p50": 7381)", R"("p50": "NaN")"), "result 1: a figure that is none"},
        {changed(R"("unit": "instructions", )", ""), "result 1: unit ''"},
    };
    const std::string good = write(folder, "good.json", sound);
    for (const Case& each : cases) {
        const std::string bad = write(folder, "bad.json", each.text);
        for (std::vector<std::string> command :
             {std::vector<std::string>{"table", bad},
              {"compare", good, bad},
              {"report", bad, "-o", (folder / "page.html").string()}}) {
            INFO(each.text);
            const Outcome outcome = outcomeOf(command);
            CHECK(outcome.status == 2);
            CHECK(has(outcome.error, "bad.json: " + each.reason));
            CHECK(std::ranges::count(outcome.error, '\n') == 1);
        }
    }
    CHECK(has(outcomeOf({"table", (folder / "absent.json").string()}).error,
              "absent.json: cannot be opened"));
}
