// SPDX-License-Identifier: GPL-2.0-only
//
// Windows' own sockets, and nothing between.
#include "../links/job.h"
#include "remote.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <winsock2.h>
#include <ws2tcpip.h>

namespace bench {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(::WSAGetLastError(), std::system_category(), what);
}

int lengthOf(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

class SocketLink final : public Link {
public:
    explicit SocketLink(SOCKET socket) : socket_(socket) {}
    ~SocketLink() override { ::closesocket(socket_); }

    void send(Bytes bytes) override {
        while (!bytes.empty()) {
            int sent = ::send(socket_, reinterpret_cast<const char*>(bytes.data()),
                              lengthOf(bytes.size()), 0);
            if (sent == SOCKET_ERROR)
                fail("send");
            bytes = bytes.subspan(sent);
        }
    }

    void receive(MutableBytes bytes) override {
        while (!bytes.empty())
            bytes = bytes.subspan(receiveSome(bytes));
    }

    std::size_t receiveSome(MutableBytes bytes) override {
        int got = ::recv(socket_, reinterpret_cast<char*>(bytes.data()), lengthOf(bytes.size()), 0);
        if (got == SOCKET_ERROR)
            fail("recv");
        if (got == 0)
            throw PeerGone();
        return got;
    }

private:
    SOCKET socket_;
};

struct Winsock {
    Winsock() {
        WSADATA data;
        if (int error = ::WSAStartup(MAKEWORD(2, 2), &data))
            throw std::system_error(error, std::system_category(), "WSAStartup");
    }
};

SOCKET dial(const std::string& address) {
    static Winsock winsock;
    auto colon = address.rfind(':');
    if (colon == std::string::npos)
        throw std::runtime_error("no HOST:PORT: " + address);
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(address.substr(0, colon).c_str(), address.substr(colon + 1).c_str(), &hints,
                      &found))
        fail(address.c_str());
    SOCKET socket = ::socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    BOOL on = TRUE;
    bool good = socket != INVALID_SOCKET &&
                ::connect(socket, found->ai_addr, static_cast<int>(found->ai_addrlen)) == 0 &&
                ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<char*>(&on),
                             sizeof on) == 0;
    ::freeaddrinfo(found);
    if (!good)
        fail(address.c_str());
    return socket;
}

class RawTransport final : public RemoteTransport {
public:
    using RemoteTransport::RemoteTransport;

    std::unique_ptr<Client> connect(unsigned) override {
        return clientOf(std::make_unique<SocketLink>(dial(address())), Announced::yes);
    }
};

} // namespace

RemoteTransport& rawTransport(Path path) {
    static RawTransport vsock("raw-vsock"), tcp("raw-tcp");
    return path == Path::vsock ? vsock : tcp;
}

} // namespace bench
