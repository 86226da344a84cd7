/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies for the tests, as messages.  One is built at a time:
 *
 *	policy_begin(&genl);
 *	policy_tag("secret", 0);
 *	policy_domain("reader", 1, 0, 0);
 *	policy_name(NXIA_DOMAIN_ATTR_ENTER, "writer");
 *	policy_end();
 *	REQUIRE_OK(policy_load(&genl));
 */
#ifndef NXIA_POLICY_H
#define NXIA_POLICY_H

#include "nxia_genl.h"

#define POLICY_SIZE	(1 << 20)

static struct {
	struct genl_request request;
	char more[POLICY_SIZE];
} policy_message;
static struct nlattr *policy_nest;

static inline struct genl_request *policy_request(void)
{
	return &policy_message.request;
}

static inline void policy_begin(struct genl *genl)
{
	int size = 2 * POLICY_SIZE, on = 1;

	REQUIRE(!setsockopt(genl->socket, SOL_SOCKET, SO_SNDBUFFORCE, &size,
			    sizeof(size)));
	REQUIRE(!setsockopt(genl->socket, SOL_NETLINK, NETLINK_EXT_ACK, &on,
			    sizeof(on)));
	/* An answer would have a copy of the message, which has no room. */
	REQUIRE(!setsockopt(genl->socket, SOL_NETLINK, NETLINK_CAP_ACK, &on,
			    sizeof(on)));
	memset(&policy_message, 0, sizeof(policy_message));
	genl_begin(policy_request(), genl->family, NXIA_CMD_POLICY_LOAD,
		   NLM_F_ACK);
}

/* Attributes of what was begun */

static inline void policy_name(__u16 type, const char *name)
{
	genl_add(policy_request(), type, name, strlen(name) + 1);
}

static inline void policy_u32(__u16 type, __u32 value)
{
	genl_add(policy_request(), type, &value, sizeof(value));
}

static inline void policy_u64(__u16 type, __u64 value)
{
	genl_add(policy_request(), type, &value, sizeof(value));
}

static inline void policy_open(__u16 type)
{
	policy_nest = genl_nest(policy_request(), type);
}

static inline void policy_end(void)
{
	genl_nest_end(policy_request(), policy_nest);
}

/* What a policy has; domains and services are ended by the caller. */

static inline void policy_tag(const char *name, __u32 bit)
{
	policy_open(NXIA_ATTR_TAG);
	policy_name(NXIA_TAG_NAME, name);
	policy_u32(NXIA_TAG_BIT, bit);
	policy_end();
}

static inline void policy_sink(__u32 sink, __u64 label)
{
	policy_open(NXIA_ATTR_SINK);
	policy_u32(NXIA_SINK_ATTR_ID, sink);
	policy_u64(NXIA_SINK_ATTR_LABEL, label);
	policy_end();
}

static inline void policy_domain(const char *name, __u64 label, __u64 may_drop,
				 __u32 flags)
{
	policy_open(NXIA_ATTR_DOMAIN);
	policy_name(NXIA_DOMAIN_ATTR_NAME, name);
	if (label)
		policy_u64(NXIA_DOMAIN_ATTR_LABEL, label);
	if (may_drop)
		policy_u64(NXIA_DOMAIN_ATTR_MAY_DROP, may_drop);
	if (flags)
		policy_u32(NXIA_DOMAIN_ATTR_FLAGS, flags);
}

static inline void policy_service(const char *name, __u32 flags)
{
	policy_open(NXIA_ATTR_SERVICE);
	policy_name(NXIA_SERVICE_ATTR_NAME, name);
	if (flags)
		policy_u32(NXIA_SERVICE_ATTR_FLAGS, flags);
}

/* Load what was built: its generation, or a negative errno. */
static inline int policy_load(struct genl *genl)
{
	struct genl_reply reply = {};
	int result = genl_talk(genl->socket, policy_request(), genl_see_reply,
			       &reply);

	return result == 1 ? (int)genl_u32(&reply, NXIA_ATTR_GENERATION) :
			     result;
}

#endif /* NXIA_POLICY_H */
