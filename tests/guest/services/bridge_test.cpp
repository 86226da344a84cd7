// SPDX-License-Identifier: GPL-2.0-only
//
// The way from AF_VSOCK through the bridge and the kernel's channels to the store, with clients
// good and bad, and with capabilities that are taken away.
#include "netlink/netlink.h"
#include "nxiactl/view.h"
#include "rpc/fault.h"
#include "rpc/greeting.h"
#include "stack.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <optional>
#include <sys/socket.h>
#include <thread>

using portal::rpc::FaultCode;
namespace schema = portal::schema;

namespace {

/// The code and the message that an action ends with; none if it succeeds.
std::optional<std::pair<FaultCode, std::string>> faultOf(auto&& action) {
    try {
        action();
    } catch (const kj::Exception& exception) {
        return std::pair(portal::rpc::codeOf(exception),
                         std::string(portal::rpc::messageOf(exception).cStr()));
    }
    return std::nullopt;
}

const std::pair revokedFault(FaultCode::REVOKED, std::string("capability revoked"));

struct Fixture {
    explicit Fixture(const std::vector<std::string>& bridgeOptions = {}) : stack(bridgeOptions) {}

    Stack stack;
    kj::AsyncIoContext io = kj::setupAsyncIo();

    void put(schema::Store::Client store, kj::StringPtr name, kj::StringPtr content) {
        auto request = store.putRequest();
        request.setName(name);
        request.setContent(content.asBytes());
        request.send().wait(io.waitScope);
    }

    std::string get(schema::Store::Client store, kj::StringPtr name) {
        auto request = store.getRequest();
        request.setName(name);
        auto response = request.send().wait(io.waitScope);
        const auto content = response.getContent().asChars();
        return {content.begin(), content.size()};
    }

    /// A client that has said hello and opened the store, waiting for that to be possible.
    schema::Store::Client openStore(PortalClient& client) {
        for (int tries = 600;; --tries) {
            auto fault = faultOf([&] { client.openStore(); });
            if (!fault)
                return client.openStore();
            if (fault->first != FaultCode::UNAVAILABLE || tries == 0)
                FAIL(fault->second);
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }

    /// What a program of this machine reads, not through the bridge.
    std::string getHere(kj::StringPtr name) {
        portal::rpc::Vat vat(portal::core::Session::open().value(), io.unixEventPort);
        auto connection = portal::rpc::openService(vat, "store"_kj).wait(io.waitScope);
        return get(connection->bootstrap().castAs<schema::Store>(), name);
    }
};

/// Revokes what one process holds that leads to another.
void revoke(const std::string& holder, const std::string& target) {
    nxia::netlink::Module module;
    auto selected = nxia::ctl::select(nxia::ctl::describe(module.sessions(), module.capabilities()),
                                      {.holder = holder, .target = target, .type = "endpoint"});
    REQUIRE(selected.size() == 1);
    CHECK(module.revoke(selected[0].capability.session, selected[0].capability.handle) >= 2);
}

/// Whether the other side closes the connection within some seconds.
bool isClosed(int fd) {
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    char byte;
    ssize_t got;
    while ((got = recv(fd, &byte, 1, 0)) > 0) {
    }
    return got == 0 || errno == ECONNRESET;
}

/// What asks for a session, or for what a ticket is for.
std::string greeting(kj::ArrayPtr<const kj::byte> ticket = nullptr) {
    std::string bytes(sizeof(portal::rpc::Greeting), '\0');
    std::ranges::copy(schema::GREETING.get(), bytes.begin());
    std::ranges::copy(ticket, bytes.begin() + schema::GREETING.get().size());
    return bytes;
}

/// Whether the bridge cuts off who sends that, and no more.
bool isCutOff(const std::string& bytes) {
    const auto fd = connectToBridge();
    REQUIRE(send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
    shutdown(fd.get(), SHUT_WR);
    return isClosed(fd.get());
}

} // namespace

#define NEEDS_STACK()                                                                              \
    if (!Stack::possible())                                                                        \
    SKIP("needs /dev/nxia, and no other registry")

TEST_CASE("a client outside stores and finds documents") {
    NEEDS_STACK();
    Fixture f;
    PortalClient client(f.io);
    client.hello();
    auto store = f.openStore(client);
    f.put(store, "a", "capability revocation");
    CHECK(f.get(store, "a") == "capability revocation");
    CHECK(f.getHere("a") == "capability revocation");
    CHECK(faultOf([&] { f.get(store, "nosuch"); }) ==
          std::pair(FaultCode::NOT_FOUND, std::string("no document named 'nosuch'")));
}

TEST_CASE("a revoked capability ends the next call of every client, and stays revoked") {
    NEEDS_STACK();
    Fixture f;
    PortalClient first(f.io);
    PortalClient second(f.io);
    first.hello();
    second.hello();
    auto store = f.openStore(first);
    auto other = f.openStore(second);
    f.put(store, "a", "kept");
    revoke("nxia-bridge", "nxia-store");

    CHECK(faultOf([&] { f.get(store, "a"); }) == revokedFault);
    CHECK(faultOf([&] { f.get(other, "a"); }) == revokedFault);
    CHECK(faultOf([&] { first.openStore(); }) == revokedFault);
    PortalClient third(f.io);
    third.hello();
    CHECK(faultOf([&] { third.openStore(); }) == revokedFault);
    CHECK(f.getHere("a") == "kept");

    f.stack.bridge().restart();
    std::this_thread::sleep_for(std::chrono::seconds(2));
    PortalClient fourth(f.io);
    fourth.hello();
    CHECK(f.get(f.openStore(fourth), "a") == "kept");
}

TEST_CASE("a store that was started anew is opened anew") {
    NEEDS_STACK();
    Fixture f;
    PortalClient client(f.io);
    client.hello();
    auto store = f.openStore(client);
    f.put(store, "a", "kept");
    f.stack.store().restart();
    CHECK(faultOf([&] { f.get(store, "a"); })->first == FaultCode::UNAVAILABLE);
    CHECK(f.get(f.openStore(client), "a") == "kept");
}

TEST_CASE("a connection that drops in the middle of a put leaves the old document") {
    NEEDS_STACK();
    Fixture f;
    {
        PortalClient client(f.io);
        client.hello();
        auto store = f.openStore(client);
        f.put(store, "a", "old");
        auto begin = store.beginPutRequest();
        begin.setName("a");
        begin.setSize(6);
        auto writer = begin.send().wait(f.io.waitScope).getWriter();
        auto write = writer.writeRequest();
        write.setChunk("new"_kj.asBytes());
        write.send().wait(f.io.waitScope);
    }
    CHECK(f.getHere("a") == "old");
}

TEST_CASE("hostile clients are cut off and harm nobody") {
    NEEDS_STACK();
    Fixture f;
    PortalClient good(f.io);
    good.hello();
    auto store = f.openStore(good);
    f.put(store, "a", "kept");
    for (const std::string& bytes :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(4096, '\xff'), std::string(64, '\0'),
          std::string("\0\0\0\0\xff\xff\xff\x7f", 8), std::string("\0\0\0\0\x05\0\0\0half", 12)}) {
        CHECK(isCutOff(bytes));
        CHECK(isCutOff(greeting().substr(0, 13)));
        CHECK(isCutOff(greeting() + bytes));
        CHECK(isCutOff(greeting("a ticket of none"_kj.asBytes()) + bytes));
        CHECK(isCutOff(greeting(good.open("store")) + bytes));
        CHECK(f.get(store, "a") == "kept");
    }
    CHECK(f.stack.bridge().runs());
}

TEST_CASE("who says nothing is cut off") {
    NEEDS_STACK();
    Fixture f({"--handshake-timeout", "1"});
    PortalClient greeted(f.io);
    greeted.hello();
    auto store = f.openStore(greeted);
    const auto fd = connectToBridge();
    CHECK(isClosed(fd.get()));
    f.put(store, "a", "kept"); // who said hello in time stays
}

TEST_CASE("more connections than allowed are refused, and the place is free again later") {
    NEEDS_STACK();
    Fixture f({"--max-connections", "2"});
    std::this_thread::sleep_for(std::chrono::milliseconds(500)); // the probe of the stack ends
    {
        PortalClient first(f.io);
        PortalClient second(f.io);
        first.hello();
        second.hello();
        const auto third = connectToBridge();
        CHECK(isClosed(third.get()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    PortalClient fourth(f.io);
    CHECK_NOTHROW(fourth.hello());
}

TEST_CASE("hello agrees on a version, once") {
    NEEDS_STACK();
    Fixture f;
    PortalClient client(f.io);
    auto old = client.portal().helloRequest();
    CHECK(faultOf([&] { old.send().wait(f.io.waitScope); })->first == FaultCode::VERSION);
    auto newer = client.portal().helloRequest();
    newer.setVersion(1000);
    CHECK(newer.send().wait(f.io.waitScope).getVersion() == schema::PROTOCOL_VERSION);
    CHECK(faultOf([&] { client.hello(); })->first == FaultCode::INVALID);
}

TEST_CASE("a service that nobody knows is not found") {
    NEEDS_STACK();
    Fixture f;
    PortalClient client(f.io);
    client.hello();
    CHECK(faultOf([&] { client.open("nosuch"); })->first == FaultCode::NOT_FOUND);
}

TEST_CASE("a ticket is good once, and only the one that was given") {
    NEEDS_STACK();
    Fixture f;
    PortalClient client(f.io);
    client.hello();
    auto store = f.openStore(client);
    auto ticket = client.open("store");
    auto wrong = kj::heapArray(ticket.asPtr());
    wrong[0] ^= 1;
    auto list = [&](const kj::Array<kj::byte>& shown) {
        GreetedStream service(f.io, shown);
        auto request = service.client.bootstrap().castAs<schema::Store>().listRequest();
        request.send().wait(f.io.waitScope);
    };
    CHECK(faultOf([&] { list(wrong); }));
    CHECK_FALSE(faultOf([&] { list(ticket); }));
    CHECK(faultOf([&] { list(ticket); }));
    f.put(store, "a", "kept");
}

TEST_CASE("a ticket is good no longer than a client may take to say hello") {
    NEEDS_STACK();
    Fixture f({"--handshake-timeout", "1"});
    PortalClient client(f.io);
    client.hello();
    f.openStore(client);
    auto ticket = client.open("store");
    std::this_thread::sleep_for(std::chrono::seconds(2));
    CHECK(isCutOff(greeting(ticket)));
}

TEST_CASE("messages of all sizes go through, and one that is too large ends its connection alone") {
    NEEDS_STACK();
    Fixture f;
    PortalClient client(f.io);
    client.hello();
    auto store = f.openStore(client);
    for (std::size_t size : {0UL, 1UL, 65'500UL, 65'536UL, 700'000UL, 1UL << 20}) {
        auto content = kj::heapString(size);
        std::ranges::fill(content, 'x');
        f.put(store, "a", content);
        CHECK(f.get(store, "a") == std::string(size, 'x'));
    }
    auto tooLarge = store.putRequest();
    tooLarge.setName("a");
    tooLarge.initContent(5 << 20);
    CHECK(faultOf([&] { tooLarge.send().wait(f.io.waitScope); })->first == FaultCode::TOO_LARGE);
    CHECK(f.get(f.openStore(client), "a").size() == 1U << 20);
}
