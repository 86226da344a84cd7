// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "auditor.h"
#include "core/endpoint.h"
#include "kernel.h"
#include "policy.h"
#include "registry.capnp.h"
#include "rpc/vat.h"
#include "services.h"

namespace nxia::registry {

/// What all connections to the registry share; must outlive them.
struct Registry {
    portal::rpc::Vat& vat;
    Kernel& kernel;   ///< which knows the policy of labels
    Auditor& auditor; ///< who is told of each refusal
    Policy policy;    ///< who may do what, by user
    Services services;
    std::uint64_t lastBadge = 0;
};

/// What one client of the registry sees of it. The client is who the kernel says.
kj::Own<portal::schema::Registry::Server> serveClient(Registry& registry,
                                                      const portal::core::Peer& peer);

} // namespace nxia::registry
