// SPDX-License-Identifier: GPL-2.0-only
#include "portal-server.h"

#include "daemon/log.h"
#include "rpc/fault.h"

#include <algorithm>
#include <kj/refcount.h>
#include <map>

namespace nxia::bridge {

namespace {

using daemon::Level;
using daemon::log;
using portal::rpc::FaultCode;
namespace schema = portal::schema;

constexpr std::uint32_t oldestVersion = 1;
constexpr std::uint32_t newestVersion = schema::PROTOCOL_VERSION;

/// A connection to a service that one client has opened.
class Opened {
public:
    explicit Opened(ServiceConnection service)
        : service_(kj::mv(service)),
          watch_(service_.connection->onDisconnect()
                     .then([this] { ended_ = true; })
                     .eagerlyEvaluate([this](kj::Exception&&) { ended_ = true; })) {}
    KJ_DISALLOW_COPY_AND_MOVE(Opened);

    bool ended() const { return ended_; }
    std::uint64_t end() const { return service_.end; }
    capnp::Capability::Client bootstrap() { return service_.connection->bootstrap(); }

private:
    ServiceConnection service_;
    bool ended_ = false;
    kj::Promise<void> watch_;
};

/// What one client has opened. It lives as long as the client's connection, so that a service
/// outlives the Session that it came from.
class OpenedServices : public kj::Refcounted {
public:
    explicit OpenedServices(Directory& directory) : directory_(directory) {}

    /// The bootstrap object of a service; a connection that stands is used again.
    kj::Promise<capnp::Capability::Client> open(std::string name) {
        const auto found = opened_.find(name);
        if (found != opened_.end() && !found->second->ended())
            return found->second->bootstrap();
        if (found != opened_.end() && directory_.isRevoked(found->second->end()))
            portal::rpc::fail(FaultCode::REVOKED, "capability revoked");
        return directory_.connect(name).then([this, name](ServiceConnection&& service) {
            auto& place = opened_[name]; // filled by now if the client asked twice at once
            if (!place || place->ended())
                place = kj::heap<Opened>(kj::mv(service));
            return place->bootstrap();
        });
    }

private:
    Directory& directory_;
    std::map<std::string, kj::Own<Opened>> opened_;
};

class SessionServer final : public schema::Session::Server {
public:
    SessionServer(Directory& directory, kj::Own<OpenedServices> opened, std::string peer)
        : directory_(directory), opened_(kj::mv(opened)), peer_(std::move(peer)) {}

    kj::Promise<void> open(OpenContext context) override {
        const std::string name(context.getParams().getName().cStr());
        log(Level::info, "{} opens service '{}'", peer_, name);
        return opened_->open(name).then([context](capnp::Capability::Client&& service) mutable {
            context.getResults().setService(kj::mv(service));
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
    kj::Own<OpenedServices> opened_;
    std::string peer_;
};

class PortalServer final : public schema::Portal::Server {
public:
    PortalServer(Directory& directory, std::string peer,
                 kj::Own<kj::PromiseFulfiller<void>> greeted)
        : directory_(directory), opened_(kj::refcounted<OpenedServices>(directory)),
          peer_(std::move(peer)), greeted_(kj::mv(greeted)) {}

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
        results.setSession(kj::heap<SessionServer>(directory_, kj::addRef(*opened_), peer_));
        return kj::READY_NOW;
    }

private:
    Directory& directory_;
    kj::Own<OpenedServices> opened_;
    std::string peer_;
    kj::Own<kj::PromiseFulfiller<void>> greeted_;
};

} // namespace

kj::Own<schema::Portal::Server> servePeer(Directory& directory, std::string peer,
                                          kj::Own<kj::PromiseFulfiller<void>> greeted) {
    return kj::heap<PortalServer>(directory, std::move(peer), kj::mv(greeted));
}

} // namespace nxia::bridge
