// SPDX-License-Identifier: GPL-2.0-only
#include "capnp.h"

namespace bench {

bool CapnpTransport::can(Feature feature) const {
    return feature != Feature::busy;
}

kj::AsyncIoContext& CapnpTransport::loop() {
    if (!loop_)
        loop_.emplace(kj::setupAsyncIo());
    return *loop_;
}

} // namespace bench
