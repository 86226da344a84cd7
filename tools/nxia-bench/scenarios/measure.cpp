// SPDX-License-Identifier: GPL-2.0-only
#include "measure.h"

#include "../samples.h"
#include "crew.h"

#include <algorithm>
#include <format>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>

namespace bench {
namespace {

const char* nameOf(Feature feature) {
    switch (feature) {
    case Feature::bulk:
        return "does not carry bulk";
    case Feature::manyClients:
        return "has one client";
    case Feature::emptyMessage:
        return "has no empty message";
    case Feature::reconnect:
        return "does not connect";
    case Feature::sleep:
    case Feature::busy:
        return "is of another kind";
    case Feature::twoProcessors:
        return "has one processor";
    }
    return "";
}

// Whoever polls is no peer of those who sleep, and the other way round.
bool isPeer(Transport& transport, const Needs& needs) {
    return std::ranges::all_of(needs.features, [&](Feature feature) {
        bool kind = feature == Feature::sleep || feature == Feature::busy;
        return !kind || transport.can(feature);
    });
}

// Empty if `transport` can do all of it.
std::string lack(Transport& transport, unsigned cpus, const Needs& needs) {
    if (cpus > usableProcessors().size())
        return "the machine has one processor";
    if (cpus > 1 && !transport.can(Feature::twoProcessors))
        return nameOf(Feature::twoProcessors);
    for (Feature feature : needs.features)
        if (!transport.can(feature))
            return nameOf(feature);
    if (needs.size > transport.callLimit())
        return std::format("takes no more than {} bytes", transport.callLimit());
    return transport.unavailable();
}

} // namespace

std::vector<double> allSamples(const Stage& stage, unsigned clients) {
    std::vector<double> all;
    for (unsigned number = 0; number < clients; number++)
        std::ranges::copy(stage.samples(number), std::back_inserter(all));
    return all;
}

void fill(Result& result, std::vector<double> values) {
    Samples samples(std::move(values));
    result.p50 = samples.median();
    result.p99 = samples.percentile(99);
    result.p999 = samples.percentile(99.9);
    result.least = samples.percentile(0);
    result.most = samples.percentile(100);
    result.mean = samples.mean();
    result.count = static_cast<double>(samples.count());
}

Result measure(const Measurement& measurement, const Work& work, const Combine& combine) {
    Transport& transport = measurement.transport;
    const Setup& setup = measurement.setup;
    Result result = measurement.name;
    std::vector<int> processors = usableProcessors();
    int clientsOn = processors[0];
    int serverOn = processors[result.cpus - 1];

    Crew crew(std::format("{}, {}", result.scenario, result.transport));
    Stage stage(setup.clients, measurement.samples);
    std::unique_ptr<Service> service = transport.listen(setup);
    stage.setServer(crew.start("server", serverOn, [&] { service->serve(); }));
    std::vector<pid_t> clients;
    for (unsigned number = 0; number < setup.clients; number++)
        clients.push_back(crew.start("client", clientsOn, [&, number] {
            Stage::Role role(stage, number);
            work(transport, role);
        }));
    crew.waitFor(clients);

    fill(result, combine(stage, setup.clients));
    result.rate = result.count / stage.elapsed() * 1e9;
    result.switches = stage.switches() / result.count;
    result.baseline = transport.baseline();
    return result;
}

std::string unitOf(const Conditions& conditions) {
    return conditions.instructions ? "instructions" : "ns";
}

void forEach(const Conditions& conditions, const Result& name, const Needs& needs,
             const Report& report,
             const std::function<void(Transport&, const Result& name)>& body) {
    for (unsigned cpus : conditions.cpus) {
        for (Transport* transport : conditions.transports) {
            if (!isPeer(*transport, needs))
                continue;
            Result mine = name;
            mine.transport = transport->name();
            mine.cpus = cpus;
            mine.unit = unitOf(conditions);
            mine.skipped = lack(*transport, cpus, needs);
            if (mine.skipped.empty())
                body(*transport, mine);
            else
                report(mine);
        }
    }
}

} // namespace bench
