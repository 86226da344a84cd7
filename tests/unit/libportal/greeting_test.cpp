// SPDX-License-Identifier: GPL-2.0-only
//
// How a connection to the bridge begins.

#include "portal.capnp.h"
#include "rpc/fault.h"
#include "rpc/greeting.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <kj/async-io.h>
#include <sys/socket.h>

using namespace portal;
using rpc::Greeting;

namespace {

struct Fixture {
    kj::AsyncIoContext io = kj::setupAsyncIo();
    kj::TwoWayPipe pipe = io.provider->newTwoWayPipe();

    Greeting greeted(kj::ArrayPtr<const kj::byte> ticket = nullptr) {
        Greeting greeting;
        rpc::greet(*pipe.ends[0], ticket).wait(io.waitScope);
        pipe.ends[1]->read(&greeting, sizeof greeting).wait(io.waitScope);
        return greeting;
    }

    int sendBuffer() {
        int size = 0;
        kj::uint length = sizeof size;
        pipe.ends[0]->getsockopt(SOL_SOCKET, SO_SNDBUF, &size, &length);
        return size;
    }
};

} // namespace

TEST_CASE("a greeting asks for a session, or with a ticket for a service", "[greeting]") {
    Fixture f;
    Greeting session = f.greeted();
    CHECK(session.isGood());
    CHECK_FALSE(session.hasTicket());
    kj::byte ticket[schema::TICKET_SIZE] = {1, 2, 3};
    Greeting service = f.greeted(ticket);
    CHECK(service.isGood());
    CHECK(service.hasTicket());
    CHECK(std::ranges::equal(service.ticket, ticket));
}

TEST_CASE("a ticket has the size of tickets", "[greeting]") {
    Fixture f;
    kj::byte ticket[schema::TICKET_SIZE - 1] = {};
    auto thrown = kj::runCatchingExceptions([&] { f.greeted(ticket); });
    KJ_IF_MAYBE (exception, thrown)
        CHECK(rpc::codeOf(*exception) == rpc::FaultCode::INVALID);
    CHECK(thrown != nullptr);
}

// Cap'n Proto has so much of a streaming call on its way.
TEST_CASE("who greets sends without waiting for each answer", "[greeting]") {
    Fixture f;
    int before = f.sendBuffer();
    f.greeted();
    CHECK(f.sendBuffer() > before);
}
