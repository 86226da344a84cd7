// SPDX-License-Identifier: MIT
#pragma once

#include "core/capability.h"

#include <kj/common.h>

#include <vector>

namespace portal::rpc {

/// Owns the capabilities that came with messages until someone takes them.
///
/// Cap'n Proto gets a descriptor for each, and closes that when the client is dropped, which says
/// nothing to the kernel about the capability. So this looks from time to time which of the
/// descriptors are closed, and closes their capabilities.
class Received {
public:
    explicit Received(core::Session session) : session_(std::move(session)) {}

    /// Keeps `capability`, for which `fd` stands. Sweeps once the number kept has doubled.
    void keep(core::Capability capability, int fd);

    /// Takes the one that `fd` stands for; none if there is none here.
    kj::Maybe<core::Capability> take(int fd);

    /// Closes those whose descriptor is closed.
    void sweep();

    std::size_t size() const { return kept_.size(); }

private:
    struct Kept {
        core::Capability capability;
        int fd;
    };

    core::Session session_;
    std::vector<Kept> kept_;
    std::size_t sweepAt_ = 16;
};

} // namespace portal::rpc
