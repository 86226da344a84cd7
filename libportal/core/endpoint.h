// SPDX-License-Identifier: MIT
#pragma once

#include "channel.h"

#include <sys/types.h>

namespace portal::core {

/// Who connected, as the kernel saw it at that time.
struct Peer {
    std::uint64_t badge;  ///< of the capability that it connected with
    std::uint64_t label;  ///< 0: none
    std::uint32_t domain; ///< 0: none
    pid_t pid;            ///< 0: it is not in the pid namespace of the caller
    uid_t uid;
};

/// Where a service receives connections. Threads: calls may be made from many threads.
class Endpoint {
public:
    /// ENDPOINT_CREATE. `backlog` is how many connections may wait, `flags` is 0 or
    /// NXIA_ENDPOINT_REGISTRY.
    static Result<Endpoint> create(const Session& session, unsigned backlog = 128,
                                   std::uint64_t rights = NXIA_RIGHTS_ENDPOINT,
                                   std::uint32_t flags = 0);

    /// An endpoint that came from elsewhere; it needs READ to accept.
    static Result<Endpoint> from(Capability capability);

    struct Connection {
        Channel channel;
        Peer peer;
    };

    /// ACCEPT: takes the oldest connection that waits; never sleeps. EAGAIN: there is none.
    Result<Connection> accept() const;

    const Capability& capability() const { return capability_; }

    /// To poll for connections; owned by the endpoint.
    int fd() const { return fd_.get(); }

private:
    Endpoint(Capability capability, Fd fd);

    Capability capability_;
    Fd fd_;
};

} // namespace portal::core
