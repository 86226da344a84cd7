// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies: read, put in force, replaced, refused.
 *
 * Has copies of its own of all that policy is, so that it sees the statics and does
 * not touch the policy in force.
 */
#include <kunit/test.h>
#include <kunit/visibility.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/netlink.h>

#include "audit.h"
#include "compat.h"
#include "lsm.h"

/* The copies are nobody else's. */
#undef EXPORT_SYMBOL_IF_KUNIT
#define EXPORT_SYMBOL_IF_KUNIT(...)

static struct nxia_audit_event audited;
static int keep_result;

static void fake_audit(const struct nxia_audit_event *event)
{
	audited = *event;
}

static int fake_keep(void)
{
	return keep_result;
}

#define nxia_audit	fake_audit
#define nxia_lsm_keep	fake_keep

#include "nxia_nl.c"
#include "name.c"
#include "rules.c"
#include "draft.c"
#include "policy.c"

/* A policy as a message */

static struct sk_buff *message_new(struct kunit *test)
{
	struct sk_buff *skb = nlmsg_new(1 << 20, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	return skb;
}

static void put_tag(struct sk_buff *skb, const char *name, u32 bit)
{
	struct nlattr *nest = nla_nest_start(skb, NXIA_ATTR_TAG);

	nla_put_string(skb, NXIA_TAG_NAME, name);
	nla_put_u32(skb, NXIA_TAG_BIT, bit);
	nla_nest_end(skb, nest);
}

static void put_sink(struct sk_buff *skb, u32 id, u64 label)
{
	struct nlattr *nest = nla_nest_start(skb, NXIA_ATTR_SINK);

	nla_put_u32(skb, NXIA_SINK_ATTR_ID, id);
	nla_put_u64_64bit(skb, NXIA_SINK_ATTR_LABEL, label, NXIA_SINK_ATTR_PAD);
	nla_nest_end(skb, nest);
}

static void put_domain(struct sk_buff *skb, const char *name, u64 label, u64 may_drop,
		       const char *enter)
{
	struct nlattr *nest = nla_nest_start(skb, NXIA_ATTR_DOMAIN);

	nla_put_string(skb, NXIA_DOMAIN_ATTR_NAME, name);
	if (label)
		nla_put_u64_64bit(skb, NXIA_DOMAIN_ATTR_LABEL, label,
				  NXIA_DOMAIN_ATTR_PAD);
	if (may_drop)
		nla_put_u64_64bit(skb, NXIA_DOMAIN_ATTR_MAY_DROP, may_drop,
				  NXIA_DOMAIN_ATTR_PAD);
	if (enter)
		nla_put_string(skb, NXIA_DOMAIN_ATTR_ENTER, enter);
	nla_nest_end(skb, nest);
}

/* Loads it, and frees the message. */
static int load_message(struct sk_buff *skb, struct netlink_ext_ack *ack)
{
	u32 generation;
	int err = nxia_policy_load((const struct nlattr *)skb->data, skb->len, ack,
				   &generation);

	nlmsg_free(skb);
	return err ?: generation;
}

static int load_it(struct sk_buff *skb)
{
	struct netlink_ext_ack ack = {};

	return load_message(skb, &ack);
}

/* secret and local; a reader of both, who may enter the writer. */
static int load_small(struct kunit *test)
{
	struct sk_buff *skb = message_new(test);

	put_domain(skb, "reader", 3, 2, "writer");
	put_domain(skb, "writer", 1, 0, NULL);
	put_domain(skb, "unconfined", 0, 0, "reader");
	put_sink(skb, NXIA_SINK_TTY, 2);
	put_tag(skb, "secret", 0);
	put_tag(skb, "local", 1);
	return load_it(skb);
}

static u32 id_of(struct kunit *test, const char *name)
{
	struct nxia_domain domain = {};

	KUNIT_EXPECT_EQ(test, 0, nxia_policy_find(name, strlen(name), &domain));
	return domain.id;
}

static void forget(struct kunit *test)
{
	nxia_policy_exit();
	RCU_INIT_POINTER(in_force, NULL);
	sealed = false;
}

static int start(struct kunit *test)
{
	keep_result = 0;
	return 0;
}

/* Tests */

static void without_a_policy(struct kunit *test)
{
	struct nxia_domain domain;
	u64 label;

	KUNIT_EXPECT_EQ(test, 0, nxia_policy_generation());
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_sink(NXIA_SINK_TTY));
	KUNIT_EXPECT_EQ(test, -ENOENT, nxia_policy_find("a", 1, &domain));
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(0, 1));
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(0, 0));
	KUNIT_EXPECT_EQ(test, -ENOENT, nxia_policy_parse_label("a", 1, &label));
}

static void loaded(struct kunit *test)
{
	struct nxia_domain domain;

	KUNIT_ASSERT_EQ(test, 1, load_small(test));
	KUNIT_EXPECT_EQ(test, NXIA_AUDIT_POLICY_LOADED, (int)audited.kind);
	KUNIT_EXPECT_EQ(test, 1, nxia_policy_generation());
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_find("reader", 6, &domain));
	KUNIT_EXPECT_EQ(test, 3, domain.label);
	KUNIT_EXPECT_EQ(test, 2, domain.may_drop);
	KUNIT_EXPECT_EQ(test, -ENOENT, nxia_policy_find("read", 4, &domain));
	KUNIT_EXPECT_EQ(test, -ENOENT, nxia_policy_find("readers", 7, &domain));
	KUNIT_EXPECT_EQ(test, -ENOENT, nxia_policy_find("unconfined", 10, &domain));
	KUNIT_EXPECT_EQ(test, 2, nxia_policy_sink(NXIA_SINK_TTY));
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_sink(NXIA_SINK_NET));
}

static void may_enter(struct kunit *test)
{
	u32 reader, writer;

	KUNIT_ASSERT_EQ(test, 1, load_small(test));
	reader = id_of(test, "reader");
	writer = id_of(test, "writer");
	KUNIT_EXPECT_NE(test, 0, reader);
	KUNIT_EXPECT_NE(test, reader, writer);
	KUNIT_EXPECT_TRUE(test, nxia_policy_may_enter(0, reader));
	KUNIT_EXPECT_TRUE(test, nxia_policy_may_enter(reader, writer));
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(0, writer));
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(writer, reader));
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(reader, reader));
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(reader, 0));
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(~0U, reader));
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(NXIA_DOMAINS_MAX, reader));
}

static void names_stay(struct kunit *test)
{
	struct sk_buff *skb;
	char name[NXIA_NAME_MAX];
	u32 reader;
	u64 label;

	KUNIT_ASSERT_EQ(test, 1, load_small(test));
	reader = id_of(test, "reader");
	skb = message_new(test);
	put_tag(skb, "other", 0);
	put_domain(skb, "first", 1, 0, NULL);
	KUNIT_ASSERT_EQ(test, 2, load_it(skb));
	KUNIT_EXPECT_EQ(test, 2, nxia_name_find_tag("other", 5));
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_parse_label("secret,other", 12, &label));
	KUNIT_EXPECT_EQ(test, 5, label);
	KUNIT_EXPECT_FALSE(test, nxia_policy_may_enter(0, reader));
	nxia_policy_domain_name(reader, name);
	KUNIT_EXPECT_STREQ(test, "reader", name);
	KUNIT_ASSERT_EQ(test, 3, load_small(test));
	KUNIT_EXPECT_EQ(test, reader, id_of(test, "reader"));
}

/* Whose bit another has gets the lowest that no one else asks for. */
static void bits(struct kunit *test)
{
	struct sk_buff *skb;
	unsigned int i;
	char name[8];

	KUNIT_ASSERT_EQ(test, 1, load_small(test));
	skb = message_new(test);
	put_tag(skb, "a", 1);
	put_tag(skb, "b", 2);
	put_tag(skb, "secret", 3);
	KUNIT_ASSERT_EQ(test, 2, load_it(skb));
	KUNIT_EXPECT_EQ(test, 2, nxia_name_find_tag("b", 1));
	KUNIT_EXPECT_EQ(test, 3, nxia_name_find_tag("a", 1));
	KUNIT_EXPECT_EQ(test, 0, nxia_name_find_tag("secret", 6));
	skb = message_new(test);
	for (i = 0; i < 60; i++) {
		scnprintf(name, sizeof(name), "t%u", i);
		put_tag(skb, name, i);
	}
	KUNIT_ASSERT_EQ(test, 3, load_it(skb));
	KUNIT_EXPECT_EQ(test, ~0ULL, nxia_name_tags());
	skb = message_new(test);
	put_tag(skb, "no-more", 0);
	KUNIT_EXPECT_EQ(test, -ENOSPC, load_it(skb));
}

static void labels(struct kunit *test)
{
	static const char * const malformed[] = { ",", "secret,", ",secret", "secret,,local",
						  "secret ", " secret", "Secret" };
	char *text = kunit_kzalloc(test, NXIA_LABEL_TEXT_MAX, GFP_KERNEL), part[8];
	unsigned int i;
	u64 label = 99;

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_EQ(test, 1, load_small(test));
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_parse_label("local,secret", 12, &label));
	KUNIT_EXPECT_EQ(test, 3, label);
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_parse_label("local,secret", 5, &label));
	KUNIT_EXPECT_EQ(test, 2, label);
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_parse_label("", 0, &label));
	KUNIT_EXPECT_EQ(test, 0, label);
	label = 99;
	KUNIT_EXPECT_EQ(test, -ENOENT, nxia_policy_parse_label("local,nope", 10, &label));
	for (i = 0; i < ARRAY_SIZE(malformed); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    nxia_policy_parse_label(malformed[i],
							    strlen(malformed[i]), &label),
				    "%s", malformed[i]);
	KUNIT_EXPECT_EQ(test, 99, label);

	KUNIT_EXPECT_EQ(test, 12, nxia_policy_print_label(3, text, NXIA_LABEL_TEXT_MAX));
	KUNIT_EXPECT_STREQ(test, "secret,local", text);
	KUNIT_EXPECT_EQ(test, 10, nxia_policy_print_label(1 | BIT_ULL(63), text,
							  NXIA_LABEL_TEXT_MAX));
	KUNIT_EXPECT_STREQ(test, "secret,#63", text);
	KUNIT_EXPECT_EQ(test, 7, nxia_policy_print_label(3, part, sizeof(part)));
	KUNIT_EXPECT_STREQ(test, "secret,", part);
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_print_label(0, text, NXIA_LABEL_TEXT_MAX));
}

/* Each adds one thing to a policy that would be right without it. */
static void unknown_bit(struct sk_buff *skb)
{
	put_domain(skb, "b", BIT_ULL(9), 0, NULL);
}

static void unknown_domain(struct sk_buff *skb)
{
	put_domain(skb, "b", 0, 0, "reader");
}

static void two_domains(struct sk_buff *skb)
{
	put_domain(skb, "newcomer", 0, 0, NULL);
}

static void two_tags(struct sk_buff *skb)
{
	put_tag(skb, "newtag", 6);
}

static void two_bits(struct sk_buff *skb)
{
	put_tag(skb, "b", 5);
}

static void two_sinks(struct sk_buff *skb)
{
	put_sink(skb, 0, 0);
	put_sink(skb, 0, 0);
}

static void bad_name(struct sk_buff *skb)
{
	put_domain(skb, "a b", 0, 0, NULL);
}

static void drops_more(struct sk_buff *skb)
{
	put_domain(skb, "b", 0, BIT_ULL(5), NULL);
}

static void leaves(struct sk_buff *skb)
{
	put_domain(skb, "b", 0, 0, "unconfined");
}

static void no_sink(struct sk_buff *skb)
{
	put_sink(skb, NXIA_SINKS, 0);
}

static void not_nested(struct sk_buff *skb)
{
	nla_put_u32(skb, NXIA_ATTR_DOMAIN, 1);
}

static void broken_stays_out(struct kunit *test)
{
	static const struct {
		void (*put)(struct sk_buff *skb);
		int err;
	} broken[] = {
		{ unknown_bit, -ENOENT }, { unknown_domain, -ENOENT },
		{ two_domains, -EEXIST }, { two_tags, -EEXIST },
		{ two_bits, -EEXIST }, { two_sinks, -EEXIST },
		{ bad_name, -EINVAL }, { drops_more, -EINVAL },
		{ leaves, -EINVAL }, { no_sink, -ERANGE }, { not_nested, -EINVAL },
	};
	struct nxia_domain domain;
	size_t i;

	KUNIT_ASSERT_EQ(test, 1, load_small(test));
	for (i = 0; i < ARRAY_SIZE(broken); i++) {
		struct netlink_ext_ack ack = {};
		struct sk_buff *skb = message_new(test);

		put_tag(skb, "newtag", 5);
		put_domain(skb, "newcomer", BIT_ULL(5), 0, NULL);
		broken[i].put(skb);
		KUNIT_EXPECT_EQ_MSG(test, broken[i].err, load_message(skb, &ack), "%zu", i);
		KUNIT_EXPECT_NOT_NULL_MSG(test, ack._msg, "%zu", i);
		KUNIT_EXPECT_EQ(test, NXIA_AUDIT_POLICY_REFUSED, (int)audited.kind);
		KUNIT_EXPECT_EQ(test, broken[i].err, audited.error);
		KUNIT_EXPECT_EQ(test, 1, nxia_policy_generation());
		KUNIT_EXPECT_EQ(test, -ENOENT, nxia_name_find_tag("newtag", 6));
		KUNIT_EXPECT_EQ(test, -ENOENT, nxia_policy_find("newcomer", 8, &domain));
		KUNIT_EXPECT_EQ(test, 2, nxia_name_domains());
		KUNIT_EXPECT_EQ(test, 0, nxia_policy_find("reader", 6, &domain));
	}
}

static void seal(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 1, load_small(test));
	keep_result = -EOPNOTSUPP;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, nxia_policy_seal());
	KUNIT_EXPECT_FALSE(test, nxia_policy_sealed());
	KUNIT_EXPECT_EQ(test, 2, load_small(test));
	keep_result = 0;
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_seal());
	KUNIT_EXPECT_TRUE(test, nxia_policy_sealed());
	KUNIT_EXPECT_EQ(test, NXIA_AUDIT_POLICY_SEALED, (int)audited.kind);
	KUNIT_EXPECT_EQ(test, -EPERM, load_small(test));
	KUNIT_EXPECT_EQ(test, 2, nxia_policy_generation());
	KUNIT_EXPECT_EQ(test, 0, nxia_policy_seal());
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(without_a_policy),
	KUNIT_CASE(loaded),
	KUNIT_CASE(may_enter),
	KUNIT_CASE(names_stay),
	KUNIT_CASE(bits),
	KUNIT_CASE(labels),
	KUNIT_CASE(broken_stays_out),
	KUNIT_CASE(seal),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "nxia_policy",
	.init = start,
	.exit = forget,
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);

MODULE_DESCRIPTION("KUnit tests of NXIA's policies");
MODULE_AUTHOR("NXIA maintainers");
MODULE_LICENSE("GPL");
