// SPDX-License-Identifier: GPL-2.0-only
//
// Cap'n Proto's RPC: the same service and the same client, whatever carries the messages.
#pragma once

#include "capnp-client.h"
#include "capnp-server.h"

#include <kj/async-io.h>

#include <optional>

namespace bench {

/// A transport whose calls are Cap'n Proto's. A process has one event loop for all its connections.
class CapnpTransport : public Transport {
public:
    bool can(Feature feature) const override;
    std::size_t callLimit() const override { return std::size_t{32} << 20; }

protected:
    /// The client's event loop; made at the first call, after the fork.
    kj::AsyncIoContext& loop();

private:
    std::optional<kj::AsyncIoContext> loop_;
};

} // namespace bench
