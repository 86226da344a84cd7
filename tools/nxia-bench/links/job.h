// SPDX-License-Identifier: GPL-2.0-only
//
// What goes over a link. A job precedes a row of calls, or bulk: once for all, so that a call is
// its payload alone.
#pragma once

#include "link.h"

#include <cstdint>
#include <memory>

namespace bench {

/// Whether a job precedes the calls of a client, or the server expects one call and no more.
enum class Announced : bool { no, yes };

/// The client's side.
std::unique_ptr<Client> clientOf(std::unique_ptr<Link> link, Announced announced);

/// The server's side: does one job after another, until the peer is gone.
void serveJobs(Link& link);

/// Receives a job that is calls, and says how many.
std::uint64_t receiveCalls(Link& link);

} // namespace bench
