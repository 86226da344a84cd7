/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much generic netlink as the tests need, by hand: they also send what a
 * library would refuse to.
 */
#ifndef NXIA_GENL_H
#define NXIA_GENL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "nxia_call.h"

struct genl {
	int socket;
	__u16 family;
};

/* A request that is being built. */
struct genl_request {
	struct nlmsghdr header;
	struct genlmsghdr genl;
	char attributes[256];
};

/* A copy of a reply, and its attributes; absent ones are NULL. */
struct genl_reply {
	struct nlmsghdr message[64];
};

static inline void genl_add(struct genl_request *request, __u16 type,
			    const void *data, size_t length)
{
	struct nlattr *attribute = (void *)((char *)request +
					    NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + length;
	memcpy((char *)attribute + NLA_HDRLEN, data, length);
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) +
				    NLA_ALIGN(attribute->nla_len);
}

/* Attributes within one: from genl_nest() to genl_nest_end(). */
static inline struct nlattr *genl_nest(struct genl_request *request, __u16 type)
{
	struct nlattr *nest = (void *)((char *)request +
				       NLMSG_ALIGN(request->header.nlmsg_len));

	genl_add(request, type | NLA_F_NESTED, "", 0);
	return nest;
}

static inline void genl_nest_end(struct genl_request *request,
				 struct nlattr *nest)
{
	nest->nla_len = (char *)request + request->header.nlmsg_len -
			(char *)nest;
}

static inline void genl_begin(struct genl_request *request, __u16 family,
			      __u8 command, __u16 flags)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	request->header.nlmsg_type = family;
	request->header.nlmsg_flags = NLM_F_REQUEST | flags;
	request->genl.cmd = command;
	request->genl.version = 1;
}

static inline void genl_parse(const struct nlmsghdr *header, __u16 max,
			      const struct nlattr **attributes)
{
	const char *at = (const char *)header + NLMSG_LENGTH(GENL_HDRLEN);
	const char *end = (const char *)header + header->nlmsg_len;

	memset(attributes, 0, (max + 1) * sizeof(*attributes));
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attribute = (const void *)at;
		__u16 type = attribute->nla_type & NLA_TYPE_MASK;

		if (type <= max)
			attributes[type] = attribute;
		at += NLA_ALIGN(attribute->nla_len);
	}
}

/* What the kernel said of the last request that it refused: text, and where. */
static struct genl_ack {
	char text[128];
	__u32 offset;
} genl_ack __maybe_unused;

static inline void genl_see_ack(const struct nlmsghdr *header)
{
	const char *at = (const char *)NLMSG_DATA(header) +
			 sizeof(struct nlmsgerr);
	const char *end = (const char *)header + header->nlmsg_len;

	memset(&genl_ack, 0, sizeof(genl_ack));
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		at += ((struct nlmsgerr *)NLMSG_DATA(header))->msg.nlmsg_len -
		      NLMSG_HDRLEN;
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attribute = (const void *)at;
		__u16 type = attribute->nla_type & NLA_TYPE_MASK;

		if (type == NLMSGERR_ATTR_MSG)
			snprintf(genl_ack.text, sizeof(genl_ack.text), "%s",
				 (const char *)(attribute + 1));
		if (type == NLMSGERR_ATTR_OFFS)
			memcpy(&genl_ack.offset, attribute + 1, sizeof(__u32));
		at += NLA_ALIGN(attribute->nla_len);
	}
}

/*
 * Send a request; @each sees every reply.  Returns the number of replies or the
 * negative errno of the kernel.
 */
typedef void genl_each(const struct nlmsghdr *header, void *context);

static inline int genl_talk(int socket, struct genl_request *request,
			    genl_each *each, void *context)
{
	static char buffer[65536] __aligned(8);
	int replies = 0;
	ssize_t length;

	if (send(socket, request, request->header.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		struct nlmsghdr *header = (void *)buffer;

		length = recv(socket, buffer, sizeof(buffer), 0);
		if (length < 0)
			return -errno;
		for (; NLMSG_OK(header, length);
		     header = NLMSG_NEXT(header, length)) {
			if (header->nlmsg_type == NLMSG_DONE ||
			    header->nlmsg_type == NLMSG_ERROR) {
				int error = *(int *)NLMSG_DATA(header);

				if (header->nlmsg_type == NLMSG_ERROR)
					genl_see_ack(header);
				return error < 0 ? error : replies;
			}
			if (each)
				each(header, context);
			replies++;
		}
	}
}

static inline void genl_see_family(const struct nlmsghdr *header,
				   void *context)
{
	const struct nlattr *attributes[CTRL_ATTR_MAX + 1];

	genl_parse(header, CTRL_ATTR_MAX, attributes);
	if (attributes[CTRL_ATTR_FAMILY_ID])
		memcpy(context, attributes[CTRL_ATTR_FAMILY_ID] + 1,
		       sizeof(__u16));
}

static inline void genl_see_groups(const struct nlmsghdr *header, void *context)
{
	const struct nlattr *attributes[CTRL_ATTR_MAX + 1], *groups, *id;

	genl_parse(header, CTRL_ATTR_MAX, attributes);
	groups = attributes[CTRL_ATTR_MCAST_GROUPS];
	/* There is one group; its name and its number are nested. */
	if (!groups)
		return;
	for (id = groups + 2;
	     (const char *)id < (const char *)groups + groups->nla_len;
	     id = (const void *)((const char *)id + NLA_ALIGN(id->nla_len)))
		if ((id->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_MCAST_GRP_ID)
			memcpy(context, id + 1, sizeof(__u32));
}

static inline int genl_resolve(int socket, __u16 *family)
{
	struct genl_request request;

	*family = 0;
	genl_begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	genl_add(&request, CTRL_ATTR_FAMILY_NAME, NXIA_GENL_NAME,
		 sizeof(NXIA_GENL_NAME));
	return genl_talk(socket, &request, genl_see_family, family);
}

static inline void genl_open(struct genl *genl)
{
	genl->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			      NETLINK_GENERIC);
	REQUIRE(genl->socket >= 0);
	REQUIRE_OK(genl_resolve(genl->socket, &genl->family));
	REQUIRE(genl->family);
}

/* Have the messages of the family's group come to the socket: 0 or an error. */
static inline int genl_join(struct genl *genl)
{
	struct genl_request request;
	__u32 group = 0;

	genl_begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	genl_add(&request, CTRL_ATTR_FAMILY_NAME, NXIA_GENL_NAME,
		 sizeof(NXIA_GENL_NAME));
	REQUIRE_OK(genl_talk(genl->socket, &request, genl_see_groups, &group));
	REQUIRE(group);
	return setsockopt(genl->socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			  &group, sizeof(group)) ? -errno : 0;
}

static inline void genl_see_reply(const struct nlmsghdr *header, void *context)
{
	struct genl_reply *reply = context;

	REQUIRE(header->nlmsg_len <= sizeof(reply->message));
	memcpy(reply->message, header, header->nlmsg_len);
}

/* Attributes of a reply */

static inline const struct nlattr *genl_find(const struct genl_reply *reply, int type)
{
	const struct nlattr *attributes[NXIA_ATTR_MAX + 1];

	genl_parse(reply->message, NXIA_ATTR_MAX, attributes);
	return attributes[type];
}

static inline bool genl_has(const struct genl_reply *reply, int type)
{
	return genl_find(reply, type);
}

static inline __u32 genl_u32(const struct genl_reply *reply, int type)
{
	const struct nlattr *attribute = genl_find(reply, type);
	__u32 value = 0;

	if (!attribute || attribute->nla_len != NLA_HDRLEN + sizeof(value))
		test_fail("attribute %d is no u32", type);
	else
		memcpy(&value, attribute + 1, sizeof(value));
	return value;
}

static inline __u64 genl_u64(const struct genl_reply *reply, int type)
{
	const struct nlattr *attribute = genl_find(reply, type);
	__u64 value = 0;

	if (!attribute || attribute->nla_len != NLA_HDRLEN + sizeof(value))
		test_fail("attribute %d is no u64", type);
	else
		memcpy(&value, attribute + 1, sizeof(value));
	return value;
}

static inline const char *genl_string(const struct genl_reply *reply, int type)
{
	const struct nlattr *attribute = genl_find(reply, type);

	return attribute ? (const char *)(attribute + 1) : "";
}

#endif /* NXIA_GENL_H */
