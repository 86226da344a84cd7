// SPDX-License-Identifier: GPL-2.0-only
#include "vsock.h"

#include <cerrno>
#include <kj/debug.h>
#include <linux/vm_sockets.h>
#include <sys/socket.h>

namespace nxia::bridge {

namespace {

constexpr int backlog = 64;

kj::AutoCloseFd listenAt(std::uint32_t port) {
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_ANY;
    address.svm_port = port;
    kj::AutoCloseFd fd(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd.get() < 0 ||
        bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        listen(fd.get(), backlog) != 0)
        KJ_FAIL_SYSCALL("vsock", errno, "cannot listen", port);
    return fd;
}

bool isTransient(int error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

} // namespace

VsockListener::VsockListener(std::uint32_t port) : fd_(listenAt(port)) {}

kj::Maybe<VsockListener::Accepted> VsockListener::accept() {
    for (;;) {
        sockaddr_vm peer{};
        socklen_t length = sizeof(peer);
        const int fd = accept4(fd_.get(), reinterpret_cast<sockaddr*>(&peer), &length,
                               SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            return Accepted{kj::AutoCloseFd(fd), peer.svm_cid};
        if (errno == EAGAIN)
            return nullptr;
        if (isTransient(errno))
            kj::throwFatalException(KJ_EXCEPTION(OVERLOADED, "cannot accept", errno));
        // What else accept() reports is about the connection that it took, which is gone.
        KJ_REQUIRE(errno == EINTR || errno == ECONNABORTED || errno == ECONNRESET, "accept", errno);
    }
}

} // namespace nxia::bridge
