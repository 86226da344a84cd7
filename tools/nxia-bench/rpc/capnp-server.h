// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "echo.capnp.h"

namespace bench {

/// The service, for a server's connection.
schema::Echo::Client makeEcho();

} // namespace bench
