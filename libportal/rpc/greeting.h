// SPDX-License-Identifier: MIT
#pragma once

#include <kj/async-io.h>

/// How a connection to the bridge begins (schema/portal.capnp). Portable, as fault.h is.
namespace portal::rpc {

/// The first bytes on a connection.
struct Greeting {
    kj::byte magic[8];
    kj::byte ticket[16];

    /// Whether the peer speaks Portal.
    bool isGood() const;

    /// Whether it asks for a service, and not for a session.
    bool hasTicket() const;
};

/// Sends the greeting that asks for a session or, with a ticket from Session.open(), for a
/// service; and lets a streaming call have as much on its way as a channel does, which Cap'n Proto
/// tells by the size of the socket's send buffer. Fault: invalid: a ticket of another size.
kj::Promise<void> greet(kj::AsyncIoStream& stream, kj::ArrayPtr<const kj::byte> ticket = nullptr);

} // namespace portal::rpc
