// SPDX-License-Identifier: GPL-2.0-only
#include "descriptor-message.h"

#include "../links/sys.h"

#include <cstring>
#include <sys/socket.h>

namespace bench {
namespace {

/// A message of a number, with room for a descriptor.
struct Envelope {
    std::uint64_t number = 0;
    iovec piece{&number, sizeof number};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};

    Envelope() {
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
    }
};

} // namespace

void sendDescriptor(int socket, int descriptor, std::uint64_t number) {
    Envelope envelope;
    envelope.number = number;
    cmsghdr* header = CMSG_FIRSTHDR(&envelope.message);
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    check(::sendmsg(socket, &envelope.message, 0), "sendmsg");
}

ReceivedDescriptor receiveDescriptor(int socket) {
    Envelope envelope;
    check(::recvmsg(socket, &envelope.message, MSG_CMSG_CLOEXEC), "recvmsg");
    int descriptor;
    std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&envelope.message)), sizeof descriptor);
    return {descriptor, envelope.number};
}

} // namespace bench
