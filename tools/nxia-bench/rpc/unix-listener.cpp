// SPDX-License-Identifier: GPL-2.0-only
#include "unix-listener.h"

#include "../links/sys.h"

namespace bench {
namespace {

portal::core::Fd makeSocket() {
    return portal::core::Fd(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

} // namespace

UnixListener::UnixListener() : socket_(makeSocket()) {
    address_.sun_family = AF_UNIX;
    auto address = reinterpret_cast<sockaddr*>(&address_);
    check(::bind(fd(), address, sizeof address_.sun_family), "bind");
    check(::getsockname(fd(), address, &length_), "getsockname");
    check(::listen(fd(), SOMAXCONN), "listen");
}

portal::core::Fd UnixListener::accept() const {
    return portal::core::Fd(check(::accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
}

portal::core::Fd UnixListener::connect() const {
    auto socket = makeSocket();
    auto address = reinterpret_cast<const sockaddr*>(&address_);
    check(::connect(socket.get(), address, length_), "connect");
    return socket;
}

} // namespace bench
