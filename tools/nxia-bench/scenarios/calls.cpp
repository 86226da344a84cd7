// SPDX-License-Identifier: GPL-2.0-only
#include "calls.h"

#include <algorithm>

namespace bench {

Calls callsOf(const Conditions& conditions, std::size_t size) {
    // Once around a ring: each of its pages is there, and no sample pays for that.
    std::size_t warmUp = std::max<std::size_t>(64, Setup{}.room / std::max<std::size_t>(size, 64));
    if (conditions.instructions)
        return {size, warmUp, 1000};
    return {size, warmUp, affordable(conditions.quick ? 1000 : 4000)};
}

std::size_t affordable(std::size_t count) {
    return place().apart ? std::max<std::size_t>(1, count / 10) : count;
}

Work closedLoop(Calls calls) {
    return [calls](Transport& transport, Stage::Role& role) {
        auto client = transport.connect(role.number());
        std::vector<std::byte> request(calls.size, std::byte{'x'});
        std::vector<std::byte> answer(calls.size);
        client->prepare(calls.size, calls.warmUp + calls.count);
        for (std::size_t i = 0; i < calls.warmUp; i++)
            client->call(request, answer);
        timeEach(role, calls.count, [&] { client->call(request, answer); });
    };
}

} // namespace bench
