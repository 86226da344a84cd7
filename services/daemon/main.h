// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <kj/function.h>

namespace nxia::daemon {

/// Tells systemd (Type=notify) that the service is ready; nothing happens without systemd.
void notifyReady();

/// Runs a daemon until it throws; logs why, each line for itself, and gives the exit status: 1.
int runUntilFailure(kj::FunctionParam<void()> daemon);

} // namespace nxia::daemon
