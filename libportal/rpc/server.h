// SPDX-License-Identifier: MIT
#pragma once

#include "connection.h"
#include "core/endpoint.h"

#include <kj/function.h>

#include <map>

namespace portal::rpc {

/// Accepts connections on an endpoint and serves each with a bootstrap of its own.
///
/// Threads: the vat's.
class Server {
public:
    /// Makes the object that a new connection is offered, knowing who it is. If it throws, that
    /// connection is closed.
    using Factory = kj::Function<capnp::Capability::Client(const core::Peer&)>;

    /// At most `maxConnections` at a time, and at most a quarter of them (at least 4) from one user
    /// other than root; what comes beyond that is closed.
    Server(Vat& vat, core::Endpoint endpoint, Factory factory, unsigned maxConnections = 256);
    KJ_DISALLOW_COPY_AND_MOVE(Server);

    /// Accepts until the endpoint dies, and then throws (revoked); else never resolves. Dropping
    /// the promise stops accepting; the connections live as long as the server.
    kj::Promise<void> listen();

    const core::Endpoint& endpoint() const { return endpoint_; }
    unsigned connections() const { return connections_; }

    /// Resolves when there is no connection.
    kj::Promise<void> onEmpty() { return tasks_.onEmpty(); }

private:
    class Failures final : public kj::TaskSet::ErrorHandler {
        void taskFailed(kj::Exception&& exception) override;
    };

    kj::Promise<void> beforeNext(int code);
    bool mayConnect(uid_t uid) const;
    void countOut(uid_t uid);
    void serve(core::Endpoint::Connection accepted);

    Vat& vat_;
    core::Endpoint endpoint_;
    Factory factory_;
    unsigned maxConnections_;
    unsigned connections_ = 0;
    std::map<uid_t, unsigned> connectionsOf_;
    kj::UnixEventPort::FdObserver observer_;
    Failures failures_;
    kj::TaskSet tasks_;
};

} // namespace portal::rpc
