// SPDX-License-Identifier: MIT
#pragma once

#include "core/capability.h"
#include "received.h"
#include "registry.capnp.h"

#include <kj/async-unix.h>

#include <map>
#include <memory>

namespace portal::rpc {

/// What the connections of a thread share: the session of /dev/nxia, the event loop, and the
/// capabilities of the kernel that came with messages.
///
/// Belongs to the thread of its event loop, and must outlive every Connection and Server made with
/// it.
class Vat {
public:
    Vat(core::Session session, kj::UnixEventPort& port);
    KJ_DISALLOW_COPY_AND_MOVE(Vat);

    const core::Session& session() const { return session_; }
    kj::UnixEventPort& port() { return port_; }
    Received& received() { return received_; }

    /// Wraps a capability so that it can be passed in a call: the receiver gets a child with
    /// `rights`, of those that it has. It needs TRANSFER, and is closed when the last reference of
    /// the client goes; what the receiver got lives on. Fault: refused: no TRANSFER, or not
    /// `rights`.
    schema::Endpoint::Client give(core::Capability capability, std::uint64_t rights);

    /// The rights that were given with the capability that `fd` stands for; none if it was not.
    kj::Maybe<std::uint64_t> givenRights(int fd) const;

    /// Takes the capability that came with a client; from then on it is the caller's. A capability
    /// that is never taken is closed some time after the client is dropped. Fault: invalid: none
    /// came, or it has been taken.
    kj::Promise<core::Capability> take(capnp::Capability::Client client);

private:
    core::Session session_;
    kj::UnixEventPort& port_;
    Received received_;
    std::shared_ptr<std::map<int, std::uint64_t>> given_; // shared with what give() made
};

} // namespace portal::rpc
