// SPDX-License-Identifier: GPL-2.0-only
//
// Small calls on one connection while bulk flows on another, to the same service.
#include "calls.h"
#include "scenarios.h"

namespace bench {
namespace {

constexpr std::size_t size = 64;
constexpr std::size_t room = std::size_t{1} << 20;
constexpr unsigned caller = 0;

// How long a clock that counts instructions can bear it; a call may wait for a whole time slice.
constexpr double bearable = 300e6;

Work callOrPush(Calls calls, bool bounded) {
    return [=](Transport& transport, Stage::Role& role) {
        auto client = transport.connect(role.number());
        std::vector<std::byte> message(size);
        std::vector<std::byte> piece(room / 4);
        if (role.number() != caller) {
            client->push(piece, room);
            role.begin();
            while (!role.stopped())
                client->push(piece, room);
            role.end();
            return;
        }
        client->prepare(size, calls.warmUp + calls.count);
        for (std::size_t i = 0; i < calls.warmUp; i++)
            client->call(message, message);
        role.begin();
        auto start = Clock::now();
        for (std::size_t i = 0; i < calls.count; i++) {
            auto before = Clock::now();
            if (bounded && nanoseconds(before - start) > bearable)
                break;
            client->call(message, message);
            role.sample(nanoseconds(Clock::now() - before));
        }
        role.stop();
        role.end();
    };
}

} // namespace

void runSplit(const Conditions& conditions, const Report& report) {
    Calls calls = callsOf(conditions, size);
    Needs needs{.features = {Feature::bulk, Feature::manyClients, Feature::sleep}, .size = size};
    Result name{.scenario = "split", .size = size, .clients = 2};
    forEach(conditions, name, needs, report, [&](Transport& transport, const Result& mine) {
        Setup setup{.clients = 2, .size = room / 4, .room = room, .parallel = true};
        report(measure({mine, transport, setup, calls.count},
                       callOrPush(calls, conditions.instructions)));
    });
}

} // namespace bench
