// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "core/channel.h"
#include "rpc/greeting.h"

#include <array>
#include <kj/timer.h>
#include <map>
#include <string>

namespace nxia::bridge {

/// A service that a client has opened, and not yet connected to.
struct Opened {
    std::string name;
    portal::core::Channel channel;
};

/// Keeps what was opened until its client comes for it, by a number that nobody can guess.
class Tickets final : private kj::TaskSet::ErrorHandler {
public:
    using Ticket = std::array<kj::byte, sizeof(portal::rpc::Greeting::ticket)>;

    /// `most` tickets at a time, each for at most `lifetime`.
    Tickets(kj::Timer& timer, kj::Duration lifetime, unsigned most);
    KJ_DISALLOW_COPY_AND_MOVE(Tickets);

    /// Fault: unavailable: there are too many.
    Ticket issue(Opened opened);

    /// None if it was never issued, was used before, or is too old.
    kj::Maybe<Opened> use(const Ticket& ticket);

private:
    void taskFailed(kj::Exception&&) override {}

    kj::Timer& timer_;
    kj::Duration lifetime_;
    unsigned most_;
    std::map<Ticket, Opened> issued_;
    kj::TaskSet expiries_;
};

} // namespace nxia::bridge
