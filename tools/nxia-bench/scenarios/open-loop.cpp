// SPDX-License-Identifier: GPL-2.0-only
//
// Calls that come when they come, as those of users do, not when the one before is done. A call's
// time is counted from when it was to start: that of those that had to wait too, so that a slow
// call hides nothing (no coordinated omission).
#include "../samples.h"
#include "calls.h"
#include "platform.h"
#include "scenarios.h"

#include <cmath>
#include <random>

namespace bench {
namespace {

constexpr std::size_t size = 64;

// Exponential gaps with a mean of `gap` nanoseconds, the same in every run.
class Arrivals {
public:
    explicit Arrivals(double gap) : gap_(gap) {}

    Clock::duration next() {
        double uniform = static_cast<double>(random_() - random_.min() + 1) /
                         (static_cast<double>(random_.max() - random_.min()) + 2);
        return std::chrono::nanoseconds(std::llround(-gap_ * std::log(uniform)));
    }

private:
    double gap_;
    std::minstd_rand random_;
};

Work openLoop(Calls calls, double gap) {
    return [=](Transport& transport, Stage::Role& role) {
        auto client = transport.connect(role.number());
        std::vector<std::byte> message(calls.size);
        client->prepare(calls.size, calls.warmUp + calls.count);
        for (std::size_t i = 0; i < calls.warmUp; i++)
            client->call(message, message);
        sleepPrecisely();
        Arrivals arrivals(gap);
        role.begin();
        Clock::time_point due = Clock::now();
        for (std::size_t i = 0; i < calls.count; i++) {
            due += arrivals.next();
            if (Clock::now() < due)
                sleepUntil(due);
            client->call(message, message);
            role.sample(nanoseconds(Clock::now() - due));
        }
        role.end();
    };
}

} // namespace

void runOpenLoop(const Conditions& conditions, const Report& report) {
    Calls calls = callsOf(conditions, size);
    Needs needs{.features = {Feature::sleep}, .size = size};
    Result name{.scenario = "open-loop", .size = size};
    forEach(conditions, name, needs, report, [&](Transport& transport, Result mine) {
        Setup setup{.size = size};
        double alone = measure({mine, transport, setup, calls.count}, closedLoop(calls)).mean;
        for (double load : {50, 80}) {
            mine.load = load;
            report(measure({mine, transport, setup, calls.count},
                           openLoop(calls, alone / (load / 100))));
        }
    });
}

} // namespace bench
