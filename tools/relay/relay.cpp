// SPDX-License-Identifier: GPL-2.0-only
#include "relay.h"

#include <arpa/inet.h>
#include <cstdio>
#include <string>

namespace relay {
namespace {

// "OK <local port>\n" is all that vhost-device-vsock ever answers.
constexpr size_t MAX_ANSWER = 64;

kj::Exception refused(Route route, kj::StringPtr why) {
    return kj::Exception(kj::Exception::Type::DISCONNECTED, __FILE__, __LINE__,
                         kj::str(route.vsockSocket, ": ", why));
}

/// Reads up to the line's end byte by byte, for what follows belongs to the caller. The line is
/// cut short at the end of the stream.
kj::Promise<std::string> readLine(kj::AsyncInputStream& in, std::string line = {}) {
    auto next = kj::heap<char>();
    auto& c = *next;
    return in.tryRead(&c, 1, 1).then([&in, next = kj::mv(next), line = std::move(line)](
                                         size_t n) mutable -> kj::Promise<std::string> {
        if (n == 0 || *next == '\n' || line.size() == MAX_ANSWER) {
            return kj::mv(line);
        }
        line += *next;
        return readLine(in, std::move(line));
    });
}

/// Asks for the guest's port on a stream to vhost-device-vsock.
kj::Promise<void> requestPort(kj::AsyncIoStream& stream, Route route) {
    auto request = kj::str("CONNECT ", route.port, "\n");
    auto bytes = request.asBytes();
    return stream.write(bytes.begin(), bytes.size())
        .attach(kj::mv(request))
        .then([&stream] { return readLine(stream); })
        .then([route](std::string answer) {
            if (!answer.starts_with("OK ")) {
                kj::throwFatalException(
                    refused(route, kj::str("nothing in the guest answers on vsock port ",
                                           route.port, " (is nxia-bridge running?)")));
            }
        });
}

kj::Promise<void> pump(kj::AsyncIoStream& from, kj::AsyncIoStream& to) {
    return from.pumpTo(to).then([&to](uint64_t) { to.shutdownWrite(); });
}

/// Says on stderr what ended one caller's connection; the relay itself goes on.
class Complaints final : public kj::TaskSet::ErrorHandler {
public:
    void taskFailed(kj::Exception&& e) override {
        fprintf(stderr, "nxia-relay: %s\n", e.getDescription().cStr());
    }
};

kj::Promise<void> acceptForever(kj::ConnectionReceiver& listener, kj::Network& network, Route route,
                                kj::TaskSet& callers) {
    return listener.accept().then([&, route](kj::Own<kj::AsyncIoStream> caller) {
        callers.add(dialGuest(network, route)
                        .then([caller = kj::mv(caller)](kj::Own<kj::AsyncIoStream> guest) mutable {
                            return join(kj::mv(caller), kj::mv(guest));
                        }));
        return acceptForever(listener, network, route, callers);
    });
}

} // namespace

bool isLoopback(kj::StringPtr address) {
    std::string_view text(address.begin(), address.size());
    if (text.starts_with("[::1]:")) {
        return true;
    }
    auto colon = text.find(':');
    if (colon == text.npos) {
        return false;
    }
    in_addr numeric;
    auto host = std::string(text.substr(0, colon));
    return inet_pton(AF_INET, host.c_str(), &numeric) == 1 && ntohl(numeric.s_addr) >> 24 == 127;
}

kj::Promise<kj::Own<kj::AsyncIoStream>> dialGuest(kj::Network& network, Route route) {
    return network.parseAddress(kj::str("unix:", route.vsockSocket))
        .then([](kj::Own<kj::NetworkAddress> address) {
            auto connected = address->connect();
            return connected.attach(kj::mv(address));
        })
        .then([](kj::Own<kj::AsyncIoStream> stream) { return stream; },
              [route](kj::Exception&& e) -> kj::Own<kj::AsyncIoStream> {
                  kj::throwFatalException(
                      refused(route, kj::str(e.getDescription(), " (is the VM up?)")));
              })
        .then([route](kj::Own<kj::AsyncIoStream> stream) {
            auto requested = requestPort(*stream, route);
            return requested.then([stream = kj::mv(stream)]() mutable { return kj::mv(stream); });
        });
}

kj::Promise<void> join(kj::Own<kj::AsyncIoStream> left, kj::Own<kj::AsyncIoStream> right) {
    auto both = kj::heapArrayBuilder<kj::Promise<void>>(2);
    both.add(pump(*left, *right));
    both.add(pump(*right, *left));
    return kj::joinPromisesFailFast(both.finish()).attach(kj::mv(left), kj::mv(right));
}

kj::Promise<void> serve(kj::Own<kj::ConnectionReceiver> listener, kj::Network& network,
                        Route route) {
    auto complaints = kj::heap<Complaints>();
    auto callers = kj::heap<kj::TaskSet>(*complaints);
    auto accepting = acceptForever(*listener, network, route, *callers);
    return accepting.attach(kj::mv(callers)).attach(kj::mv(complaints), kj::mv(listener));
}

} // namespace relay
