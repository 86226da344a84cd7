// SPDX-License-Identifier: MIT
#pragma once

#include "core/capability.h"
#include "received.h"
#include "registry.capnp.h"

#include <kj/async-unix.h>

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

    /// Wraps a capability so that it can be passed in a call: the receiver gets a child with all of
    /// its rights, so derive one with fewer before. It needs TRANSFER, and is closed when the last
    /// reference of the client goes; what the receiver got lives on. Fault: refused: no TRANSFER.
    schema::Endpoint::Client give(core::Capability capability);

    /// Takes the capability that came with a client; from then on it is the caller's. A capability
    /// that is never taken is closed some time after the client is dropped. Fault: invalid: none
    /// came, or it has been taken.
    kj::Promise<core::Capability> take(capnp::Capability::Client client);

private:
    core::Session session_;
    kj::UnixEventPort& port_;
    Received received_;
};

} // namespace portal::rpc
