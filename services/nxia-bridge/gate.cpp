// SPDX-License-Identifier: GPL-2.0-only
#include "gate.h"

#include "daemon/log.h"
#include "portal-server.h"
#include "pump.h"
#include "rpc/fault.h"

#include <capnp/rpc-twoparty.h>

namespace nxia::bridge {

namespace {

using capnp::rpc::twoparty::Side;
using daemon::Level;
using daemon::log;

constexpr kj::Duration retryDelay = 100 * kj::MILLISECONDS;

capnp::ReaderOptions readerOptions(const Limits& limits) {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = limits.messageBytes / sizeof(capnp::word);
    return options;
}

/// Everything that a session's connection owns.
struct SessionConnection {
    SessionConnection(kj::Own<kj::AsyncIoStream> socket, capnp::Capability::Client bootstrap,
                      const Limits& limits)
        : stream(kj::mv(socket)), network(*stream, Side::SERVER, readerOptions(limits)),
          system(capnp::makeRpcServer(network, kj::mv(bootstrap))) {
        system.setFlowLimit(limits.pendingBytes / sizeof(capnp::word));
    }

    bool greeted = false;
    kj::Promise<void> greeting = nullptr;
    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyVatNetwork network;
    capnp::RpcSystem<capnp::rpc::twoparty::VatId> system;
};

} // namespace

Gate::Gate(kj::AsyncIoContext& io, portal::rpc::Vat& vat, Directory& directory,
           VsockListener listener, Limits limits)
    : io_(io), vat_(vat), directory_(directory), listener_(kj::mv(listener)),
      limits_(std::move(limits)),
      tickets_(io.provider->getTimer(), limits_.handshake, limits_.connections),
      observer_(io.unixEventPort, listener_.fd(), kj::UnixEventPort::FdObserver::OBSERVE_READ),
      tasks_(failures_) {}

void Gate::Failures::taskFailed(kj::Exception&& exception) {
    log(Level::warning, "a connection failed: {}", portal::rpc::messageOf(exception).cStr());
}

kj::Promise<void> Gate::listen() {
    return kj::evalNow([this] { return beforeNext(); }).then([this] { return listen(); });
}

/// Admits one connection if one waits; resolves when there may be another.
kj::Promise<void> Gate::beforeNext() {
    auto& timer = io_.provider->getTimer();
    try {
        KJ_IF_MAYBE (accepted, listener_.accept()) {
            admit(kj::mv(*accepted));
            return timer.afterDelay(0 * kj::NANOSECONDS); // lets others run
        }
        return observer_.whenBecomesReadable();
    } catch (const kj::Exception& exception) {
        if (exception.getType() != kj::Exception::Type::OVERLOADED)
            throw;
        log(Level::warning, "{}", exception.getDescription().cStr());
        return timer.afterDelay(retryDelay);
    }
}

void Gate::admit(VsockListener::Accepted accepted) {
    const auto peer = std::format("connection {} from CID {}", ++lastNumber_, accepted.cid);
    if (!limits_.cids.contains(accepted.cid)) {
        log(Level::warning, "{} is refused: connections from there are not allowed", peer);
        return;
    }
    if (connections_ == limits_.connections) {
        log(Level::warning, "{} is refused: there are {} connections", peer, connections_);
        return;
    }
    log(Level::info, "{} begins", peer);
    ++connections_;
    tasks_.add(serve(kj::mv(accepted.fd), peer).attach(kj::defer([this] { --connections_; })));
}

kj::Promise<void> Gate::serve(kj::AutoCloseFd fd, std::string peer) {
    auto socket = io_.lowLevelProvider->wrapSocketFd(kj::mv(fd));
    auto greeting = kj::heap<portal::rpc::Greeting>();
    auto came = socket->tryRead(greeting.get(), sizeof(*greeting), sizeof(*greeting));
    return io_.provider->getTimer()
        .timeoutAfter(limits_.handshake, kj::mv(came))
        .catch_([](kj::Exception&&) -> std::size_t { return 0; })
        .then([this, peer, greeting = kj::mv(greeting),
               socket = kj::mv(socket)](std::size_t got) mutable -> kj::Promise<void> {
            if (got == sizeof(*greeting) && greeting->isGood())
                return greeting->hasTicket() ? serveTicket(*greeting, kj::mv(socket), peer)
                                             : serveSession(kj::mv(socket), peer);
            log(Level::warning, "{} is cut off: it speaks no Portal, or is too slow", peer);
            return kj::READY_NOW;
        });
}

kj::Promise<void> Gate::serveTicket(const portal::rpc::Greeting& greeting,
                                    kj::Own<kj::AsyncIoStream> socket, const std::string& peer) {
    KJ_IF_MAYBE (opened, tickets_.use(std::to_array(greeting.ticket))) {
        log(Level::info, "{} is to service '{}'", peer, opened->name);
        auto pump = kj::heap<Pump>(vat_, std::move(*opened), kj::mv(socket), limits_.messageBytes);
        auto ended = pump->run();
        return ended.then([peer] { log(Level::info, "{} ends", peer); }).attach(kj::mv(pump));
    }
    log(Level::warning, "{} is cut off: its ticket is not good, or not any more", peer);
    return kj::READY_NOW;
}

kj::Promise<void> Gate::serveSession(kj::Own<kj::AsyncIoStream> socket, std::string peer) {
    auto greeting = kj::newPromiseAndFulfiller<void>();
    auto connection =
        kj::heap<SessionConnection>(kj::mv(socket),
                                    portal::schema::Portal::Client(servePeer(
                                        directory_, tickets_, peer, kj::mv(greeting.fulfiller))),
                                    limits_);
    auto& greeted = connection->greeted;
    connection->greeting =
        greeting.promise.then([&greeted] { greeted = true; }).eagerlyEvaluate(nullptr);
    auto silence = io_.provider->getTimer().afterDelay(limits_.handshake).then([&greeted] {
        return greeted ? kj::Promise<void>(kj::NEVER_DONE) : kj::Promise<void>(kj::READY_NOW);
    });
    return connection->network.onDisconnect()
        .exclusiveJoin(kj::mv(silence))
        .then([&greeted, peer] {
            if (greeted)
                log(Level::info, "{} ends", peer);
            else
                log(Level::warning, "{} ends without a hello", peer);
        })
        .attach(kj::mv(connection));
}

} // namespace nxia::bridge
