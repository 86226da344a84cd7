// SPDX-License-Identifier: GPL-2.0-only
#include "nxia-place.h"

#include "sys.h"

#include <poll.h>

namespace bench {

using namespace portal::core;

NxiaPlace::NxiaPlace() : endpoint_(value(Endpoint::create(value(Session::open())))) {}

std::string NxiaPlace::unavailable() {
    auto session = Session::open();
    return session ? std::string() : session.error().message();
}

const Capability& NxiaPlace::client() {
    if (!imported_) {
        auto session = value(Session::open());
        nxia_import call{.fd = endpoint_.fd(), .rights = NXIA_RIGHT_CONNECT};
        value(session.call(NXIA_IOC_IMPORT, call, "IMPORT"));
        imported_.emplace(session, call.handle);
    }
    return *imported_;
}

void NxiaPlace::waitForClient() const {
    pollfd poll{.fd = endpoint_.fd(), .events = POLLIN, .revents = 0};
    check(::poll(&poll, 1, -1), "poll");
}

} // namespace bench
