/* SPDX-License-Identifier: GPL-2.0-only */
/* Files from one process to another over a socket. */
#ifndef NXIA_PASS_H
#define NXIA_PASS_H

#include <sys/socket.h>

#include "nxia_test.h"

static inline void pass_init(int sockets[2])
{
	REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
}

static inline int pass_receive(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec io = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int file = -1;

	EXPECT_EQ(recvmsg(socket, &message, MSG_CMSG_CLOEXEC), 1);
	if (CMSG_FIRSTHDR(&message))
		memcpy(&file, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(file));
	return file;
}

static inline void pass_send(int socket, int file)
{
	char control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec io = { "", 1 };
	struct msghdr message = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	*header = (struct cmsghdr){ CMSG_LEN(sizeof(file)), SOL_SOCKET,
				    SCM_RIGHTS };
	memcpy(CMSG_DATA(header), &file, sizeof(file));
	EXPECT_EQ(sendmsg(socket, &message, 0), 1);
}

#endif /* NXIA_PASS_H */
