// SPDX-License-Identifier: GPL-2.0-only
#include "registration.h"

#include "daemon/log.h"
#include "registry.capnp.h"
#include "rpc/connection.h"
#include "rpc/error.h"

namespace nxia::store {

namespace {

using daemon::Level;
using daemon::log;
namespace rpc = portal::rpc;
namespace schema = portal::schema;

constexpr kj::Duration retryDelay = 200 * kj::MILLISECONDS;
constexpr std::uint64_t offeredRights =
    NXIA_RIGHT_CONNECT | NXIA_RIGHT_DERIVE | NXIA_RIGHT_TRANSFER | NXIA_RIGHT_REVOKE;

} // namespace

kj::Promise<void> Registrar::run() {
    return tryOnce()
        .then([this] { return vat_.port().getTimer().afterDelay(retryDelay); })
        .then([this] { return run(); });
}

/// Returns when the registry is not there yet, or has gone.
kj::Promise<void> Registrar::tryOnce() {
    return kj::evalNow([this] { return registerUntilLost(); })
        .catch_([this](kj::Exception&& exception) {
            if (rpc::codeOf(exception) != rpc::FaultCode::UNAVAILABLE)
                kj::throwFatalException(kj::mv(exception));
            if (!saidWaiting_)
                log(Level::notice, "waiting for the registry (nxiad)");
            saidWaiting_ = true;
        });
}

kj::Promise<void> Registrar::registerUntilLost() {
    auto connection = rpc::connectRegistry(vat_);
    auto lost = connection->onDisconnect();
    auto request = connection->bootstrap().castAs<schema::Registry>().registerRequest();
    request.setName(name_.c_str());
    const auto rights = offeredRights | (reach_ == Reach::remote ? NXIA_RIGHT_REMOTE : 0);
    request.setEndpoint(vat_.give(rpc::unwrap(endpoint_.derive(rights)), rights));
    return request.send()
        .then([this, lost = kj::mv(lost)](auto&& response) mutable {
            log(Level::info, "registered as '{}'", name_);
            saidWaiting_ = false;
            onRegistered_();
            return lost.attach(response.getRegistration());
        })
        .then([] { log(Level::notice, "the registry (nxiad) has gone"); })
        .attach(kj::mv(connection));
}

} // namespace nxia::store
