// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "core/session.h"
#include "portal.capnp.h"
#include "rpc/connection.h"
#include "store.capnp.h"

#include <capnp/rpc-twoparty.h>
#include <filesystem>
#include <kj/async-io.h>
#include <string>
#include <vector>

/// A process that is killed when this goes.
class Process {
public:
    explicit Process(const std::vector<std::string>& command);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// Kills it, waits, and starts it anew.
    void restart();
    bool runs();

private:
    void start();
    void stop();

    std::vector<std::string> command_;
    int pid_ = -1;
};

/// nxiad, nxia-store and nxia-bridge, run by root with rules of their own, and documents in a
/// folder of their own. The bridge lets programs of this machine in.
class Stack {
public:
    static constexpr unsigned port = 9345;

    explicit Stack(const std::vector<std::string>& bridgeOptions = {});
    ~Stack();

    /// Whether the tests can run here: there is the module, and no registry yet.
    static bool possible();

    Process& store() { return *store_; }
    Process& bridge() { return *bridge_; }

private:
    std::filesystem::path folder_;
    std::unique_ptr<Process> registry_;
    std::unique_ptr<Process> store_;
    std::unique_ptr<Process> bridge_;
};

/// A connected socket to the bridge.
kj::AutoCloseFd connectToBridge();

/// A connection to the bridge on which the greeting has been sent.
struct GreetedStream {
    explicit GreetedStream(kj::AsyncIoContext& io, kj::ArrayPtr<const kj::byte> ticket = nullptr);

    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyClient client{*stream};
};

/// A client of the bridge, as a Windows program would be one.
class PortalClient {
public:
    explicit PortalClient(kj::AsyncIoContext& io);

    portal::schema::Portal::Client portal() { return portal_; }
    void hello();

    /// The ticket for a service.
    kj::Array<kj::byte> open(kj::StringPtr name);
    portal::schema::Store::Client openStore();

private:
    kj::AsyncIoContext& io_;
    kj::Own<GreetedStream> session_;
    portal::schema::Portal::Client portal_;
    kj::Maybe<portal::schema::Session::Client> greeted_;
    std::vector<kj::Own<GreetedStream>> services_;
};
