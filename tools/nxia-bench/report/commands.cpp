// SPDX-License-Identifier: GPL-2.0-only
#include "compare.h"
#include "input.h"
#include "page.h"
#include "report.h"
#include "table.h"

#include <algorithm>
#include <format>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {
namespace {

constexpr int regressed = 1;
constexpr int badInput = 2;

/// What a command returns; what is wrong with its input ends the program.
template <typename Command>
auto orBadInput(Command command) {
    try {
        return command();
    } catch (const std::runtime_error& error) {
        std::cerr << "nxia-bench: " << error.what() << '\n';
        throw CLI::RuntimeError(badInput);
    }
}

void writeFile(const std::string& path, const std::string& content) {
    std::ofstream file(path, std::ios::binary);
    file << content;
    if (!file.flush())
        throw std::runtime_error(std::format("{}: cannot be written", path));
}

void addTable(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("table", "Print results as tables");
    command->add_option("FILE", *path, "what `run --json` wrote")->required();
    command->callback([path] { orBadInput([&] { std::cout << tableOf(readSoundRun(*path)); }); });
}

void addCompare(CLI::App& app) {
    struct Options {
        std::string before, after;
        std::optional<double> limit;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("compare", "Say what became slower; if anything did, exit with 1");
    command->add_option("BEFORE", options->before, "what `run --json` wrote")->required();
    command->add_option("AFTER", options->after, "the same, later")->required();
    command
        ->add_option("--limit", options->limit,
                     "percent that are noise (instructions: 2, time: 25)")
        ->check(CLI::NonNegativeNumber);
    command->callback([options] {
        const bool slower = orBadInput([&] {
            const Run before = readSoundRun(options->before);
            const Run after = readSoundRun(options->after);
            const double limit = options->limit.value_or(usualLimit(before));
            const Comparison comparison = compare(before, after, limit);
            std::cout << textOf(comparison, limit);
            return comparison.hasRegressed();
        });
        if (slower)
            throw CLI::RuntimeError(regressed);
    });
}

void addReport(CLI::App& app) {
    struct Options {
        std::vector<std::string> files;
        std::string output;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("report", "Write results as a page of HTML with figures");
    command->add_option("FILE", options->files, "what `run --json` wrote")->required();
    command->add_option("-o,--output", options->output, "the page")->required();
    command->callback([options] {
        orBadInput([&] {
            std::vector<Run> runs;
            for (const std::string& file : options->files)
                runs.push_back(readSoundRun(file));
            writeFile(options->output, pageOf(runs));
        });
    });
}

} // namespace

void addReportCommands(CLI::App& app) {
    addTable(app);
    addCompare(app);
    addReport(app);
}

} // namespace bench
