// SPDX-License-Identifier: MIT
#pragma once

#include "connection.h"
#include "loop.h"
#include "store.h"

#include <memory>

/// What the opaque handles of nxia.h point to.
namespace nxia {

/// A loop and the connection that lives on it. Services share it, so that closing a service after
/// its client has been disconnected is harmless.
class Client {
public:
    explicit Client(Target target);
    ~Client();

    /// Drops the connection, with everything under way on it.
    void disconnect();

    /// Calls `work(connection)` on the loop's thread, waits, and gives its result; fails
    /// (DISCONNECTED) after disconnect().
    template <typename Work>
    auto run(Work&& work) {
        return loop.run([&] { return work(live()); });
    }

    /// Calls `work()` on the loop's thread, connected or not, and waits.
    template <typename Work>
    void onLoop(Work&& work) {
        loop.run(kj::fwd<Work>(work));
    }

    std::string server;
    uint32_t protocol = 0;

private:
    Connection& live();

    Loop loop;
    kj::Own<Connection> connection; // touched on the loop's thread only
};

/// An opened service.
class Service {
public:
    Service(std::shared_ptr<Client> client, kj::StringPtr name);
    ~Service();

    /// Drops the capability, and the connection once no asynchronous call needs it any more;
    /// nothing may be called afterwards.
    void close();

    /// Calls `work(store)`, which returns a promise, on the loop's thread, and waits for it.
    template <typename Work>
    auto call(Work&& work) {
        return client->run([&](Connection& connection) { return connection.watch(work(*store)); });
    }

    /// Starts `work(store)`; returns when it has been sent.
    template <typename Work>
    void start(Work&& work, nxia_completion function, void* context) {
        client->run([&](Connection& connection) {
            auto started = connection.watch(work(*store)).attach(kj::addRef(*link));
            connection.spawn(kj::mv(started), Completion(function, context));
        });
    }

private:
    std::shared_ptr<Client> client;
    kj::Own<ServiceLink> link; // these two are touched on the loop's thread only
    kj::Own<Store> store;
};

} // namespace nxia

struct nxia_client {
    std::shared_ptr<nxia::Client> client;
};

struct nxia_service {
    nxia::Service service;
};

struct nxia_list {
    std::vector<nxia::Entry> entries;
};

struct nxia_hits {
    std::vector<nxia::Hit> hits;
};
