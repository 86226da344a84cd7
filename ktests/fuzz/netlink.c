// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
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
	char attributes[16384];
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

/* Policies */

static struct nlattr *nest_begin(struct request *request, unsigned short type)
{
	struct nlattr *nest = (void *)((char *)request +
				       NLMSG_ALIGN(request->header.nlmsg_len));

	request_add(request, type | NLA_F_NESTED, "", 0);
	return nest;
}

static void nest_end(struct request *request, struct nlattr *nest)
{
	nest->nla_len = (char *)request + request->header.nlmsg_len -
			(char *)nest;
}

/* Few names, so that policies have some in common, and all fit the kernel. */
static void add_name(struct request *request, unsigned short type, char kind,
		     u64 number)
{
	char name[32] = "unconfined";

	if (number)
		snprintf(name, sizeof(name), "%c%llu", kind,
			 (unsigned long long)number % 64);
	request_add(request, type, name, strlen(name) + 1);
}

static void add_u32(struct request *request, unsigned short type, u32 value)
{
	request_add(request, type, &value, sizeof(value));
}

static void add_tags(struct request *request, u64 count)
{
	for (u64 i = 0; i < count && i < 65; i++) {
		struct nlattr *tag = nest_begin(request, NXIA_ATTR_TAG);

		add_name(request, NXIA_TAG_NAME, 't', i + 1);
		add_u32(request, NXIA_TAG_BIT, i);
		nest_end(request, tag);
	}
}

static void add_domains(struct request *request, u64 count, u64 label, u64 drop)
{
	for (u64 i = 0; i < count && i < 65; i++) {
		struct nlattr *domain = nest_begin(request, NXIA_ATTR_DOMAIN);

		add_name(request, NXIA_DOMAIN_ATTR_NAME, 'd', i);
		if (i) {
			request_add(request, NXIA_DOMAIN_ATTR_LABEL, &label,
				    sizeof(label));
			request_add(request, NXIA_DOMAIN_ATTR_MAY_DROP, &drop,
				    sizeof(drop));
			add_u32(request, NXIA_DOMAIN_ATTR_FLAGS, i % 4);
		}
		if (i + 1 < count)
			add_name(request, NXIA_DOMAIN_ATTR_ENTER, 'd', i + 1);
		nest_end(request, domain);
	}
}

static void add_rest(struct request *request, u64 label)
{
	struct nlattr *nest = nest_begin(request, NXIA_ATTR_SINK);

	add_u32(request, NXIA_SINK_ATTR_ID, NXIA_SINK_DISK);
	request_add(request, NXIA_SINK_ATTR_LABEL, &label, sizeof(label));
	nest_end(request, nest);
	nest = nest_begin(request, NXIA_ATTR_SERVICE);
	add_name(request, NXIA_SERVICE_ATTR_NAME, 's', 1);
	add_u32(request, NXIA_SERVICE_ATTR_FLAGS, NXIA_SERVICE_REMOTE);
	add_name(request, NXIA_SERVICE_ATTR_OPEN, 'd', 0);
	nest_end(request, nest);
}

/* One thing that makes a policy wrong. */
static void add_flaw(struct request *request, u64 flaw)
{
	static const unsigned short owners[] = {
		NXIA_ATTR_DOMAIN, NXIA_ATTR_TAG, NXIA_ATTR_SINK,
		NXIA_ATTR_SERVICE,
	};
	struct nlattr *nest;
	u64 all = ~0ULL;

	if (flaw == FLAW_NONE)
		return;
	nest = nest_begin(request, owners[flaw % 4]);
	switch (flaw / 4) {
	case FLAW_MISSING:
		break;
	case FLAW_NAME:
		request_add(request, 1, "A B", 4);
		break;
	case FLAW_TWICE:
		add_name(request, 1, "dtss"[flaw % 4], 1);
		add_u32(request, 2, 0);
		break;
	case FLAW_NUMBER:
		add_name(request, NXIA_DOMAIN_ATTR_NAME, 'x', 1);
		add_u32(request, 2, ~0U);
		break;
	case FLAW_LABEL:
		add_name(request, NXIA_DOMAIN_ATTR_NAME, 'x', 1);
		request_add(request, NXIA_DOMAIN_ATTR_MAY_DROP, &all,
			    sizeof(all));
		break;
	case FLAW_UNKNOWN:
		add_name(request, 1, 'x', 1);
		add_name(request, flaw % 4 ? NXIA_SERVICE_ATTR_OPEN :
			 NXIA_DOMAIN_ATTR_ENTER, 'z', 1);
		break;
	case FLAW_UNCONFINED:
		add_name(request, 1, 'x', 1);
		add_name(request, NXIA_DOMAIN_ATTR_ENTER, 'd', 0);
		break;
	case FLAW_LONG:
		add_name(request, 1, 'x', 1);
		for (int i = 0; i < 1025; i++)
			request_add(request, flaw % 4 ?
				    NXIA_SERVICE_ATTR_OPEN :
				    NXIA_DOMAIN_ATTR_ENTER, "z", 2);
		break;
	}
	nest_end(request, nest);
}

void run_policy(struct thread *thread, const struct call *call)
{
	struct request request;
	int socket = genl_socket();

	(void)thread;
	request_begin(&request, family, NXIA_CMD_POLICY_LOAD, NLM_F_ACK);
	add_tags(&request, call->values[0]);
	add_domains(&request, call->values[1], call->values[2],
		    call->values[3]);
	add_rest(&request, call->values[2]);
	if (request.header.nlmsg_len < sizeof(request) / 4)
		add_flaw(&request, call->values[4]);
	if (send(socket, &request, request.header.nlmsg_len, 0) > 0)
		read_all(socket);
	close(socket);
}
