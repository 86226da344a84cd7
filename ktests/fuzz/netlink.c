// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nxia.h>

#include "check.h"
#include "netlink.h"
#include "run.h"

static int status_socket;
static unsigned short family;

struct request {
	struct nlmsghdr header;
	struct genlmsghdr genl;
	char attributes[128];
};

static void request_begin(struct request *request, unsigned short type,
			  unsigned char command, unsigned short flags)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = NLM_F_REQUEST | flags;
	request->genl.cmd = command;
	request->genl.version = 1;
}

static void request_add(struct request *request, unsigned short type,
			const void *data, size_t length)
{
	struct nlattr *attribute = (void *)((char *)request +
					    NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + length;
	memcpy(attribute + 1, data, length);
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) +
				    NLA_ALIGN(attribute->nla_len);
}

static int genl_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
}

/* The attribute of a reply, or NULL. */
static const struct nlattr *find(const struct nlmsghdr *reply, int type)
{
	const char *at = (const char *)reply + NLMSG_LENGTH(GENL_HDRLEN);
	const char *end = (const char *)reply + reply->nlmsg_len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attribute = (const void *)at;

		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		at += NLA_ALIGN(attribute->nla_len);
	}
	return NULL;
}

static u64 number(const struct nlmsghdr *reply, int type)
{
	const struct nlattr *attribute = find(reply, type);
	u64 value = 0;

	check(attribute, "netlink: an attribute is missing");
	memcpy(&value, attribute + 1, attribute->nla_len - NLA_HDRLEN);
	return value;
}

/* Sends a request that has one reply. */
static const struct nlmsghdr *ask(const struct request *request)
{
	static struct nlmsghdr reply[256];

	check(send(status_socket, request, request->header.nlmsg_len, 0) > 0 &&
	      recv(status_socket, reply, sizeof(reply), 0) > 0 &&
	      reply->nlmsg_type != NLMSG_ERROR, "netlink (is nxia.ko loaded?)");
	return reply;
}

void netlink_setup(void)
{
	struct request request;

	status_socket = genl_socket();
	check(status_socket >= 0, "netlink socket");
	request_begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	request_add(&request, CTRL_ATTR_FAMILY_NAME, NXIA_GENL_NAME,
		    sizeof(NXIA_GENL_NAME));
	family = number(ask(&request), CTRL_ATTR_FAMILY_ID);
}

void netlink_totals(struct totals *totals)
{
	const struct nlmsghdr *reply;
	struct request request;

	request_begin(&request, family, NXIA_CMD_STATUS, 0);
	reply = ask(&request);
	totals->flags = number(reply, NXIA_ATTR_FLAGS);
	totals->sessions = number(reply, NXIA_ATTR_SESSIONS);
	totals->caps = number(reply, NXIA_ATTR_CAPS);
	totals->objects = number(reply, NXIA_ATTR_OBJECTS);
	totals->pages = number(reply, NXIA_ATTR_PAGES);
}

/* The number of the session that @file is, or 0. */
static u32 session_number(int file)
{
	struct nxia_info info = {};

	return ioctl(file, NXIA_IOC_INFO, &info) ? 0 : info.session;
}

static void add_session(struct request *request, struct thread *thread,
			const struct call *call, size_t size)
{
	u32 session = call->values[2] < SLOTS ?
		      session_number(file_of(thread, call, 2)) : call->values[2];

	request_add(request, NXIA_ATTR_SESSION, &session, size);
}

static void add_handle(struct request *request, struct thread *thread,
		       const struct call *call, size_t size)
{
	u64 handle = slot_get(thread->process, ANY_HANDLE, call->values[3]);

	request_add(request, NXIA_ATTR_HANDLE, &handle, size);
}

static void read_all(int socket)
{
	static _Thread_local char buffer[32768];
	const struct nlmsghdr *header = (void *)buffer;

	while (recv(socket, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		if (header->nlmsg_type == NLMSG_DONE)
			break;
}

void run_netlink(struct thread *thread, const struct call *call)
{
	u64 shape = call->values[4];
	bool cut = shape == SHAPE_CUT;
	struct request request;
	int socket = genl_socket();

	request_begin(&request, family, call->values[0], call->values[1]);
	if (shape != SHAPE_NONE && shape != SHAPE_HANDLE)
		add_session(&request, thread, call, cut ? 2 : sizeof(u32));
	if (shape != SHAPE_NONE && shape != SHAPE_SESSION)
		add_handle(&request, thread, call, cut ? 4 : sizeof(u64));
	if (send(socket, &request, request.header.nlmsg_len, 0) > 0 &&
	    shape != SHAPE_UNREAD)
		read_all(socket);
	close(socket);
}
