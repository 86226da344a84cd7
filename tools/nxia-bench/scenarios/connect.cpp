// SPDX-License-Identifier: GPL-2.0-only
//
// A new connection and its first call; hanging up again is not counted.
#include "scenarios.h"

#include <chrono>
#include <memory>
#include <thread>

namespace bench {
namespace {

constexpr std::size_t size = 64;

struct Connections {
    std::size_t warmUp;
    std::size_t count;
};

Work connectAndCall(Connections connections) {
    return [=](Transport& transport, Stage::Role& role) {
        std::vector<std::byte> message(size);
        std::unique_ptr<Client> client;
        auto once = [&] {
            auto start = Clock::now();
            client = transport.connect(role.number());
            client->call(message, message);
            return nanoseconds(Clock::now() - start);
        };
        auto hangUp = [&] {
            client.reset();
            std::this_thread::sleep_for(std::chrono::milliseconds(1)); // until the server did too
        };
        for (std::size_t i = 0; i < connections.warmUp; i++, hangUp())
            once();
        role.begin();
        for (std::size_t i = 0; i < connections.count; i++, hangUp())
            role.sample(once());
        role.end();
    };
}

} // namespace

void runConnect(const Conditions& conditions, const Report& report) {
    Connections connections{16, conditions.instructions ? 200u : 1000u};
    Needs needs{.features = {Feature::sleep, Feature::reconnect}, .size = size};
    Result name{.scenario = "connect", .size = size};
    forEach(conditions, name, needs, report, [&](Transport& transport, const Result& mine) {
        // As small as rings are: sockets allocate what is sent.
        Setup setup{.size = size, .room = 4096, .single = true};
        report(measure({mine, transport, setup, connections.count}, connectAndCall(connections)));
    });
}

} // namespace bench
