// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls about files.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run.h"

/* Puts @file into the slot that field @field names, if it is one. */
static void keep_file(struct thread *thread, const struct call *call,
		      unsigned int field, int file)
{
	if (file >= 0)
		slot_put(thread->process, ANY_FILE, call->values[field], file);
}

void run_open(struct thread *thread, const struct call *call)
{
	keep_file(thread, call, 0,
		  open("/dev/nxia", call->values[1] | O_CLOEXEC));
}

void run_close(struct thread *thread, const struct call *call)
{
	close(file_of(thread, call, 0));
}

void run_dup(struct thread *thread, const struct call *call)
{
	keep_file(thread, call, 1, dup(file_of(thread, call, 0)));
}

void run_poll(struct thread *thread, const struct call *call)
{
	struct pollfd poller = {
		.fd = file_of(thread, call, 0), .events = call->values[1],
	};

	poll(&poller, 1, call->values[2] % 100);
}

void run_epoll_create(struct thread *thread, const struct call *call)
{
	keep_file(thread, call, 0, epoll_create1(EPOLL_CLOEXEC));
}

void run_epoll_ctl(struct thread *thread, const struct call *call)
{
	struct epoll_event event = { .events = call->values[3] };

	epoll_ctl(file_of(thread, call, 0), call->values[1],
		  file_of(thread, call, 2), &event);
}

void run_epoll_wait(struct thread *thread, const struct call *call)
{
	struct epoll_event events[4];

	epoll_wait(file_of(thread, call, 0), events, ARRAY_SIZE(events),
		   call->values[1] % 100);
}

/* A message with room for one descriptor. */
struct message {
	char byte;
	struct iovec data;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr header;
};

static void message_init(struct message *message)
{
	memset(message, 0, sizeof(*message));
	message->data.iov_base = &message->byte;
	message->data.iov_len = 1;
	message->header.msg_iov = &message->data;
	message->header.msg_iovlen = 1;
	message->header.msg_control = &message->control;
	message->header.msg_controllen = sizeof(message->control);
}

void run_send_file(struct thread *thread, const struct call *call)
{
	int file = file_of(thread, call, 0);
	struct message message;

	message_init(&message);
	message.control.header.cmsg_level = SOL_SOCKET;
	message.control.header.cmsg_type = SCM_RIGHTS;
	message.control.header.cmsg_len = CMSG_LEN(sizeof(file));
	memcpy(CMSG_DATA(&message.control.header), &file, sizeof(file));
	sendmsg(thread->process->pair[0], &message.header, MSG_DONTWAIT);
}

void run_receive_file(struct thread *thread, const struct call *call)
{
	struct message message;
	int file;

	message_init(&message);
	if (recvmsg(thread->process->pair[1], &message.header,
		    MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0 ||
	    message.header.msg_controllen < CMSG_LEN(sizeof(file)))
		return;
	memcpy(&file, CMSG_DATA(&message.control.header), sizeof(file));
	keep_file(thread, call, 0, file);
}
