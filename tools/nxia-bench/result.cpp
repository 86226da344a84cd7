// SPDX-License-Identifier: GPL-2.0-only
#include "result.h"

#include "result.capnp.h"

#include <capnp/compat/json.h>
#include <capnp/message.h>
#include <cerrno>
#include <format>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <tuple>

namespace bench {
namespace {

Result fromSchema(schema::Result::Reader reader) {
    return {.scenario = reader.getScenario().cStr(),
            .transport = reader.getTransport().cStr(),
            .cpus = reader.getCpus(),
            .size = reader.getSize(),
            .clients = reader.getClients(),
            .capabilities = reader.getCapabilities(),
            .load = reader.getLoad(),
            .unit = reader.getUnit().cStr(),
            .p50 = reader.getP50(),
            .p99 = reader.getP99(),
            .p999 = reader.getP999(),
            .least = reader.getLeast(),
            .most = reader.getMost(),
            .mean = reader.getMean(),
            .count = reader.getCount(),
            .rate = reader.getRate(),
            .bytesPerSecond = reader.getBytesPerSecond(),
            .switches = reader.getSwitches(),
            .ratio = reader.getRatio(),
            .baseline = reader.getBaseline().cStr(),
            .skipped = reader.getSkipped().cStr()};
}

void toSchema(const Result& result, schema::Result::Builder builder) {
    builder.setScenario(result.scenario);
    builder.setTransport(result.transport);
    builder.setCpus(static_cast<std::uint8_t>(result.cpus));
    builder.setSize(result.size);
    builder.setClients(result.clients);
    builder.setCapabilities(result.capabilities);
    builder.setLoad(result.load);
    builder.setUnit(result.unit);
    builder.setP50(result.p50);
    builder.setP99(result.p99);
    builder.setP999(result.p999);
    builder.setLeast(result.least);
    builder.setMost(result.most);
    builder.setMean(result.mean);
    builder.setCount(result.count);
    builder.setRate(result.rate);
    builder.setBytesPerSecond(result.bytesPerSecond);
    builder.setSwitches(result.switches);
    builder.setRatio(result.ratio);
    builder.setBaseline(result.baseline);
    builder.setSkipped(result.skipped);
}

std::string contentOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error(std::format("{}: cannot be opened", path));
    return {std::istreambuf_iterator(file), {}};
}

} // namespace

bool sameMeasurement(const Result& a, const Result& b) {
    auto name = [](const Result& r) {
        return std::tie(r.scenario, r.transport, r.cpus, r.size, r.clients, r.capabilities, r.load);
    };
    return name(a) == name(b);
}

Run readRun(const std::string& path) {
    std::string text = contentOf(path);
    capnp::MallocMessageBuilder message;
    auto root = message.initRoot<schema::Run>();
    try {
        capnp::JsonCodec().decode(kj::ArrayPtr(text.data(), text.size()), root);
    } catch (const kj::Exception& error) {
        throw std::runtime_error(
            std::format("{}: no results of nxia-bench: {}", path, error.getDescription().cStr()));
    }
    Run run{.kernel = root.getKernel().cStr(),
            .processors = root.getProcessors(),
            .instructions = root.getClock() == schema::Run::Clock::INSTRUCTIONS,
            .rounds = root.getRounds(),
            .results = {}};
    for (auto result : root.asReader().getResults())
        run.results.push_back(fromSchema(result));
    return run;
}

void writeRun(const Run& run, const std::string& path) {
    capnp::MallocMessageBuilder message;
    auto root = message.initRoot<schema::Run>();
    root.setKernel(run.kernel);
    root.setProcessors(run.processors);
    root.setClock(run.instructions ? schema::Run::Clock::INSTRUCTIONS : schema::Run::Clock::WALL);
    root.setRounds(run.rounds);
    auto results = root.initResults(static_cast<unsigned>(run.results.size()));
    for (unsigned i = 0; i < results.size(); i++)
        toSchema(run.results[i], results[i]);

    capnp::JsonCodec codec;
    codec.setPrettyPrint(true);
    std::ofstream file(path, std::ios::binary);
    file << codec.encode(root.asReader()).cStr() << '\n';
    if (!file.flush())
        throw std::system_error(errno, std::generic_category(), path);
}

} // namespace bench
