// SPDX-License-Identifier: MIT
#pragma once

#include "completion.h"
#include "portal.capnp.h"

#include <capnp/rpc-twoparty.h>
#include <chrono>
#include <kj/async-io.h>
#include <kj/refcount.h>
#include <kj/vector.h>

namespace nxia {

/// What nxia_connect() is told.
struct Target {
    kj::String address;
    kj::Duration connectTimeout;
    kj::Duration callTimeout; // 0: none
};

/// A connection of its own to one service. Lives on the loop's thread.
class ServiceLink final : public kj::Refcounted {
public:
    explicit ServiceLink(kj::Own<kj::AsyncIoStream> connected);

    capnp::Capability::Client service();

    /// Closes it. Nothing may be called afterwards.
    void cut();

private:
    kj::Own<kj::AsyncIoStream> stream;
    kj::Own<capnp::TwoPartyClient> rpc;
};

/// A connection to WSLX that has agreed on a version. Lives on the loop's thread.
class Connection final : private kj::TaskSet::ErrorHandler {
public:
    static kj::Promise<kj::Own<Connection>> open(kj::AsyncIoContext& io, Target target);

    /// Use open().
    Connection(kj::AsyncIoContext& io, Target target, kj::Own<kj::AsyncIoStream> stream);

    /// Cancels the asynchronous calls, lets the waiting ones fail, and closes the links to
    /// services.
    ~Connection() noexcept(false);

    kj::Promise<kj::Own<ServiceLink>> openService(kj::StringPtr name);

    /// The promise, with the time limit of a call, and with a sentence that names the address if
    /// the connection is lost.
    template <typename T>
    kj::Promise<T> watch(kj::Promise<T> call) {
        return watch(kj::mv(call), target.callTimeout);
    }

    /// Carries the call on by itself; `completion` is told how it ended.
    void spawn(kj::Promise<void> call, Completion completion);

    kj::StringPtr server() const { return serverName; }
    uint32_t protocol() const { return version; }

private:
    template <typename T>
    kj::Promise<T> watch(kj::Promise<T> call, kj::Duration limit) {
        auto cancellable = canceler.wrap(kj::mv(call));
        auto limited = limit == 0 * kj::NANOSECONDS
                           ? kj::mv(cancellable)
                           : io.provider->getTimer().timeoutAfter(limit, kj::mv(cancellable));
        return limited.catch_([this, limit](kj::Exception&& e) -> kj::Promise<T> {
            return explain(kj::mv(e), limit);
        });
    }

    kj::Exception explain(kj::Exception&& e, kj::Duration limit) const;
    kj::Promise<void> hello();
    void taskFailed(kj::Exception&& e) override;

    kj::AsyncIoContext& io;
    Target target;
    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyClient rpc;
    portal::schema::Session::Client session = nullptr;
    kj::String serverName;
    uint32_t version = 0;
    kj::Vector<kj::Own<ServiceLink>> links; // all that were not dropped by their services
    kj::Canceler canceler;
    kj::TaskSet asynchronous;
};

} // namespace nxia
