// SPDX-License-Identifier: GPL-2.0-only
#include "audit-commands.h"

#include "audit-text.h"
#include "audit/log.h"
#include "audit/verify.h"
#include "exit-status.h"
#include "json.h"

#include <chrono>
#include <deque>
#include <format>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>
#include <thread>

namespace nxia::ctl {

namespace {

constexpr auto followDelay = std::chrono::milliseconds(200);

struct Options {
    std::filesystem::path folder = NXIA_STATE_FOLDER "/audit";
    std::size_t count = 10;
    bool follow = false;
    bool json = false;
};

void print(const std::string& line, bool json) {
    std::cout << (json ? line : auditText(line)) << '\n';
}

std::ifstream openLog(const Options& options) {
    errno = 0;
    std::ifstream file(audit::logFile(options.folder), std::ios::binary);
    if (!file && errno == EACCES)
        throw std::system_error(errno, std::generic_category(),
                                audit::logFile(options.folder).string());
    if (!file)
        throw NotFound(std::format("{}: there is no audit log (is nxiad running?)",
                                   audit::logFile(options.folder).string()));
    return file;
}

/// Prints what is added, until it is interrupted. A line is printed when it is whole.
[[noreturn]] void follow(std::ifstream& file, const Options& options) {
    for (std::string line, part;;) {
        file.clear();
        if (!std::getline(file, part)) {
            std::cout.flush();
            std::this_thread::sleep_for(followDelay);
            continue;
        }
        line += part;
        if (file.eof())
            continue;
        print(line, options.json);
        line.clear();
    }
}

void tail(const Options& options) {
    auto file = openLog(options);
    std::deque<std::string> last;
    auto whole = file.tellg();
    for (std::string line; std::getline(file, line) && !file.eof(); whole = file.tellg()) {
        last.push_back(std::move(line));
        if (last.size() > options.count)
            last.pop_front();
    }
    for (const auto& line : last)
        print(line, options.json);
    if (!options.follow)
        return;
    file.clear();
    file.seekg(whole);
    follow(file, options);
}

void verify(const Options& options) {
    openLog(options);
    const auto report = audit::verify(options.folder);
    if (options.json)
        std::cout << toJson(report);
    if (report.problems.empty()) {
        if (!options.json)
            std::cout << std::format("{} records, the chain is whole\n", report.records);
        return;
    }
    std::string text;
    for (const auto& problem : report.problems)
        text += std::format("{}{}:{}: {}", text.empty() ? "" : "\n",
                            audit::logFile(options.folder).string(), problem.line, problem.reason);
    throw Mistaken(text);
}

} // namespace

void addAuditCommands(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    auto* audit = app.add_subcommand("audit", "Show the audit log, or check that it is whole");
    audit->require_subcommand(1);
    auto add = [&](const char* name, const char* description, auto&& run) {
        auto* command = audit->add_subcommand(name, description);
        command->add_option("--log", options->folder, "folder of the log")->capture_default_str();
        command->add_flag("--json", options->json, "for programs");
        command->callback([options, run] { run(*options); });
        return command;
    };
    auto* command = add("tail", "Show the newest records", tail);
    command->add_option("-n", options->count, "how many")->capture_default_str();
    command->add_flag("-f,--follow", options->follow, "go on with what is added");
    add("verify",
        "Look for records that were changed, removed or moved. Exit status 5: there are some",
        verify);
}

} // namespace nxia::ctl
