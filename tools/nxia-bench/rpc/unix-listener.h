// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <core/fd.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace bench {

/// A listening stream socket of AF_UNIX, whose name in the abstract namespace the kernel chose.
class UnixListener {
public:
    UnixListener();

    int fd() const { return socket_.get(); }

    /// Server: sleeps until the next client has connected.
    portal::core::Fd accept() const;

    /// Client: a connected socket.
    portal::core::Fd connect() const;

private:
    portal::core::Fd socket_;
    sockaddr_un address_{};
    socklen_t length_ = sizeof(sockaddr_un);
};

} // namespace bench
