// SPDX-License-Identifier: GPL-2.0-only
//
// libportal over /dev/nxia: run in the guest, as root, without services (the tests make a registry
// of their own). Without /dev/nxia every test is skipped.
//
//     client session --BOOTSTRAP, CONNECT--> registry endpoint of the server session
//
// Most tests have both sides on one event loop; those about death and about system calls fork.

#include "core/channel.h"
#include "core/endpoint.h"
#include "rpc/connection.h"
#include "rpc/error.h"
#include "rpc/server.h"
#include "store.capnp.h"

#include <catch2/catch_test_macros.hpp>
#include <kj/async-io.h>
#include <kj/debug.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <poll.h>
#include <string>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace portal;
using namespace std::chrono_literals;
using portal::rpc::codeOf;
using portal::rpc::FaultCode;
using portal::rpc::messageOf;
using portal::rpc::unwrap;

namespace {

constexpr kj::Duration patience = 60 * kj::SECONDS; // the guest may be slow

// A second attempt of the same may be needed where a process that was killed is still being
// cleaned up: its registry goes only then.
core::Endpoint makeRegistry(const core::Session& session, unsigned backlog = 16) {
    for (int i = 0; i < 200; i++) {
        auto made =
            core::Endpoint::create(session, backlog, NXIA_RIGHTS_ENDPOINT, NXIA_ENDPOINT_REGISTRY);
        if (made || made.error().code() != EBUSY)
            return unwrap(std::move(made));
        ::usleep(10000);
    }
    FAIL("there is a registry already; run this without services");
    std::abort();
}

core::Session openSession() {
    if (::access("/dev/nxia", F_OK) != 0)
        SKIP("no /dev/nxia here; this test runs in the guest");
    return unwrap(core::Session::open());
}

core::Bytes bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string textOf(const core::Message& message) {
    return {reinterpret_cast<const char*>(message.bytes.data()), message.bytes.size()};
}

template <typename T>
int errorOf(const core::Result<T>& result) {
    return result ? 0 : result.error().code();
}

// Two ends of a channel in two sessions.
struct Ends {
    core::Session serverSession = openSession();
    core::Session clientSession = openSession();
    core::Endpoint endpoint = makeRegistry(serverSession);
    core::Capability toServer = unwrap(core::Capability::bootstrap(clientSession));
    core::Channel client = unwrap(core::Channel::connect(toServer, {4096, 4096}));
    core::Endpoint::Connection accepted = unwrap(endpoint.accept());
    core::Channel& server = accepted.channel;
    core::Message message;
};

// Waits for a connection.
core::Channel acceptOne(const core::Endpoint& endpoint) {
    pollfd poll = {.fd = endpoint.fd(), .events = POLLIN, .revents = 0};
    ::poll(&poll, 1, 20000);
    return unwrap(endpoint.accept()).channel;
}

// Runs `body` in a child; its result is the exit status.
pid_t inChild(const std::function<int()>& body) {
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::alarm(300);
        int status = 125;
        try {
            status = body();
        } catch (...) {
            KJ_LOG(ERROR, "the child failed", kj::getCaughtExceptionAsKj());
        }
        ::_exit(status);
    }
    return child;
}

int waitFor(pid_t child) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// A store in memory. "slow" is never found, nor not found.
class MemoryStore final : public schema::Store::Server {
public:
    kj::Promise<void> put(PutContext context) override {
        auto params = context.getParams();
        auto content = params.getContent();
        documents_[params.getName().cStr()] = {content.begin(), content.end()};
        return kj::READY_NOW;
    }

    kj::Promise<void> get(GetContext context) override {
        std::string name = context.getParams().getName();
        if (name == "slow")
            return kj::NEVER_DONE;
        auto found = documents_.find(name);
        if (found == documents_.end())
            rpc::fail(FaultCode::NOT_FOUND, kj::str("no document named '", name.c_str(), "'"));
        auto& content = found->second;
        context.getResults().setContent(kj::arrayPtr(content.data(), content.size()));
        return kj::READY_NOW;
    }

    kj::Promise<void> beginPut(BeginPutContext context) override;

private:
    std::map<std::string, std::vector<kj::byte>> documents_;
};

class MemoryWriter final : public schema::Writer::Server {
public:
    explicit MemoryWriter(std::vector<kj::byte>& content) : content_(content) {}

    kj::Promise<void> write(WriteContext context) override {
        auto chunk = context.getParams().getChunk();
        content_.insert(content_.end(), chunk.begin(), chunk.end());
        return kj::READY_NOW;
    }
    kj::Promise<void> commit(CommitContext) override { return kj::READY_NOW; }

private:
    std::vector<kj::byte>& content_;
};

kj::Promise<void> MemoryStore::beginPut(BeginPutContext context) {
    auto& content = documents_[context.getParams().getName().cStr()];
    context.getResults().setWriter(kj::heap<MemoryWriter>(content));
    return kj::READY_NOW;
}

// A registry that keeps the last endpoint that was registered.
class KeepingRegistry final : public schema::Registry::Server {
public:
    KeepingRegistry(rpc::Vat& vat, kj::Maybe<core::Capability>& kept) : vat_(vat), kept_(kept) {}

    kj::Promise<void> register_(RegisterContext context) override {
        return vat_.take(context.getParams().getEndpoint())
            .then([this](core::Capability capability) { kept_ = std::move(capability); });
    }

    kj::Promise<void> open(OpenContext context) override {
        KJ_IF_MAYBE (kept, kept_)
            context.getResults().setEndpoint(
                vat_.give(unwrap(kept->derive(NXIA_RIGHT_CONNECT | NXIA_RIGHT_TRANSFER, 77)),
                          NXIA_RIGHT_CONNECT));
        else
            rpc::fail(FaultCode::NOT_FOUND, "no such service");
        return kj::READY_NOW;
    }

    // Takes nothing of what comes.
    kj::Promise<void> list(ListContext) override { return kj::READY_NOW; }

private:
    rpc::Vat& vat_;
    kj::Maybe<core::Capability>& kept_;
};

// A server and a client, each with a session, on one event loop.
struct World {
    core::Session serverSession = openSession();
    core::Session clientSession = openSession();
    kj::AsyncIoContext io = kj::setupAsyncIo();
    rpc::Vat serverVat{serverSession, io.unixEventPort};
    rpc::Vat clientVat{clientSession, io.unixEventPort};

    template <typename T>
    T within(kj::Promise<T> promise) {
        auto late = io.provider->getTimer().afterDelay(patience).then([]() -> T {
            kj::throwFatalException(kj::Exception(kj::Exception::Type::FAILED, __FILE__, __LINE__,
                                                  kj::str("too late")));
        });
        return promise.exclusiveJoin(kj::mv(late)).wait(io.waitScope);
    }

    template <typename T>
    kj::Exception failureOf(kj::Promise<T> promise) {
        kj::Maybe<kj::Exception> caught =
            kj::runCatchingExceptions([&] { within(promise.then([](auto&&...) {})); });
        KJ_IF_MAYBE (exception, caught)
            return kj::mv(*exception);
        FAIL("the call did not fail");
        std::abort();
    }
};

struct StoreWorld : World {
    rpc::Server server{serverVat, makeRegistry(serverSession),
                       [this](const core::Peer& peer) -> capnp::Capability::Client {
                           lastPeer = peer;
                           return kj::heap<MemoryStore>();
                       },
                       8};
    kj::Promise<void> listening = server.listen().eagerlyEvaluate(nullptr);
    core::Peer lastPeer = {};

    struct Client {
        kj::Own<rpc::Connection> connection;
        schema::Store::Client store;
    };

    Client connect(core::RingSizes sizes = {}) {
        auto connection =
            rpc::connect(clientVat, unwrap(core::Capability::bootstrap(clientSession)), sizes);
        auto store = connection->bootstrap().castAs<schema::Store>();
        return {kj::mv(connection), kj::mv(store)};
    }

    void put(schema::Store::Client& store, kj::StringPtr name, kj::ArrayPtr<const kj::byte> data) {
        auto request = store.putRequest();
        request.setName(name);
        request.setContent(data);
        within(request.send().ignoreResult());
    }

    auto get(schema::Store::Client& store, kj::StringPtr name) {
        auto request = store.getRequest();
        request.setName(name);
        return request.send();
    }

    kj::Array<kj::byte> read(schema::Store::Client& store, kj::StringPtr name) {
        return within(get(store, name).then([](auto&& response) {
            return kj::heapArray<kj::byte>(response.getContent());
        }));
    }

    bool works(schema::Store::Client& store) {
        put(store, "a", kj::StringPtr("content").asBytes());
        return read(store, "a").asPtr() == kj::StringPtr("content").asBytes();
    }
};

kj::Array<kj::byte> pattern(std::size_t size) {
    auto bytes = kj::heapArray<kj::byte>(size);
    unsigned value = 7;
    for (auto& byte : bytes)
        byte = static_cast<kj::byte>((value = value * 1103515245 + 12345) >> 16);
    return bytes;
}

} // namespace

// ---- core ----

TEST_CASE("messages go both ways, and the server knows the peer", "[core]") {
    Ends ends;
    CHECK(ends.accepted.peer.pid == ::getpid());
    CHECK(ends.accepted.peer.uid == ::geteuid());
    CHECK(errorOf(ends.server.tryReceive(ends.message)) == EAGAIN);
    unwrap(ends.client.send(bytesOf("to the server")));
    unwrap(ends.server.receive(ends.message, 1s));
    CHECK(textOf(ends.message) == "to the server");
    unwrap(ends.server.send(bytesOf("")));
    unwrap(ends.client.receive(ends.message, 1s));
    CHECK(ends.message.bytes.empty());
    CHECK(errorOf(ends.client.receive(ends.message, 1ms)) == ETIMEDOUT);
    CHECK(errorOf(ends.endpoint.accept()) == EAGAIN);
}

TEST_CASE("a full ring refuses trySend, and a message that never fits is told apart", "[core]") {
    Ends ends;
    std::vector<std::byte> half(2040);
    unwrap(ends.client.trySend(half));
    unwrap(ends.client.trySend(half));
    CHECK(errorOf(ends.client.trySend(half)) == EAGAIN);
    CHECK(errorOf(ends.client.trySend(std::vector<std::byte>(4096))) == EMSGSIZE);
    unwrap(ends.server.receive(ends.message));
    unwrap(ends.client.trySend(half));
}

TEST_CASE("capabilities arrive with their message", "[core]") {
    Ends ends;
    auto extra = unwrap(core::Endpoint::create(ends.clientSession));
    auto grant = extra.capability().grant(NXIA_RIGHT_CONNECT | NXIA_RIGHT_TRANSFER, 5);
    unwrap(ends.client.send(bytesOf("take this"), {&grant, 1}));
    unwrap(ends.server.receive(ends.message, 1s));
    REQUIRE(ends.message.capabilities.size() == 1);
    auto got = unwrap(ends.message.capabilities[0].query());
    CHECK(got.rights == (NXIA_RIGHT_CONNECT | NXIA_RIGHT_TRANSFER));
    CHECK(got.badge == 5);
    CHECK(unwrap(extra.capability().revoke()) == 1);
    CHECK(errorOf(ends.message.capabilities[0].query()) == EKEYREVOKED);
}

TEST_CASE("what the peer sent is still read when it is gone", "[core]") {
    Ends ends;
    unwrap(ends.client.send(bytesOf("last words")));
    {
        core::Channel gone = std::move(ends.client);
    }
    unwrap(ends.server.receive(ends.message, 1s));
    CHECK(textOf(ends.message) == "last words");
    CHECK(errorOf(ends.server.receive(ends.message, 1s)) == EPIPE);
}

TEST_CASE("a revoked channel answers EKEYREVOKED, and the peer EPIPE", "[core]") {
    Ends ends;
    unwrap(ends.client.send(bytesOf("before")));
    unwrap(ends.endpoint.capability().revoke());
    CHECK(errorOf(ends.client.send(bytesOf("after"))) == EKEYREVOKED);
    CHECK(errorOf(ends.client.tryReceive(ends.message)) == EKEYREVOKED);
    CHECK(errorOf(ends.client.receive(ends.message, 1s)) == EKEYREVOKED);
    CHECK(errorOf(ends.client.sendAndWait(bytesOf("after"), ends.message)) == EKEYREVOKED);
}

TEST_CASE("a peer that announces a capability and sends none is not believed", "[core][hostile]") {
    Ends ends;
    core::Bytes piece = bytesOf("no capability");
    core::Outgoing lie{.payload = core::Gather({&piece, 1}), .capabilities = 1};
    REQUIRE(unwrap(ends.client.write(lie)));
    unwrap(ends.client.ringAfterWrite());
    CHECK(errorOf(ends.server.receive(ends.message, 1s)) == EBADMSG);
    CHECK(errorOf(ends.server.receive(ends.message, 1s)) == EBADMSG);
}

TEST_CASE("messages longer than the ring go to another process and back", "[core]") {
    Ends ends;
    constexpr std::size_t length = 64 << 10;
    pid_t echo = inChild([&] {
        auto session = unwrap(core::Session::open());
        auto channel = unwrap(
            core::Channel::connect(unwrap(core::Capability::bootstrap(session)), {4096, 4096}));
        core::Message message;
        for (int i = 0; i < 3; i++) {
            unwrap(channel.receive(message));
            unwrap(channel.send(message.bytes));
        }
        return 0;
    });
    core::Channel far = acceptOne(ends.endpoint);
    auto data = pattern(length);
    auto bytes = std::as_bytes(std::span(data.begin(), data.size()));
    for (int i = 0; i < 3; i++) {
        unwrap(far.send(bytes));
        unwrap(far.receive(ends.message, 60s));
        CHECK(std::ranges::equal(ends.message.bytes, bytes));
    }
    CHECK(waitFor(echo) == 0);
}

// ---- the cost of a ping ----

namespace {

constexpr unsigned rounds = 200;

int answerPings(unsigned spin) {
    auto session = unwrap(core::Session::open());
    auto channel = unwrap(core::Channel::connect(unwrap(core::Capability::bootstrap(session))));
    core::Message message;
    unwrap(channel.send(bytesOf("hello")));
    unwrap(channel.receive(message));
    while (textOf(message) != "bye")
        unwrap(channel.sendAndWait(message.bytes, message, spin));
    return 0;
}

void ping(core::Channel& channel, core::Message& message, unsigned spin) {
    for (unsigned i = 0; i < rounds; i++)
        unwrap(channel.sendAndWait(bytesOf("ping"), message, spin));
}

// Runs `body` between two calls of getppid() in a traced child, and counts the system calls that it
// makes there.
long countSystemCalls(const std::function<void()>& before, const std::function<void()>& body) {
    pid_t child = inChild([&] {
        before();
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        ::syscall(SYS_getppid);
        body();
        ::syscall(SYS_getppid);
        return 0;
    });
    int status = 0;
    long calls = 0;
    unsigned markers = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSTOPPED(status));
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    while (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0 &&
           ::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        if (WSTOPSIG(status) != (SIGTRAP | 0x80))
            continue;
        __ptrace_syscall_info info = {};
        ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
            continue;
        if (info.entry.nr == SYS_getppid)
            markers++;
        else if (markers == 1)
            calls++;
    }
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    REQUIRE(markers == 2);
    return calls;
}

// System calls of one side in `rounds` round trips with another process.
long callsOfPing(unsigned spin) {
    std::optional<core::Channel> channel;
    core::Message message;
    auto connect = [&] {
        auto endpoint = makeRegistry(unwrap(core::Session::open()));
        if (inChild([&] { return answerPings(spin); }) < 0)
            std::abort();
        channel.emplace(acceptOne(endpoint));
        unwrap(channel->receive(message));
        ping(*channel, message, spin); // both are warm
    };
    return countSystemCalls(connect, [&] { ping(*channel, message, spin); });
}

} // namespace

TEST_CASE("a busy ping makes no system call", "[cost]") {
    openSession(); // or skip
    if (::sysconf(_SC_NPROCESSORS_ONLN) < 2)
        SKIP("needs two processors");
    CHECK(callsOfPing(1U << 31) == 0);
}

TEST_CASE("a sleeping ping makes one system call on each side", "[cost]") {
    openSession(); // or skip
    long calls = callsOfPing(0);
    CHECK(calls <= rounds);
    CHECK(calls >= rounds / 2); // or it did not sleep, and this says nothing
}

// ---- rpc ----

TEST_CASE("calls and their faults", "[rpc]") {
    StoreWorld world;
    auto client = world.connect();
    CHECK(world.works(client.store));
    CHECK(world.lastPeer.pid == ::getpid());
    CHECK(world.server.connections() == 1);
    auto failure = world.failureOf(world.get(client.store, "nosuch"));
    CHECK(codeOf(failure) == FaultCode::NOT_FOUND);
    CHECK(std::string(messageOf(failure).cStr()) == "no document named 'nosuch'");
    CHECK(world.works(client.store));
    auto unknown = world.failureOf(client.store.searchRequest().send());
    CHECK(codeOf(unknown) == FaultCode::VERSION);
}

TEST_CASE("a message of 8 MiB goes over rings of 64 KiB, both ways", "[rpc]") {
    StoreWorld world;
    auto client = world.connect({64 << 10, 64 << 10});
    auto data = pattern(8 << 20);
    world.put(client.store, "big", data);
    CHECK(world.read(client.store, "big") == data);
    CHECK(world.works(client.store));
}

TEST_CASE("many calls at once, over the smallest rings", "[rpc]") {
    StoreWorld world;
    auto client = world.connect({4096, 4096});
    auto data = pattern(10000);
    world.put(client.store, "x", data);
    kj::Vector<kj::Promise<void>> calls;
    for (int i = 0; i < 500; i++)
        calls.add(world.get(client.store, "x").then([&](auto&& response) {
            KJ_REQUIRE(response.getContent() == data.asPtr());
        }));
    CHECK_NOTHROW(world.within(kj::joinPromises(calls.releaseAsArray())));
}

TEST_CASE("a stream flows", "[rpc]") {
    StoreWorld world;
    auto client = world.connect();
    auto begin = client.store.beginPutRequest();
    begin.setName("streamed");
    auto writer = begin.send().getWriter();
    auto chunk = pattern(100000);
    for (int i = 0; i < 50; i++) {
        auto request = writer.writeRequest();
        request.setChunk(chunk);
        world.within(request.send());
    }
    world.within(writer.commitRequest().send().ignoreResult());
    CHECK(world.read(client.store, "streamed").size() == 50 * chunk.size());
}

TEST_CASE("a revoked channel fails the pending call and the next, and the server goes on",
          "[rpc]") {
    StoreWorld world;
    auto victim = world.connect();
    CHECK(world.works(victim.store));
    auto pending = world.get(victim.store, "slow");
    auto pendingToo = world.get(victim.store, "slow");
    // The server's end dies with its client's: revoke what derives from the endpoint.
    auto derived = unwrap(core::Capability::bootstrap(world.clientSession));
    unwrap(world.server.endpoint().capability().revoke());
    auto failure = world.failureOf(kj::mv(pending));
    CHECK(codeOf(failure) == FaultCode::REVOKED);
    CHECK(std::string(messageOf(failure).cStr()) == "capability revoked");
    CHECK(codeOf(world.failureOf(kj::mv(pendingToo))) == FaultCode::REVOKED);
    CHECK(codeOf(world.failureOf(world.get(victim.store, "a"))) == FaultCode::REVOKED);
    CHECK(errorOf(derived.query()) == EKEYREVOKED);
    world.within(world.server.onEmpty());
    CHECK(world.server.connections() == 0);
    auto other = world.connect();
    CHECK(world.works(other.store));
}

TEST_CASE("a client that goes leaves nothing at the server", "[rpc]") {
    StoreWorld world;
    auto before = unwrap(world.serverSession.info());
    for (int i = 0; i < 20; i++) {
        auto client = world.connect();
        CHECK(world.works(client.store));
    }
    world.within(world.server.onEmpty());
    auto after = unwrap(world.serverSession.info());
    CHECK(after.caps == before.caps);
    CHECK(after.pages == before.pages);
}

TEST_CASE("connections beyond the limit are closed", "[rpc]") {
    StoreWorld world;
    std::vector<StoreWorld::Client> clients;
    for (int i = 0; i < 8; i++) {
        clients.push_back(world.connect());
        CHECK(world.works(clients.back().store));
    }
    auto ninth = world.connect();
    CHECK(codeOf(world.failureOf(world.get(ninth.store, "a"))) == FaultCode::UNAVAILABLE);
    CHECK(world.works(clients[0].store));
    clients.pop_back();
    world.within(world.io.provider->getTimer().afterDelay(50 * kj::MILLISECONDS));
    auto tenth = world.connect();
    CHECK(world.works(tenth.store));
}

TEST_CASE("a hostile client ends its own connection alone", "[rpc][hostile]") {
    StoreWorld world;
    auto good = world.connect();
    CHECK(world.works(good.store));
    auto channel =
        unwrap(core::Channel::connect(unwrap(core::Capability::bootstrap(world.clientSession))));
    auto own = unwrap(core::Mapping::map(channel.fd(), NXIA_MMAP_OWN,
                                         2 * ::sysconf(_SC_PAGESIZE) + 2 * (64 << 10),
                                         PROT_READ | PROT_WRITE));
    auto index = reinterpret_cast<nxia_index*>(own.data());
    SECTION("an impossible index") {
        index->index = 1ULL << 40;
        unwrap(channel.notify());
    }
    SECTION("a record without end") {
        std::memset(own.data() + 2 * ::sysconf(_SC_PAGESIZE), 0xff, 4096);
        index->index = 4096;
        unwrap(channel.notify());
    }
    SECTION("half a word") {
        unwrap(channel.send(bytesOf("abc")));
    }
    SECTION("no message of Cap'n Proto") {
        unwrap(channel.send(std::vector<std::byte>(4096, std::byte{0xa5})));
    }
    core::Message message;
    int code = 0;
    for (int i = 0; i < 1000 && code != EPIPE && code != EBADMSG; i++) {
        world.within(world.io.provider->getTimer().afterDelay(1 * kj::MILLISECONDS));
        code = errorOf(channel.receive(message, 0ns));
    }
    CHECK((code == EPIPE || code == EBADMSG));
    CHECK(world.works(good.store));
    CHECK(world.server.connections() == 1);
}

TEST_CASE("a peer that is killed fails the pending call and the next", "[rpc]") {
    openSession(); // or skip
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_t child = inChild([&] {
        StoreWorld world;
        if (::write(ready[1], "x", 1) != 1)
            return 1;
        world.listening.wait(world.io.waitScope);
        return 0;
    });
    char byte;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    World world;
    auto connection = rpc::connectRegistry(world.clientVat);
    auto store = connection->bootstrap().castAs<schema::Store>();
    auto request = store.getRequest();
    request.setName("slow");
    auto pending = request.send();
    CHECK(codeOf(world.failureOf([&] {
              auto nosuch = store.getRequest();
              nosuch.setName("nosuch");
              return nosuch.send();
          }())) == FaultCode::NOT_FOUND);
    ::kill(child, SIGKILL);
    CHECK(waitFor(child) == -SIGKILL);
    CHECK(codeOf(world.failureOf(kj::mv(pending))) == FaultCode::UNAVAILABLE);
    CHECK(codeOf(world.failureOf(store.getRequest().send())) == FaultCode::UNAVAILABLE);
    world.within(connection->onDisconnect());
}

TEST_CASE("an endpoint that is revoked ends listen()", "[rpc]") {
    World world;
    auto owner = makeRegistry(world.serverSession);
    auto child = unwrap(owner.capability().derive(NXIA_RIGHT_READ));
    rpc::Server server(world.serverVat, unwrap(core::Endpoint::from(std::move(child))),
                       [](const core::Peer&) { return kj::heap<MemoryStore>(); });
    auto listening = server.listen().eagerlyEvaluate(nullptr);
    world.within(world.io.provider->getTimer().afterDelay(10 * kj::MILLISECONDS));
    unwrap(owner.capability().revoke());
    CHECK(codeOf(world.failureOf(kj::mv(listening))) == FaultCode::REVOKED);
}

// ---- capabilities in calls ----

namespace {

struct RegistryWorld : World {
    kj::Maybe<core::Capability> kept;
    rpc::Server server{serverVat, makeRegistry(serverSession),
                       [this](const core::Peer&) -> capnp::Capability::Client {
                           return kj::heap<KeepingRegistry>(serverVat, kept);
                       }};
    kj::Promise<void> listening = server.listen().eagerlyEvaluate(nullptr);
    kj::Own<rpc::Connection> connection = rpc::connectRegistry(clientVat);
    schema::Registry::Client registry = connection->bootstrap().castAs<schema::Registry>();

    auto offer(schema::Endpoint::Client endpoint) {
        auto request = registry.registerRequest();
        request.setName("store");
        request.setEndpoint(kj::mv(endpoint));
        return request.send();
    }
};

} // namespace

TEST_CASE("a service is registered, and opened by name", "[rpc][capability]") {
    RegistryWorld world;
    rpc::Vat serviceVat(unwrap(core::Session::open()), world.io.unixEventPort);
    core::Peer peer = {};
    rpc::Server service(serviceVat, unwrap(core::Endpoint::create(serviceVat.session())),
                        [&](const core::Peer& seen) -> capnp::Capability::Client {
                            peer = seen;
                            return kj::heap<MemoryStore>();
                        });
    auto serving = service.listen().eagerlyEvaluate(nullptr);
    CHECK(codeOf(world.failureOf(rpc::openService(world.clientVat, "store"))) ==
          FaultCode::NOT_FOUND);

    auto toRegistry = rpc::connectRegistry(serviceVat);
    auto request = toRegistry->bootstrap().castAs<schema::Registry>().registerRequest();
    request.setName("store");
    constexpr auto offered =
        NXIA_RIGHT_CONNECT | NXIA_RIGHT_DERIVE | NXIA_RIGHT_TRANSFER | NXIA_RIGHT_REVOKE;
    request.setEndpoint(
        serviceVat.give(unwrap(service.endpoint().capability().derive(offered)), offered));
    world.within(request.send().ignoreResult());

    auto opened = world.within(rpc::openService(world.clientVat, "store"));
    auto store = opened->bootstrap().castAs<schema::Store>();
    auto get = store.getRequest();
    get.setName("nosuch");
    CHECK(codeOf(world.failureOf(get.send())) == FaultCode::NOT_FOUND);
    CHECK(peer.badge == 77);

    // The registry revokes what it gave: the client is cut off from the service.
    KJ_IF_MAYBE (kept, world.kept)
        CHECK(unwrap(kept->revoke()) >= 1);
    auto failure = world.failureOf(store.getRequest().send());
    CHECK(codeOf(failure) == FaultCode::REVOKED);
    CHECK(codeOf(world.failureOf(world.registry.listRequest().send().then([](auto&&) {
              rpc::fail(FaultCode::TOO_LARGE, "the registry still answers");
          }))) == FaultCode::TOO_LARGE);
}

TEST_CASE("an object without a capability of the kernel is refused", "[rpc][capability]") {
    RegistryWorld world;
    class Empty final : public schema::Endpoint::Server {};
    auto failure = world.failureOf(world.offer(kj::heap<Empty>()));
    CHECK(codeOf(failure) == FaultCode::INVALID);
}

TEST_CASE("a capability that may not be transferred is refused here", "[rpc][capability]") {
    RegistryWorld world;
    auto endpoint = unwrap(core::Endpoint::create(world.clientSession));
    auto child = unwrap(endpoint.capability().derive(NXIA_RIGHT_CONNECT));
    auto caught = kj::runCatchingExceptions(
        [&] { world.clientVat.give(std::move(child), NXIA_RIGHT_CONNECT); });
    KJ_IF_MAYBE (exception, caught)
        CHECK(codeOf(*exception) == FaultCode::REFUSED);
    else
        FAIL("it was taken");
}

TEST_CASE("a capability comes with the rights that were given, and no more", "[rpc][capability]") {
    RegistryWorld world;
    auto endpoint = unwrap(core::Endpoint::create(world.clientSession));
    constexpr auto offered = NXIA_RIGHT_CONNECT | NXIA_RIGHT_DERIVE | NXIA_RIGHT_TRANSFER;
    world.within(
        world.offer(world.clientVat.give(unwrap(endpoint.capability().derive(offered)), offered))
            .ignoreResult());
    KJ_IF_MAYBE (kept, world.kept)
        CHECK(unwrap(kept->query()).rights == offered);
    else
        FAIL("nothing came");

    auto request = world.registry.openRequest();
    request.setName("store");
    auto opened = world.within(request.send().then(
        [&](auto&& response) { return world.clientVat.take(response.getEndpoint()); }));
    CHECK(unwrap(opened.query()).rights == NXIA_RIGHT_CONNECT);

    auto child = unwrap(endpoint.capability().derive(NXIA_RIGHT_TRANSFER));
    auto caught = kj::runCatchingExceptions(
        [&] { world.clientVat.give(std::move(child), NXIA_RIGHT_CONNECT); });
    KJ_IF_MAYBE (exception, caught)
        CHECK(codeOf(*exception) == FaultCode::REFUSED);
    else
        FAIL("it was taken");
}

TEST_CASE("a message goes without a capability that is dead, and the connection lives",
          "[rpc][capability]") {
    RegistryWorld world;
    auto endpoint = unwrap(core::Endpoint::create(world.clientSession));
    constexpr auto offered = NXIA_RIGHT_CONNECT | NXIA_RIGHT_TRANSFER;
    auto dead = world.clientVat.give(unwrap(endpoint.capability().derive(offered)), offered);
    unwrap(endpoint.capability().revoke());
    CHECK(codeOf(world.failureOf(world.offer(kj::mv(dead)))) == FaultCode::INVALID);
    auto alive = world.clientVat.give(unwrap(endpoint.capability().derive(offered)), offered);
    CHECK_NOTHROW(world.within(world.offer(kj::mv(alive)).ignoreResult()));
    CHECK(world.kept != nullptr);
}

TEST_CASE("capabilities that nobody takes are closed", "[rpc][capability]") {
    RegistryWorld world;
    auto endpoint = unwrap(core::Endpoint::create(world.clientSession));
    constexpr auto offered = NXIA_RIGHT_CONNECT | NXIA_RIGHT_DERIVE | NXIA_RIGHT_TRANSFER;
    for (int i = 0; i < 200; i++)
        world.within(
            world
                .offer(world.clientVat.give(unwrap(endpoint.capability().derive(offered)), offered))
                .ignoreResult());
    // All were taken, each closing the one before.
    CHECK(world.serverVat.received().size() == 0);

    for (int i = 0; i < 200; i++) {
        auto request = world.registry.openRequest();
        request.setName("store");
        world.within(request.send().ignoreResult()); // the answer is dropped with what it brought
    }
    CHECK(world.clientVat.received().size() <= 17);
    world.clientVat.received().sweep();
    CHECK(world.clientVat.received().size() <= 1);
}
