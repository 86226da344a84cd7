// SPDX-License-Identifier: GPL-2.0-only
#include "tickets.h"

#include "rpc/fault.h"

#include <kj/debug.h>
#include <sys/random.h>
#include <utility>

namespace nxia::bridge {

namespace rpc = portal::rpc;

Tickets::Tickets(kj::Timer& timer, kj::Duration lifetime, unsigned most)
    : timer_(timer), lifetime_(lifetime), most_(most), expiries_(*this) {}

Tickets::Ticket Tickets::issue(Opened opened) {
    if (issued_.size() >= most_)
        rpc::fail(rpc::FaultCode::UNAVAILABLE, "too many services are being opened");
    Ticket ticket;
    KJ_SYSCALL(getrandom(ticket.data(), ticket.size(), 0));
    issued_.emplace(ticket, std::move(opened));
    expiries_.add(timer_.afterDelay(lifetime_).then([this, ticket] { issued_.erase(ticket); }));
    return ticket;
}

kj::Maybe<Opened> Tickets::use(const Ticket& ticket) {
    auto node = issued_.extract(ticket);
    if (node.empty())
        return nullptr;
    return std::move(node.mapped());
}

} // namespace nxia::bridge
