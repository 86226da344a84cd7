// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "directory.h"
#include "portal.capnp.h"
#include "tickets.h"

#include <string>

namespace nxia::bridge {

/// The bootstrap object of one session. `peer` is what the log calls it; `greeted` is fulfilled by
/// the first good hello().
kj::Own<portal::schema::Portal::Server> servePeer(Directory& directory, Tickets& tickets,
                                                  std::string peer,
                                                  kj::Own<kj::PromiseFulfiller<void>> greeted);

} // namespace nxia::bridge
