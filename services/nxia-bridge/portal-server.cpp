// SPDX-License-Identifier: GPL-2.0-only
#include "portal-server.h"

#include "daemon/log.h"
#include "rpc/fault.h"

#include <algorithm>

namespace nxia::bridge {

namespace {

using daemon::Level;
using daemon::log;
using portal::rpc::FaultCode;
namespace schema = portal::schema;

constexpr std::uint32_t oldestVersion = 2;
constexpr std::uint32_t newestVersion = schema::PROTOCOL_VERSION;

class SessionServer final : public schema::Session::Server {
public:
    SessionServer(Directory& directory, Tickets& tickets, std::string peer)
        : directory_(directory), tickets_(tickets), peer_(std::move(peer)) {}

    kj::Promise<void> open(OpenContext context) override {
        const std::string name(context.getParams().getName().cStr());
        log(Level::info, "{} opens service '{}'", peer_, name);
        return directory_.connect(name).then(
            [context, name, &tickets = tickets_](portal::core::Channel&& channel) mutable {
                auto ticket = tickets.issue({name, std::move(channel)});
                context.getResults().setTicket(kj::arrayPtr(ticket.data(), ticket.size()));
            });
    }

    kj::Promise<void> list(ListContext context) override {
        return directory_.list().then([context](std::vector<std::string>&& names) mutable {
            auto services = context.getResults().initServices(names.size());
            for (unsigned i = 0; i < names.size(); ++i)
                services.set(i, names[i].c_str());
        });
    }

private:
    Directory& directory_;
    Tickets& tickets_;
    std::string peer_;
};

class PortalServer final : public schema::Portal::Server {
public:
    PortalServer(Directory& directory, Tickets& tickets, std::string peer,
                 kj::Own<kj::PromiseFulfiller<void>> greeted)
        : directory_(directory), tickets_(tickets), peer_(std::move(peer)),
          greeted_(kj::mv(greeted)) {}

    kj::Promise<void> hello(HelloContext context) override {
        const auto params = context.getParams();
        if (!greeted_->isWaiting())
            portal::rpc::fail(FaultCode::INVALID, "a second hello on one connection");
        if (params.getVersion() < oldestVersion)
            portal::rpc::fail(FaultCode::VERSION,
                              kj::str("the client is too old: it speaks version ",
                                      params.getVersion(), " of Portal, the bridge needs ",
                                      oldestVersion, " or later"));
        const auto version = std::min(params.getVersion(), newestVersion);
        log(Level::info, "{} is '{}', version {}", peer_, params.getClient().cStr(), version);
        greeted_->fulfill();
        auto results = context.getResults();
        results.setVersion(version);
        results.setServer("nxia-bridge " NXIA_VERSION);
        results.setSession(kj::heap<SessionServer>(directory_, tickets_, peer_));
        return kj::READY_NOW;
    }

private:
    Directory& directory_;
    Tickets& tickets_;
    std::string peer_;
    kj::Own<kj::PromiseFulfiller<void>> greeted_;
};

} // namespace

kj::Own<schema::Portal::Server> servePeer(Directory& directory, Tickets& tickets, std::string peer,
                                          kj::Own<kj::PromiseFulfiller<void>> greeted) {
    return kj::heap<PortalServer>(directory, tickets, std::move(peer), kj::mv(greeted));
}

} // namespace nxia::bridge
