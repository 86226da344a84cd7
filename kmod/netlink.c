// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic netlink, for the administrator.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/netlink.h>
#include <linux/pid.h>
#include <net/genetlink.h>

#include "audit.h"
#include "call.h"
#include "compat.h"
#include "netlink.h"
#include "nxia_nl.h"
#include "policy.h"
#include "session.h"

int nxia_netlink_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, NXIA_ATTR_PAD);
}

/* A reply to @info with what @fill puts into it. */
int nxia_netlink_reply(struct genl_info *info,
		       int (*fill)(struct sk_buff *skb, u64 value), u64 value)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &nxia_netlink_family, 0, info->genlhdr->cmd);
	if (!header || fill(skb, value)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/*
 * STATUS
 */

static int fill_status(struct sk_buff *skb, u64 unused)
{
	return nla_put_u32(skb, NXIA_ATTR_ABI_VERSION, NXIA_ABI_VERSION) ?:
	       nla_put_u32(skb, NXIA_ATTR_FLAGS, nxia_call_info_flags()) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_SESSIONS, nxia_session_count()) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_CAPS, nxia_user_total(NXIA_CHARGE_CAPS)) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_OBJECTS, nxia_user_total(NXIA_CHARGE_OBJECTS)) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_PAGES, nxia_user_total(NXIA_CHARGE_PAGES)) ?:
	       nla_put_u32(skb, NXIA_ATTR_GENERATION, nxia_policy_generation()) ?:
	       (nxia_policy_sealed() ? nla_put_flag(skb, NXIA_ATTR_SEALED) : 0) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_SEQUENCE, nxia_audit_sequence());
}

static int do_status(struct sk_buff *skb, struct genl_info *info)
{
	return nxia_netlink_reply(info, fill_status, 0);
}

/*
 * SESSION
 */

static int fill_session(struct sk_buff *skb, struct nxia_session *session)
{
	return nla_put_u32(skb, NXIA_ATTR_SESSION, session->id) ?:
	       nla_put_u32(skb, NXIA_ATTR_PID, pid_nr(session->pid)) ?:
	       nla_put_u32(skb, NXIA_ATTR_UID,
			   from_kuid_munged(&init_user_ns, session->user->uid)) ?:
	       nla_put_string(skb, NXIA_ATTR_COMM, session->comm) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_CAPS, nxia_session_caps(session));
}

/* Starts a message of a dump; the one that does not fit is the next one's first. */
void *nxia_netlink_dump_start(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &nxia_netlink_family, NLM_F_MULTI, cmd);
}

/* Ends it, or takes it back if what it tells did not fit. */
bool nxia_netlink_dump_end(struct sk_buff *skb, void *header, int err)
{
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return !err;
}

static bool dump_session(struct sk_buff *skb, struct netlink_callback *cb,
			 struct nxia_session *session)
{
	void *header = nxia_netlink_dump_start(skb, cb, NXIA_CMD_SESSION);

	return header && nxia_netlink_dump_end(skb, header, fill_session(skb, session));
}

static int dump_sessions(struct sk_buff *skb, struct netlink_callback *cb)
{
	u32 id = cb->args[0];
	bool fits = true;

	if (!netlink_capable(cb->skb, CAP_MAC_ADMIN))
		return -EPERM;
	while (fits) {
		struct nxia_session *session = nxia_session_find(&id, true);

		if (!session)
			break;
		fits = dump_session(skb, cb, session);
		nxia_session_put(session);
		id += fits;
	}
	cb->args[0] = id;
	return skb->len;
}

/*
 * CAP
 */

static int fill_parent(struct sk_buff *skb, struct nxia_cap *cap)
{
	const struct nxia_cap *parent;

	guard(mutex)(&cap->tree->lock);
	parent = cap->parent;
	if (!parent || !parent->session)
		return 0;
	return nla_put_u32(skb, NXIA_ATTR_PARENT_SESSION, parent->session->id) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_PARENT_HANDLE, parent->handle);
}

static int fill_cap(struct sk_buff *skb, u32 session, u64 handle, struct nxia_cap *cap)
{
	return nla_put_u32(skb, NXIA_ATTR_SESSION, session) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_HANDLE, handle) ?:
	       nla_put_u32(skb, NXIA_ATTR_TYPE, cap->object->ops->type) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_RIGHTS, cap->rights) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_BADGE, cap->badge) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_OBJECT, cap->object->id) ?:
	       (nxia_cap_error(cap) ? nla_put_flag(skb, NXIA_ATTR_REVOKED) : 0) ?:
	       fill_parent(skb, cap);
}

static bool dump_cap(struct sk_buff *skb, struct netlink_callback *cb, u32 session,
		     u64 handle, struct nxia_cap *cap)
{
	void *header = nxia_netlink_dump_start(skb, cb, NXIA_CMD_CAP);

	return header && nxia_netlink_dump_end(skb, header, fill_cap(skb, session, handle, cap));
}

/* Dumps from *@handle on; false if there is more than fits. */
static bool dump_caps_of(struct sk_buff *skb, struct netlink_callback *cb,
			 struct nxia_session *session, u64 *handle)
{
	for (;; ++*handle) {
		struct nxia_cap *cap = nxia_session_next(session, handle);
		bool fits;

		if (!cap)
			break;
		fits = dump_cap(skb, cb, session->id, *handle, cap);
		nxia_cap_put(cap);
		if (!fits)
			return false;
	}
	*handle = 0;
	return true;
}

static int start_caps(struct netlink_callback *cb)
{
	struct nlattr *only = genl_info_dump(cb)->attrs[NXIA_ATTR_SESSION];
	struct nxia_session *session;
	u32 id;

	if (!only)
		return 0;
	id = nla_get_u32(only);
	session = nxia_session_find(&id, false);
	if (!session)
		return -ESRCH;
	nxia_session_put(session);
	cb->args[0] = id;
	return 0;
}

static int dump_caps(struct sk_buff *skb, struct netlink_callback *cb)
{
	bool only = genl_info_dump(cb)->attrs[NXIA_ATTR_SESSION], fits = true;
	u32 id = cb->args[0];
	u64 handle = cb->args[1];

	if (!netlink_capable(cb->skb, CAP_MAC_ADMIN))
		return -EPERM;
	while (fits && !cb->args[2]) {
		struct nxia_session *session = nxia_session_find(&id, !only);

		if (!session)
			break;
		fits = dump_caps_of(skb, cb, session, &handle);
		nxia_session_put(session);
		id += fits && !only;
		cb->args[2] = fits && only;
	}
	cb->args[0] = id;
	cb->args[1] = handle;
	return skb->len;
}

/*
 * REVOKE
 */

static int fill_revoked(struct sk_buff *skb, u64 count)
{
	return nxia_netlink_put_u64(skb, NXIA_ATTR_REVOKED_COUNT, count);
}

static int do_revoke(struct sk_buff *skb, struct genl_info *info)
{
	struct nxia_session *session;
	struct nxia_cap *cap;
	u64 count;
	u32 id;

	if (!netlink_capable(skb, CAP_MAC_ADMIN))
		return -EPERM;
	if (GENL_REQ_ATTR_CHECK(info, NXIA_ATTR_SESSION) ||
	    GENL_REQ_ATTR_CHECK(info, NXIA_ATTR_HANDLE))
		return -EINVAL;
	id = nla_get_u32(info->attrs[NXIA_ATTR_SESSION]);
	session = nxia_session_find(&id, false);
	if (!session)
		return -ESRCH;
	cap = nxia_session_get(session, nla_get_u64(info->attrs[NXIA_ATTR_HANDLE]), 0, 0);
	nxia_session_put(session);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	count = nxia_cap_destroy(cap);
	nxia_cap_put(cap);
	return count ? nxia_netlink_reply(info, fill_revoked, count) : -EKEYREVOKED;
}

static const struct genl_ops ops[] = {
	{
		.cmd = NXIA_CMD_STATUS,
		.doit = do_status,
	}, {
		.cmd = NXIA_CMD_SESSION,
		.dumpit = dump_sessions,
	}, {
		.cmd = NXIA_CMD_CAP,
		.policy = nxia_cap_nl_policy,
		.maxattr = ARRAY_SIZE(nxia_cap_nl_policy) - 1,
		.start = start_caps,
		.dumpit = dump_caps,
	}, {
		.cmd = NXIA_CMD_REVOKE,
		.policy = nxia_revoke_nl_policy,
		.maxattr = ARRAY_SIZE(nxia_revoke_nl_policy) - 1,
		.doit = do_revoke,
	}, {
		.cmd = NXIA_CMD_POLICY_LOAD,
		.policy = nxia_policy_load_nl_policy,
		.maxattr = ARRAY_SIZE(nxia_policy_load_nl_policy) - 1,
		.doit = nxia_netlink_policy_load,
	}, {
		.cmd = NXIA_CMD_POLICY_GET,
		.start = nxia_netlink_policy_start,
		.dumpit = nxia_netlink_policy_dump,
	}, {
		.cmd = NXIA_CMD_POLICY_SEAL,
		.doit = nxia_netlink_policy_seal,
	}, {
		.cmd = NXIA_CMD_AUDIT_GET,
		.policy = nxia_audit_get_nl_policy,
		.maxattr = ARRAY_SIZE(nxia_audit_get_nl_policy) - 1,
		.start = nxia_netlink_audit_start,
		.dumpit = nxia_netlink_audit_dump,
	},
};

static const struct genl_multicast_group groups[] = {
	[NXIA_NETLINK_AUDIT] = {
		.name = NXIA_GENL_AUDIT,
		.flags = NXIA_GENL_GROUP_FLAGS,
	},
};

struct genl_family nxia_netlink_family __ro_after_init = {
	.name = NXIA_GENL_NAME,
	.version = NXIA_GENL_VERSION,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	.resv_start_op = NXIA_CMD_UNSPEC + 1,
	/* Everything has locks of its own, and a large REVOKE takes its time. */
	.parallel_ops = true,
};

int nxia_netlink_init(void)
{
	int err = genl_register_family(&nxia_netlink_family);

	if (!err)
		nxia_audit_send_to(nxia_netlink_audit_send);
	return err;
}

void nxia_netlink_exit(void)
{
	nxia_audit_send_to(NULL);
	genl_unregister_family(&nxia_netlink_family);
}
