// SPDX-License-Identifier: GPL-2.0-only
#include "directory.h"

#include "rpc/error.h"

#include <cerrno>

namespace nxia::bridge {

namespace core = portal::core;
namespace rpc = portal::rpc;
namespace schema = portal::schema;

kj::Promise<ServiceConnection> Directory::connect(std::string name) {
    return hold(name).then([this, name]() -> kj::Promise<ServiceConnection> {
        KJ_IF_MAYBE (connection, tryConnect(name))
            return kj::mv(*connection);
        // The service has ended; another may have taken its place.
        return hold(name).then([this, name] {
            KJ_IF_MAYBE (connection, tryConnect(name))
                return kj::mv(*connection);
            rpc::fail(rpc::FaultCode::UNAVAILABLE,
                      kj::str("service '", name.c_str(), "' is not running"));
        });
    });
}

kj::Promise<std::vector<std::string>> Directory::list() {
    return registry().listRequest().send().then([](auto&& response) {
        std::vector<std::string> names;
        for (auto name : response.getServices())
            names.emplace_back(name.cStr());
        return names;
    });
}

bool Directory::isRevoked(std::uint64_t end) const {
    nxia_query query{};
    query.handle = end;
    const auto result = vat_.session().call(NXIA_IOC_QUERY, query, "QUERY");
    return !result && result.error().code() == EKEYREVOKED;
}

schema::Registry::Client Directory::registry() {
    if (!registry_ || registry_->ended) {
        auto fresh = kj::heap<RegistryConnection>();
        fresh->connection = rpc::connectRegistry(vat_);
        fresh->watch =
            fresh->connection->onDisconnect()
                .then([&ended = fresh->ended] { ended = true; })
                .eagerlyEvaluate([&ended = fresh->ended](kj::Exception&&) { ended = true; });
        registry_ = kj::mv(fresh);
    }
    return registry_->connection->bootstrap().castAs<schema::Registry>();
}

kj::Promise<void> Directory::hold(std::string name) {
    if (held_.contains(name))
        return kj::READY_NOW;
    auto request = registry().openRequest();
    request.setName(name.c_str());
    return request.send()
        .then([this](auto&& response) { return vat_.take(response.getEndpoint()); })
        .then([this, name](core::Capability&& capability) {
            // Of two that asked at once the first wins: a service must hang on one capability.
            held_.try_emplace(name, std::move(capability));
        });
}

kj::Maybe<ServiceConnection> Directory::tryConnect(const std::string& name) {
    const auto held = held_.find(name);
    if (held == held_.end())
        return nullptr;
    auto channel = core::Channel::connect(held->second);
    if (channel) {
        const auto end = channel->capability().handle();
        return ServiceConnection{end, kj::heap<rpc::Connection>(vat_, std::move(*channel))};
    }
    if (channel.error().code() != ECONNREFUSED)
        kj::throwFatalException(rpc::fault(channel.error()));
    held_.erase(held);
    return nullptr;
}

} // namespace nxia::bridge
