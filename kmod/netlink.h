/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic netlink, for the administrator.
 */
#ifndef NXIA_NETLINK_H
#define NXIA_NETLINK_H

#include <linux/types.h>

struct genl_family;
struct genl_info;
struct netlink_callback;
struct nxia_audit_record;
struct sk_buff;

/* Groups of the family, by their place in its list. */
enum {
	NXIA_NETLINK_AUDIT,
};

extern struct genl_family nxia_netlink_family;

int nxia_netlink_init(void);
void nxia_netlink_exit(void);

int nxia_netlink_put_u64(struct sk_buff *skb, int attr, u64 value);
int nxia_netlink_reply(struct genl_info *info,
		       int (*fill)(struct sk_buff *skb, u64 value), u64 value);
void *nxia_netlink_dump_start(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);
bool nxia_netlink_dump_end(struct sk_buff *skb, void *header, int err);

int nxia_netlink_policy_load(struct sk_buff *skb, struct genl_info *info);
int nxia_netlink_policy_start(struct netlink_callback *cb);
int nxia_netlink_policy_dump(struct sk_buff *skb, struct netlink_callback *cb);
int nxia_netlink_policy_seal(struct sk_buff *skb, struct genl_info *info);

int nxia_netlink_audit_start(struct netlink_callback *cb);
int nxia_netlink_audit_dump(struct sk_buff *skb, struct netlink_callback *cb);
void nxia_netlink_audit_send(const struct nxia_audit_record *record);

#endif
