// SPDX-License-Identifier: MIT
#include "greeting.h"

#include "fault.h"
#include "portal.capnp.h"

#include <algorithm>
#include <iterator>
#ifdef _WIN32
#include <winsock2.h>
#else
#include <sys/socket.h>
#endif

namespace portal::rpc {

namespace {

constexpr int sendBuffer = 1 << 20; // bytes, as many as a channel's streaming calls have

} // namespace

static_assert(sizeof(Greeting::ticket) == schema::TICKET_SIZE);

bool Greeting::isGood() const {
    return std::ranges::equal(magic, schema::GREETING.get());
}

bool Greeting::hasTicket() const {
    return std::ranges::any_of(ticket, [](kj::byte byte) { return byte != 0; });
}

kj::Promise<void> greet(kj::AsyncIoStream& stream, kj::ArrayPtr<const kj::byte> ticket) {
    if (ticket.size() != 0 && ticket.size() != sizeof(Greeting::ticket))
        fail(FaultCode::INVALID, "a ticket of another size than tickets have");
    stream.setsockopt(SOL_SOCKET, SO_SNDBUF, &sendBuffer, sizeof sendBuffer);
    auto greeting = kj::heap<Greeting>();
    std::ranges::copy(schema::GREETING.get(), greeting->magic);
    std::ranges::copy(ticket, greeting->ticket);
    auto written = stream.write(greeting.get(), sizeof(Greeting));
    return written.attach(kj::mv(greeting));
}

} // namespace portal::rpc
