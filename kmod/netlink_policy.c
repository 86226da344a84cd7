// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic netlink: policy.
 */
#include <linux/capability.h>
#include <linux/netlink.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "policy.h"
#include "rules.h"

/*
 * POLICY_LOAD
 */

static int fill_generation(struct sk_buff *skb, u64 generation)
{
	return nla_put_u32(skb, NXIA_ATTR_GENERATION, generation);
}

int nxia_netlink_policy_load(struct sk_buff *skb, struct genl_info *info)
{
	u32 generation;
	int err;

	if (!netlink_capable(skb, CAP_MAC_ADMIN))
		return -EPERM;
	err = nxia_policy_load(genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr),
			       info->extack, &generation);
	return err ?: nxia_netlink_reply(info, fill_generation, generation);
}

/*
 * POLICY_SEAL
 */

int nxia_netlink_policy_seal(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (!netlink_capable(skb, CAP_MAC_ADMIN))
		return -EPERM;
	err = nxia_policy_seal();
	if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG(info->extack, "the kernel runs without the NXIA LSM");
	return err;
}

/*
 * POLICY_GET: tags, sinks, domains, services, in this order.
 */

static int fill_tag(struct sk_buff *skb, unsigned int bit)
{
	return nla_put_string(skb, NXIA_TAG_NAME, nxia_name_tag(bit)) ?:
	       nla_put_u32(skb, NXIA_TAG_BIT, bit);
}

static int fill_sink(struct sk_buff *skb, const struct nxia_rules *rules, u32 sink)
{
	return nla_put_u32(skb, NXIA_SINK_ATTR_ID, sink) ?:
	       nla_put_u64_64bit(skb, NXIA_SINK_ATTR_LABEL, rules->sinks[sink],
				 NXIA_SINK_ATTR_PAD);
}

static int fill_list(struct sk_buff *skb, int attr, const struct nxia_rules *rules,
		     const struct nxia_list *list)
{
	char name[NXIA_NAME_MAX];
	int err = 0;
	u32 i;

	for (i = 0; i < list->count && !err; i++) {
		nxia_policy_domain_name(rules->listed[list->first + i], name);
		err = nla_put_string(skb, attr, name);
	}
	return err;
}

static int fill_domain(struct sk_buff *skb, const struct nxia_rules *rules,
		       const struct nxia_domain_rule *rule)
{
	return nla_put_string(skb, NXIA_DOMAIN_ATTR_NAME, rule->name) ?:
	       nla_put_u32(skb, NXIA_DOMAIN_ATTR_ID, rule->domain.id) ?:
	       nla_put_u64_64bit(skb, NXIA_DOMAIN_ATTR_LABEL, rule->domain.label,
				 NXIA_DOMAIN_ATTR_PAD) ?:
	       nla_put_u64_64bit(skb, NXIA_DOMAIN_ATTR_MAY_DROP, rule->domain.may_drop,
				 NXIA_DOMAIN_ATTR_PAD) ?:
	       nla_put_u32(skb, NXIA_DOMAIN_ATTR_FLAGS, rule->domain.flags) ?:
	       fill_list(skb, NXIA_DOMAIN_ATTR_ENTER, rules, &rule->enter);
}

static int fill_service(struct sk_buff *skb, const struct nxia_rules *rules,
			const struct nxia_service_rule *rule)
{
	return nla_put_string(skb, NXIA_SERVICE_ATTR_NAME, rule->name) ?:
	       nla_put_u32(skb, NXIA_SERVICE_ATTR_FLAGS, rule->flags) ?:
	       fill_list(skb, NXIA_SERVICE_ATTR_REGISTER, rules, &rule->may_register) ?:
	       fill_list(skb, NXIA_SERVICE_ATTR_OPEN, rules, &rule->may_open);
}

/* What the dump has at one place. */
struct item {
	int attr;
	u32 index;
};

static bool item_at(const struct nxia_rules *rules, u32 at, struct item *item)
{
	const struct {
		int attr;
		u32 count;
	} parts[] = {
		{ NXIA_ATTR_TAG, NXIA_TAGS_MAX },
		{ NXIA_ATTR_SINK, NXIA_SINKS },
		{ NXIA_ATTR_DOMAIN, rules->domains_count },
		{ NXIA_ATTR_SERVICE, rules->services_count },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (at < parts[i].count) {
			*item = (struct item){ parts[i].attr, at };
			return true;
		}
		at -= parts[i].count;
	}
	return false;
}

static int fill_nested(struct sk_buff *skb, const struct nxia_rules *rules,
		       const struct item *item)
{
	switch (item->attr) {
	case NXIA_ATTR_TAG:
		return fill_tag(skb, item->index);
	case NXIA_ATTR_SINK:
		return fill_sink(skb, rules, item->index);
	case NXIA_ATTR_DOMAIN:
		return fill_domain(skb, rules, &rules->domains[item->index]);
	default:
		return fill_service(skb, rules, &rules->services[item->index]);
	}
}

static int fill_item(struct sk_buff *skb, const struct nxia_rules *rules,
		     const struct item *item)
{
	struct nlattr *nest = nla_nest_start(skb, item->attr);

	if (!nest || fill_nested(skb, rules, item))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put_u32(skb, NXIA_ATTR_GENERATION, rules->generation);
}

static bool dump_item(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct nxia_rules *rules, const struct item *item)
{
	void *header;

	if (item->attr == NXIA_ATTR_TAG && !(rules->tags & BIT_ULL(item->index)))
		return true;
	header = nxia_netlink_dump_start(skb, cb, NXIA_CMD_POLICY_GET);
	if (!header)
		return false;
	genl_dump_check_consistent(cb, header);
	return nxia_netlink_dump_end(skb, header, fill_item(skb, rules, item));
}

/* Dumps from *@at on, as much as fits. */
static int dump_rules(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct nxia_rules *rules, long *at)
{
	struct item item;

	cb->seq = rules->generation;
	for (; item_at(rules, *at, &item); ++*at)
		if (!dump_item(skb, cb, rules, &item))
			return skb->len ?: -EMSGSIZE;
	return skb->len;
}

int nxia_netlink_policy_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nxia_rules *rules;
	int done = skb->len;

	if (!netlink_capable(cb->skb, CAP_MAC_ADMIN))
		return -EPERM;
	rules = nxia_policy_hold();
	if (rules)
		done = dump_rules(skb, cb, rules, &cb->args[0]);
	nxia_policy_release();
	return done;
}

/* The messages must have room for the longest list. */
int nxia_netlink_policy_start(struct netlink_callback *cb)
{
	const struct nxia_rules *rules = nxia_policy_hold();
	u32 i, longest = 0;

	for (i = 0; rules && i < rules->domains_count; i++)
		longest = max(longest, rules->domains[i].enter.count);
	for (i = 0; rules && i < rules->services_count; i++)
		longest = max(longest, rules->services[i].may_register.count +
				       rules->services[i].may_open.count);
	nxia_policy_release();
	cb->min_dump_alloc = 512 + longest * nla_total_size(NXIA_NAME_MAX);
	return 0;
}
