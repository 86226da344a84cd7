// SPDX-License-Identifier: GPL-2.0-only
#include "directory.h"

#include "rpc/error.h"

#include <cerrno>

namespace nxia::bridge {

namespace core = portal::core;
namespace rpc = portal::rpc;
namespace schema = portal::schema;

namespace {

// A message of bulk data fits in; smaller ones make both sides sleep in the middle of it.
constexpr core::RingSizes rings{.toServer = 512 << 10, .fromServer = 512 << 10};

} // namespace

kj::Promise<core::Channel> Directory::connect(std::string name) {
    return hold(name).then([this, name]() -> kj::Promise<core::Channel> {
        KJ_IF_MAYBE (channel, tryConnect(name))
            return kj::mv(*channel);
        // The service has ended; another may have taken its place.
        return hold(name).then([this, name] {
            KJ_IF_MAYBE (channel, tryConnect(name))
                return kj::mv(*channel);
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

kj::Maybe<core::Channel> Directory::tryConnect(const std::string& name) {
    const auto held = held_.find(name);
    if (held == held_.end())
        return nullptr;
    auto channel = core::Channel::connect(held->second, rings);
    if (channel)
        return kj::mv(*channel);
    if (channel.error().code() != ECONNREFUSED)
        kj::throwFatalException(rpc::fault(channel.error()));
    held_.erase(held);
    return nullptr;
}

} // namespace nxia::bridge
