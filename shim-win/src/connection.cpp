// SPDX-License-Identifier: MIT
#include "connection.h"

#include "result.h"
#include "rpc/fault.h"
#include "rpc/greeting.h"

#include <algorithm>

namespace nxia {
namespace {

using portal::rpc::FaultCode;
namespace schema = portal::schema;

kj::Exception disconnected(kj::String why) {
    return kj::Exception(kj::Exception::Type::DISCONNECTED, __FILE__, __LINE__, kj::mv(why));
}

kj::Promise<kj::Own<kj::AsyncIoStream>> dial(kj::Network& network, kj::StringPtr address) {
    return network.parseAddress(address)
        .catch_([address](kj::Exception&& e) -> kj::Own<kj::NetworkAddress> {
            portal::rpc::fail(FaultCode::INVALID,
                              kj::str("no address: '", address, "': ", e.getDescription()));
        })
        .then([address](kj::Own<kj::NetworkAddress> resolved) {
            auto connecting = resolved->connect();
            return connecting.attach(kj::mv(resolved))
                .catch_([address](kj::Exception&& e) -> kj::Own<kj::AsyncIoStream> {
                    kj::throwFatalException(disconnected(
                        kj::str("cannot connect to ", address, ": ", e.getDescription())));
                });
        });
}

/// A connection on which the greeting has been sent; the ticket is that of a service, if any.
kj::Promise<kj::Own<kj::AsyncIoStream>>
dialAndGreet(kj::AsyncIoContext& io, kj::StringPtr address,
             kj::ArrayPtr<const kj::byte> ticket = nullptr) {
    return dial(io.provider->getNetwork(), address)
        .then([ticket = kj::heapArray(ticket)](kj::Own<kj::AsyncIoStream> stream) {
            auto greeted = portal::rpc::greet(*stream, ticket);
            return greeted.then([stream = kj::mv(stream)]() mutable { return kj::mv(stream); });
        });
}

} // namespace

ServiceLink::ServiceLink(kj::Own<kj::AsyncIoStream> connected)
    : stream(kj::mv(connected)), rpc(kj::heap<capnp::TwoPartyClient>(*stream)) {}

capnp::Capability::Client ServiceLink::service() {
    return rpc->bootstrap();
}

void ServiceLink::cut() {
    rpc = nullptr;
    stream = nullptr;
}

kj::Promise<kj::Own<Connection>> Connection::open(kj::AsyncIoContext& io, Target target) {
    auto& timer = io.provider->getTimer();
    auto address = kj::str(target.address);
    auto limit = target.connectTimeout;
    auto dialled = dialAndGreet(io, address);
    return timer.timeoutAfter(limit, kj::mv(dialled))
        .catch_(
            [address = kj::mv(address), limit](kj::Exception&& e) -> kj::Own<kj::AsyncIoStream> {
                if (e.getType() == kj::Exception::Type::OVERLOADED) {
                    e.setDescription(kj::str("cannot connect to ", address, " within ", limit));
                }
                kj::throwFatalException(kj::mv(e));
            })
        .then([&io, target = kj::mv(target)](kj::Own<kj::AsyncIoStream> stream) mutable {
            auto limit = target.connectTimeout;
            auto connection = kj::heap<Connection>(io, kj::mv(target), kj::mv(stream));
            auto greeted = connection->watch(connection->hello(), limit);
            return greeted.then(
                [connection = kj::mv(connection)]() mutable { return kj::mv(connection); });
        });
}

Connection::Connection(kj::AsyncIoContext& io, Target target, kj::Own<kj::AsyncIoStream> stream)
    : io(io), target(kj::mv(target)), stream(kj::mv(stream)), rpc(*this->stream),
      asynchronous(*this) {}

Connection::~Connection() noexcept(false) {
    asynchronous.clear();
    canceler.cancel(disconnected(kj::str("disconnected from ", target.address)));
    for (auto& link : links) {
        link->cut();
    }
}

kj::Promise<void> Connection::hello() {
    auto request = rpc.bootstrap().castAs<schema::Portal>().helloRequest();
    request.setVersion(schema::PROTOCOL_VERSION);
    request.setClient(kj::str("nxia.dll ", NXIA_VERSION >> 16, ".", NXIA_VERSION & 0xffff));
    return request.send().then([this](auto&& answer) {
        version = answer.getVersion();
        if (version == 0 || version > schema::PROTOCOL_VERSION) {
            portal::rpc::fail(FaultCode::VERSION, kj::str("the server chose version ", version,
                                                          " of the protocol, newest here is ",
                                                          schema::PROTOCOL_VERSION));
        }
        serverName = kj::str(answer.getServer());
        session = answer.getSession();
    });
}

kj::Promise<kj::Own<ServiceLink>> Connection::openService(kj::StringPtr name) {
    auto request = session.openRequest();
    request.setName(name);
    return request.send()
        .then(
            [this](auto&& answer) { return dialAndGreet(io, target.address, answer.getTicket()); })
        .then([this](kj::Own<kj::AsyncIoStream> stream) {
            auto dropped = std::remove_if(links.begin(), links.end(),
                                          [](auto& link) { return !link->isShared(); });
            links.truncate(dropped - links.begin());
            auto& link = links.add(kj::refcounted<ServiceLink>(kj::mv(stream)));
            return kj::addRef(*link);
        });
}

kj::Exception Connection::explain(kj::Exception&& e, kj::Duration limit) const {
    if (isLocal(e)) {
        if (e.getType() == kj::Exception::Type::DISCONNECTED) {
            e.setDescription(kj::str("connection to ", target.address, " lost"));
        } else if (e.getType() == kj::Exception::Type::OVERLOADED) {
            e.setDescription(kj::str("no answer from ", target.address, " within ", limit));
        }
    }
    return kj::mv(e);
}

void Connection::spawn(kj::Promise<void> call, Completion completion) {
    auto told = kj::heap(kj::mv(completion));
    auto& teller = *told;
    asynchronous.add(call.then([&teller] { teller.tell(NXIA_OK, ""); },
                               [&teller](kj::Exception&& e) {
                                   auto failure = failureOf(e);
                                   teller.tell(failure.result, failure.message.c_str());
                               })
                         .attach(kj::mv(told)));
}

void Connection::taskFailed(kj::Exception&&) {
    // A task ends by telling its completion, which catches everything.
}

} // namespace nxia
