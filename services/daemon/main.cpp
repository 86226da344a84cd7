// SPDX-License-Identifier: GPL-2.0-only
#include "main.h"

#include "log.h"
#include "rpc/fault.h"

#include <systemd/sd-daemon.h>

namespace nxia::daemon {

void notifyReady() {
    sd_notify(0, "READY=1");
}

int runUntilFailure(kj::FunctionParam<void()> daemon) {
    try {
        daemon();
        log(Level::error, "ended without a reason");
    } catch (const kj::Exception& exception) {
        log(Level::error, "{}", portal::rpc::messageOf(exception).cStr());
    } catch (const std::exception& exception) {
        logLines(Level::error, exception.what());
    }
    return 1;
}

} // namespace nxia::daemon
