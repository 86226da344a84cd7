// SPDX-License-Identifier: GPL-2.0-only
#include "scenarios.h"

#include <array>

namespace bench {

std::span<const Scenario> scenarios() {
    static constexpr std::array all{
        Scenario{"rpc",
                 "calls of 0, 64 and 1024 bytes, one after another; both sides sleep between",
                 runRpc},
        Scenario{"open-loop", "calls of 64 bytes at 50 and 80 % of that rate, at random times",
                 runOpenLoop},
        Scenario{"connect", "a new connection and its first call", runConnect},
        Scenario{"capabilities", "derive, transfer, receive, close, revoke: among 1 to 1,000,000",
                 runCapabilities},
        Scenario{"handover", "4 KiB to 256 MiB of memory that no one can change from then on",
                 runHandOver},
        Scenario{"clients", "1 to 64 clients of one service", runClients},
        Scenario{"sizes", "calls of 8 bytes to 16 MiB", runSizes},
        Scenario{"split", "calls of 64 bytes while bulk flows on another connection", runSplit},
        Scenario{"bulk", "1, 16 and 256 MiB: to the server, from it, both at the same time",
                 runBulk},
        Scenario{"busy", "both sides poll: calls, messages in a row, bulk; native only", runBusy},
    };
    return all;
}

} // namespace bench
