// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "core/channel.h"
#include "registry.capnp.h"
#include "rpc/connection.h"
#include "rpc/vat.h"

#include <map>
#include <string>
#include <vector>

namespace nxia::bridge {

/// The services that the bridge can reach: one capability to each, which it got from the registry
/// when a client first asked, and keeps. All connections are derived from it, so that revoking it
/// cuts off every client.
///
/// The bridge takes no for an answer: while the capability that it holds is a revoked one, open()
/// says `revoked`, and the registry is not asked for another until the bridge is started anew. It
/// is asked again only if the service itself has ended.
class Directory {
public:
    explicit Directory(portal::rpc::Vat& vat) : vat_(vat) {}
    KJ_DISALLOW_COPY_AND_MOVE(Directory);

    /// Connects to a service. Faults: notFound, refused, unavailable, revoked.
    kj::Promise<portal::core::Channel> connect(std::string name);

    /// Names of the services that the bridge may open.
    kj::Promise<std::vector<std::string>> list();

private:
    portal::schema::Registry::Client registry();

    /// Asks the registry for the capability to a service, unless it is held already.
    kj::Promise<void> hold(std::string name);

    /// Connects with the capability that is held. None, and nothing is held any more, if the
    /// service has ended.
    kj::Maybe<portal::core::Channel> tryConnect(const std::string& name);

    struct RegistryConnection {
        kj::Own<portal::rpc::Connection> connection;
        bool ended = false;
        kj::Promise<void> watch = nullptr;
    };

    portal::rpc::Vat& vat_;
    kj::Own<RegistryConnection> registry_;
    std::map<std::string, portal::core::Capability> held_;
};

} // namespace nxia::bridge
