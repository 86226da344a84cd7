// SPDX-License-Identifier: GPL-2.0-only
//
// nxia-bench: what IPC costs, NXIA's and that of its peers.
#include "boundary/boundary.h"
#include "report/report.h"
#include "report/table.h"
#include "rounds.h"
#include "scenarios/crew.h"
#include "scenarios/platform.h"
#include "scenarios/scenarios.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <format>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace bench;

constexpr int failed = 1;
constexpr int badUsage = 2;

struct Options {
    std::vector<std::string> scenarios;
    std::vector<std::string> transports;
    std::vector<unsigned> cpus = place().cpus;
    unsigned rounds = 1;
    double seconds = std::numeric_limits<double>::infinity(); // of a scenario
    bool instructions = false;
    bool quick = false;
    std::string json;
};

template <typename Range>
std::vector<std::string> namesOf(const Range& range, auto nameOf) {
    std::vector<std::string> names;
    for (const auto& each : range)
        names.emplace_back(nameOf(each));
    return names;
}

std::vector<std::string> scenarioNames() {
    return namesOf(scenarios(), [](const Scenario& scenario) { return scenario.name; });
}

std::vector<std::string> transportNames() {
    return namesOf(transports(), [](Transport* transport) { return transport->name(); });
}

bool asked(const std::vector<std::string>& names, std::string_view name) {
    return names.empty() || std::ranges::contains(names, name);
}

void say(const Result& result) {
    std::string what =
        std::format("{} {} ({} CPU)", result.scenario, result.transport, result.cpus);
    if (!result.skipped.empty())
        std::cerr << std::format("{}: skipped: {}\n", what, result.skipped);
    else
        std::cerr << std::format("{}: size {}, clients {}: p50 {:.0f} {}, {:.2f} switches\n", what,
                                 result.size, result.clients, result.p50, result.unit,
                                 result.switches);
}

Conditions conditionsOf(const Options& options) {
    Conditions conditions{.transports = {},
                          .cpus = options.cpus,
                          .instructions = options.instructions,
                          .quick = options.quick};
    for (Transport* transport : transports())
        if (asked(options.transports, transport->name()))
            conditions.transports.push_back(transport);
    return conditions;
}

Run emptyRun(const Options& options) {
    return {.kernel = systemVersion(),
            .processors = static_cast<unsigned>(usableProcessors().size()),
            .instructions = options.instructions,
            .rounds = options.rounds,
            .results = {}};
}

Result placed(Result result) {
    result.scenario.insert(0, place().prefix);
    if (place().apart)
        result.cpus = 0;
    return result;
}

// As many as fit into the time, each taking as long as those before did; one at least.
void runRounds(const Options& options, const std::function<void()>& once) {
    auto start = std::chrono::steady_clock::now();
    std::chrono::duration<double> spent{};
    for (unsigned round = 0; round < options.rounds; round++) {
        if (round > 0 && spent.count() / round * (round + 1) > options.seconds)
            break;
        once();
        spent = std::chrono::steady_clock::now() - start;
    }
}

void run(const Options& options) {
    Run done = emptyRun(options);
    Conditions conditions = conditionsOf(options);
    std::vector<Result> all;
    Report report = [&](const Result& result) {
        all.push_back(related(placed(result), all));
        say(all.back());
    };
    for (const Scenario& scenario : scenarios())
        if (asked(options.scenarios, scenario.name))
            runRounds(options, [&] { scenario.run(conditions, report); });
    done.results = mediansOf(all);
    if (!options.json.empty())
        writeRun(done, options.json);
    std::cout << tableOf(done);
}

void list() {
    for (const Scenario& scenario : scenarios())
        std::cout << std::format("{:20}{}\n", scenario.name, scenario.about);
    std::cout << '\n';
    for (Transport* transport : transports()) {
        std::string why = transport->unavailable();
        std::cout << std::format("{:20}{}\n", transport->name(),
                                 why.empty() ? "" : "not here: " + why);
    }
}

void addCommands(CLI::App& app, Options& options) {
    CLI::App* command = app.add_subcommand("run", "Measure, and print a table");
    command->add_option("--scenario", options.scenarios, "only this one; may be given again")
        ->check(CLI::IsMember(scenarioNames()));
    command->add_option("--transport", options.transports, "only this one; may be given again")
        ->check(CLI::IsMember(transportNames()));
    command
        ->add_option("--cpus", options.cpus,
                     "1: both sides on one processor; 2: on one each; without it, both ways")
        ->check(CLI::IsMember({1u, 2u}));
    command->add_option("--rounds", options.rounds, "do all of it N times, and take the medians")
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--scenario-seconds", options.seconds,
                     "fewer rounds of a scenario, if they would take longer; one in any case")
        ->check(CLI::PositiveNumber);
    command->add_flag("--icount", options.instructions,
                      "this is a guest whose clock counts instructions");
    command->add_flag("--quick", options.quick, "the headline, and little of the rest");
    command->add_option("--json", options.json, "write the results to FILE");
    command->callback([&] { run(options); });
    app.add_subcommand("list", "Name scenarios and transports")->callback(list);
    addReportCommands(app);
    addBoundaryCommands(app, *command);
}

} // namespace

int main(int argc, char** argv) try {
    CLI::App app("nxia-bench: what IPC costs, NXIA's and that of its peers", "nxia-bench");
    Options options;
    app.require_subcommand(1);
    addCommands(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::RuntimeError& error) {
        return error.get_exit_code();
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : badUsage;
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "nxia-bench: " << error.what() << '\n';
    return failed;
}
