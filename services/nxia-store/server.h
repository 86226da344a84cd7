// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "budget.h"
#include "database.h"
#include "store.capnp.h"

namespace nxia::store {

/// What one client sees of the store. `database` and `all` must outlive it; `all` is the budget of
/// all clients together.
kj::Own<portal::schema::Store::Server> serveClient(Database& database, Budget& all);

} // namespace nxia::store
