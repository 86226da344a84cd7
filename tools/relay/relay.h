// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <kj/async-io.h>

namespace relay {

/// What one relay joins: callers of a loopback TCP port and a vsock port of one guest.
struct Route {
    kj::StringPtr vsockSocket; // Unix socket of vhost-device-vsock
    uint32_t port;             // vsock port in the guest
};

/// True if `address` is a numeric loopback address with a port: "127.0.0.1:7345", "[::1]:7345". The
/// relay authenticates nobody, so it listens nowhere else.
bool isLoopback(kj::StringPtr address);

/// Opens one stream to the guest: connects to the Unix socket, asks for the port and waits for the
/// answer. Fails with an exception whose description names the socket and the port.
kj::Promise<kj::Own<kj::AsyncIoStream>> dialGuest(kj::Network& network, Route route);

/// Copies both ways until both ends have finished. An end of file is passed on as a half-close, a
/// failure closes both. Neither side is read faster than the other takes it.
kj::Promise<void> join(kj::Own<kj::AsyncIoStream> left, kj::Own<kj::AsyncIoStream> right);

/// Accepts on `listener` until it fails; what goes wrong with one caller is printed and ends only
/// that caller. `network` and what `route` points to outlive the promise.
kj::Promise<void> serve(kj::Own<kj::ConnectionReceiver> listener, kj::Network& network,
                        Route route);

} // namespace relay
