// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <kj/io.h>

#include <cstdint>

namespace nxia::bridge {

/// A socket of AF_VSOCK that listens at a port, on every CID of this machine.
class VsockListener {
public:
    /// Throws a kj::Exception naming the port.
    explicit VsockListener(std::uint32_t port);

    struct Accepted {
        kj::AutoCloseFd fd; ///< does not block
        std::uint32_t cid;  ///< of the peer
    };

    /// The next connection; none if none waits. Throws OVERLOADED when descriptors run out.
    kj::Maybe<Accepted> accept();

    int fd() const { return fd_.get(); }

private:
    kj::AutoCloseFd fd_;
};

} // namespace nxia::bridge
