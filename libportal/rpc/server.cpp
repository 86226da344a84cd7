// SPDX-License-Identifier: MIT
#include "server.h"

#include "error.h"

#include <kj/debug.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace portal::rpc {
namespace {

constexpr kj::Duration retryDelay = 100 * kj::MILLISECONDS;

} // namespace

Server::Server(Vat& vat, core::Endpoint endpoint, Factory factory, unsigned maxConnections)
    : vat_(vat), endpoint_(std::move(endpoint)), factory_(kj::mv(factory)),
      maxConnections_(maxConnections),
      observer_(vat.port(), endpoint_.fd(), kj::UnixEventPort::FdObserver::OBSERVE_READ),
      tasks_(failures_) {}

void Server::Failures::taskFailed(kj::Exception&& exception) {
    KJ_LOG(WARNING, "a connection failed", exception.getDescription());
}

kj::Promise<void> Server::listen() {
    return kj::evalNow([this] {
               auto next = endpoint_.accept();
               if (next)
                   serve(std::move(*next));
               return beforeNext(next ? 0 : next.error().code());
           })
        .then([this] { return listen(); });
}

// When to accept again after accept() ended with `code`, 0 for a connection.
kj::Promise<void> Server::beforeNext(int code) {
    auto& timer = vat_.port().getTimer();
    if (code == EAGAIN)
        return observer_.whenBecomesReadable();
    if (code == 0)
        return timer.afterDelay(0 * kj::NANOSECONDS); // lets others run
    unwrap(endpoint_.capability().query());
    KJ_LOG(WARNING, "cannot accept a connection", core::Error(code, "ACCEPT").message().c_str());
    return timer.afterDelay(retryDelay);
}

bool Server::mayConnect(uid_t uid) const {
    auto mine = connectionsOf_.find(uid);
    unsigned limit = uid == 0 ? maxConnections_ : std::max(4U, maxConnections_ / 4);
    return connections_ < maxConnections_ && (mine == connectionsOf_.end() || mine->second < limit);
}

void Server::countOut(uid_t uid) {
    connections_--;
    if (--connectionsOf_[uid] == 0)
        connectionsOf_.erase(uid);
}

void Server::serve(core::Endpoint::Connection accepted) {
    core::Peer peer = accepted.peer;
    if (!mayConnect(peer.uid)) {
        KJ_LOG(WARNING, "too many connections; one is closed", peer.uid, peer.pid, connections_);
        return;
    }
    connections_++;
    connectionsOf_[peer.uid]++;
    auto counted = kj::defer([this, uid = peer.uid] { countOut(uid); });
    tasks_.add(kj::evalNow([&] {
                   auto connection =
                       kj::heap<Connection>(vat_, std::move(accepted.channel), factory_(peer));
                   auto ended = connection->onDisconnect();
                   return ended.attach(kj::mv(connection));
               }).attach(kj::mv(counted)));
}

} // namespace portal::rpc
