// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic netlink: audit records.
 */
#include <linux/capability.h>
#include <linux/file.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "audit.h"
#include "compat.h"
#include "netlink.h"
#include "policy.h"

static int fill_text(struct sk_buff *skb, int attr, const char *text)
{
	return text[0] ? nla_put_string(skb, attr, text) : 0;
}

static int fill_tags(struct sk_buff *skb, u64 tags)
{
	char *text __free(kfree) = NULL;

	if (!tags)
		return 0;
	text = kmalloc(NXIA_LABEL_TEXT_MAX, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	nxia_policy_print_label(tags, text, NXIA_LABEL_TEXT_MAX);
	return nla_put_string(skb, NXIA_ATTR_TAGS, text);
}

static int fill_record(struct sk_buff *skb, const struct nxia_audit_record *record)
{
	char domain[NXIA_NAME_MAX];

	nxia_policy_domain_name(record->domain, domain);
	return nxia_netlink_put_u64(skb, NXIA_ATTR_SEQUENCE, record->sequence) ?:
	       nxia_netlink_put_u64(skb, NXIA_ATTR_TIME, record->time) ?:
	       nla_put_u32(skb, NXIA_ATTR_KIND, record->kind) ?:
	       nla_put_u32(skb, NXIA_ATTR_PID, record->pid) ?:
	       nla_put_u32(skb, NXIA_ATTR_UID, record->uid) ?:
	       nla_put_string(skb, NXIA_ATTR_COMM, record->comm) ?:
	       nla_put_string(skb, NXIA_ATTR_EXE, record->exe) ?:
	       nla_put_string(skb, NXIA_ATTR_DOMAIN_NAME, domain) ?:
	       fill_text(skb, NXIA_ATTR_OPERATION, record->operation) ?:
	       fill_text(skb, NXIA_ATTR_TARGET, record->target) ?:
	       fill_tags(skb, record->tags) ?:
	       fill_text(skb, NXIA_ATTR_RULE, record->rule) ?:
	       (record->error ? nla_put_u32(skb, NXIA_ATTR_ERROR, record->error) : 0);
}

/*
 * AUDIT_GET
 */

/* Where a dump is. */
struct place {
	u64 sequence;
};

static struct place *place_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct place) > sizeof(cb->ctx));
	return (struct place *)cb->ctx;
}

int nxia_netlink_audit_start(struct netlink_callback *cb)
{
	struct nlattr *from = genl_info_dump(cb)->attrs[NXIA_ATTR_SEQUENCE];

	place_of(cb)->sequence = from ? nla_get_u64(from) : 0;
	return 0;
}

static bool dump_record(struct sk_buff *skb, struct netlink_callback *cb,
			const struct nxia_audit_record *record)
{
	void *header = nxia_netlink_dump_start(skb, cb, NXIA_CMD_AUDIT_GET);

	return header && nxia_netlink_dump_end(skb, header, fill_record(skb, record));
}

int nxia_netlink_audit_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct place *place = place_of(cb);
	struct nxia_audit_record *record __free(kfree) = NULL;
	u64 next = place->sequence;

	if (!netlink_capable(cb->skb, CAP_MAC_ADMIN))
		return -EPERM;
	record = kmalloc(sizeof(*record), GFP_KERNEL);
	if (!record)
		return -ENOMEM;
	while (nxia_audit_next(&next, record)) {
		if (!dump_record(skb, cb, record))
			return skb->len ?: -EMSGSIZE;
		place->sequence = next;
	}
	return skb->len;
}

/*
 * AUDIT
 */

/* Anyone may join a group.  Who opened the socket decides whether it gets any. */
static bool leave_out(struct sock *sk)
{
	return !sk->sk_socket || !sk->sk_socket->file ||
	       !file_ns_capable(sk->sk_socket->file, &init_user_ns, CAP_MAC_ADMIN);
}

/* Whom it does not reach sees a gap in the numbers. */
void nxia_netlink_audit_send(const struct nxia_audit_record *record)
{
	struct sk_buff *skb;
	void *header;

	if (!genl_has_listeners(&nxia_netlink_family, &init_net, NXIA_NETLINK_AUDIT))
		return;
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	header = genlmsg_put(skb, 0, 0, &nxia_netlink_family, 0, NXIA_CMD_AUDIT);
	if (!header || fill_record(skb, record)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	nxia_genl_multicast(&nxia_netlink_family, skb, NXIA_NETLINK_AUDIT, leave_out);
}
