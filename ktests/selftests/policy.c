// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policy over generic netlink: loaded whole or not at all.
 *
 * Tags and domains are known until the module goes, so that each test begins with
 * a module that knows none.
 */
#include <linux/capability.h>
#include <sched.h>

#define TEST_UNLOADS

#include "nxia_main.h"
#include "nxia_policy.h"

#define TAGS	NXIA_TAGS_MAX
#define DOMAINS	1000

static void fresh(struct genl *genl)
{
	int session = nxia_session();
	bool registry = nxia_info(session).flags & NXIA_INFO_REGISTRY;

	close(session);
	if (registry)
		test_skip("services are running");
	if (system("modprobe -r nxia 2>/dev/null"))
		test_skip("nxia.ko is in use, sealed or built in");
	REQUIRE(!system("modprobe nxia"));
	genl_open(genl);
}

/* What is in force */

struct seen_policy {
	int messages, tags, sinks, domains, services, enters;
	__u32 generation;
	/* Of the thing whose name is @name. */
	const char *name;
	bool found;
	__u32 id, bit, flags;
	__u64 label, may_drop;
	__u64 sink_labels[NXIA_SINKS];
	char last[NXIA_NAME_MAX];
};

/* The attributes nested in @nest; of those that repeat, the last. */
static int parse_nested(const struct nlattr *nest, __u16 max,
			const struct nlattr **attributes, __u16 counted)
{
	const char *at = (const char *)(nest + 1);
	const char *end = (const char *)nest + nest->nla_len;
	int count = 0;

	memset(attributes, 0, (max + 1) * sizeof(*attributes));
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attribute = (const void *)at;

		if (attribute->nla_type <= max)
			attributes[attribute->nla_type] = attribute;
		count += attribute->nla_type == counted;
		at += NLA_ALIGN(attribute->nla_len);
	}
	return count;
}

static __u64 number(const struct nlattr *attribute)
{
	__u64 value = 0;

	if (attribute)
		memcpy(&value, attribute + 1, attribute->nla_len - NLA_HDRLEN);
	return value;
}

static bool has_name(const struct nlattr *attribute, const char *name)
{
	return name && attribute && !strcmp((const char *)(attribute + 1), name);
}

static void see_tag(const struct nlattr *nest, struct seen_policy *seen)
{
	const struct nlattr *tag[NXIA_TAG_MAX + 1];

	parse_nested(nest, NXIA_TAG_MAX, tag, 0);
	seen->tags++;
	if (!has_name(tag[NXIA_TAG_NAME], seen->name))
		return;
	seen->found = true;
	seen->bit = number(tag[NXIA_TAG_BIT]);
}

static void see_sink(const struct nlattr *nest, struct seen_policy *seen)
{
	const struct nlattr *sink[NXIA_SINK_ATTR_MAX + 1];
	__u32 id;

	parse_nested(nest, NXIA_SINK_ATTR_MAX, sink, 0);
	seen->sinks++;
	id = number(sink[NXIA_SINK_ATTR_ID]);
	REQUIRE(id < NXIA_SINKS);
	seen->sink_labels[id] = number(sink[NXIA_SINK_ATTR_LABEL]);
}

static void see_domain(const struct nlattr *nest, struct seen_policy *seen)
{
	const struct nlattr *domain[NXIA_DOMAIN_ATTR_MAX + 1];

	seen->enters += parse_nested(nest, NXIA_DOMAIN_ATTR_MAX, domain,
				     NXIA_DOMAIN_ATTR_ENTER);
	seen->domains++;
	if (!has_name(domain[NXIA_DOMAIN_ATTR_NAME], seen->name))
		return;
	seen->found = true;
	seen->id = number(domain[NXIA_DOMAIN_ATTR_ID]);
	seen->label = number(domain[NXIA_DOMAIN_ATTR_LABEL]);
	seen->may_drop = number(domain[NXIA_DOMAIN_ATTR_MAY_DROP]);
	seen->flags = number(domain[NXIA_DOMAIN_ATTR_FLAGS]);
	if (domain[NXIA_DOMAIN_ATTR_ENTER])
		snprintf(seen->last, sizeof(seen->last), "%s",
			 (const char *)(domain[NXIA_DOMAIN_ATTR_ENTER] + 1));
}

static void see_service(const struct nlattr *nest, struct seen_policy *seen)
{
	const struct nlattr *service[NXIA_SERVICE_ATTR_MAX + 1];

	parse_nested(nest, NXIA_SERVICE_ATTR_MAX, service, 0);
	seen->services++;
	if (!has_name(service[NXIA_SERVICE_ATTR_NAME], seen->name))
		return;
	seen->found = true;
	seen->flags = number(service[NXIA_SERVICE_ATTR_FLAGS]);
	if (service[NXIA_SERVICE_ATTR_OPEN])
		snprintf(seen->last, sizeof(seen->last), "%s",
			 (const char *)(service[NXIA_SERVICE_ATTR_OPEN] + 1));
}

static void see_policy(const struct nlmsghdr *header, void *context)
{
	const struct nlattr *attributes[NXIA_ATTR_MAX + 1];
	struct seen_policy *seen = context;

	genl_parse(header, NXIA_ATTR_MAX, attributes);
	seen->messages++;
	seen->generation = number(attributes[NXIA_ATTR_GENERATION]);
	if (attributes[NXIA_ATTR_TAG])
		see_tag(attributes[NXIA_ATTR_TAG], seen);
	if (attributes[NXIA_ATTR_SINK])
		see_sink(attributes[NXIA_ATTR_SINK], seen);
	if (attributes[NXIA_ATTR_DOMAIN])
		see_domain(attributes[NXIA_ATTR_DOMAIN], seen);
	if (attributes[NXIA_ATTR_SERVICE])
		see_service(attributes[NXIA_ATTR_SERVICE], seen);
}

/* What is in force, and of it what is named @name. */
static struct seen_policy get(struct genl *genl, const char *name)
{
	struct seen_policy seen = { .name = name };
	struct genl_request request;

	genl_begin(&request, genl->family, NXIA_CMD_POLICY_GET, NLM_F_DUMP);
	EXPECT_OK(genl_talk(genl->socket, &request, see_policy, &seen));
	return seen;
}

static struct genl_reply status(struct genl *genl)
{
	struct genl_request request;
	struct genl_reply reply;

	genl_begin(&request, genl->family, NXIA_CMD_STATUS, NLM_F_ACK);
	EXPECT_EQ(genl_talk(genl->socket, &request, genl_see_reply, &reply), 1);
	return reply;
}

/* Two tags, two sinks, two domains, a service; what the tests start from. */
static void build_small(struct genl *genl)
{
	policy_begin(genl);
	policy_tag("secret", 0);
	policy_tag("local", 7);
	policy_sink(NXIA_SINK_LOOPBACK, 1 << 7);
	policy_sink(NXIA_SINK_TTY, 1 | 1 << 7);
	policy_domain("reader", 1 | 1 << 7, 1 << 7, 0);
	policy_end();
	policy_domain("remote", 0, 0, NXIA_DOMAIN_REMOTE);
	policy_end();
	policy_domain("unconfined", 0, 0, 0);
	policy_name(NXIA_DOMAIN_ATTR_ENTER, "reader");
	policy_end();
	policy_service("documents", NXIA_SERVICE_REMOTE);
	policy_name(NXIA_SERVICE_ATTR_REGISTER, "unconfined");
	policy_name(NXIA_SERVICE_ATTR_OPEN, "reader");
	policy_end();
}

TEST(none, "CMD_POLICY_GET: nothing before a policy was loaded")
{
	struct genl genl;
	struct genl_reply reply;

	fresh(&genl);
	EXPECT_EQ(get(&genl, NULL).messages, 0);
	reply = status(&genl);
	EXPECT_EQ(genl_u32(&reply, NXIA_ATTR_GENERATION), 0);
	EXPECT(!genl_has(&reply, NXIA_ATTR_SEALED));
}

TEST(load, "CMD_POLICY_LOAD: what was loaded is in force")
{
	struct seen_policy seen;
	struct genl_reply reply;
	struct genl genl;

	fresh(&genl);
	build_small(&genl);
	EXPECT_EQ(policy_load(&genl), 1);
	seen = get(&genl, "reader");
	EXPECT_EQ(seen.tags, 2);
	EXPECT_EQ(seen.sinks, NXIA_SINKS);
	EXPECT_EQ(seen.domains, 3);
	EXPECT_EQ(seen.services, 1);
	EXPECT_EQ(seen.generation, 1);
	EXPECT(seen.found && seen.id);
	EXPECT_EQ(seen.label, 1 | 1 << 7);
	EXPECT_EQ(seen.may_drop, 1 << 7);
	EXPECT_EQ(seen.sink_labels[NXIA_SINK_TTY], 1 | 1 << 7);
	EXPECT_EQ(seen.sink_labels[NXIA_SINK_LOOPBACK], 1 << 7);
	EXPECT_EQ(seen.sink_labels[NXIA_SINK_NET], 0);
	EXPECT_EQ(get(&genl, "local").bit, 7);
	EXPECT_EQ(get(&genl, "remote").flags, NXIA_DOMAIN_REMOTE);
	seen = get(&genl, "unconfined");
	EXPECT_EQ(seen.id, 0);
	EXPECT(!strcmp(seen.last, "reader"));
	seen = get(&genl, "documents");
	EXPECT_EQ(seen.flags, NXIA_SERVICE_REMOTE);
	EXPECT(!strcmp(seen.last, "reader"));
	reply = status(&genl);
	EXPECT_EQ(genl_u32(&reply, NXIA_ATTR_GENERATION), 1);
}

TEST(replaced, "CMD_POLICY_LOAD: takes the place of the whole old policy")
{
	struct seen_policy seen;
	struct genl genl;

	fresh(&genl);
	build_small(&genl);
	EXPECT_EQ(policy_load(&genl), 1);
	policy_begin(&genl);
	policy_domain("other", 0, 0, 0);
	policy_end();
	EXPECT_EQ(policy_load(&genl), 2);
	seen = get(&genl, "reader");
	EXPECT_EQ(seen.domains, 1);
	EXPECT_EQ(seen.tags + seen.services, 0);
	EXPECT_EQ(seen.sink_labels[NXIA_SINK_TTY], 0);
	EXPECT(!seen.found);
	policy_begin(&genl);
	EXPECT_EQ(policy_load(&genl), 3);
	EXPECT_EQ(get(&genl, NULL).domains, 0);
}

TEST(kept, "CMD_POLICY_LOAD: tags keep their bits, domains their numbers")
{
	struct genl genl;
	__u32 reader;

	fresh(&genl);
	build_small(&genl);
	EXPECT_EQ(policy_load(&genl), 1);
	reader = get(&genl, "reader").id;
	policy_begin(&genl);
	policy_tag("new", 7);
	policy_domain("first", 1 << 7, 0, 0);
	policy_end();
	EXPECT_EQ(policy_load(&genl), 2);
	EXPECT_EQ(get(&genl, "new").bit, 1);
	EXPECT_EQ(get(&genl, "first").label, 1 << 1);
	policy_begin(&genl);
	policy_tag("secret", 5);
	policy_tag("late", 0);
	policy_tag("local", 9);
	policy_domain("reader", 1 << 5 | 1 << 9, 0, 0);
	policy_end();
	EXPECT_EQ(policy_load(&genl), 3);
	EXPECT_EQ(get(&genl, "secret").bit, 0);
	EXPECT_EQ(get(&genl, "local").bit, 7);
	EXPECT_EQ(get(&genl, "late").bit, 2);
	EXPECT_EQ(get(&genl, "reader").id, reader);
	EXPECT_EQ(get(&genl, "reader").label, 1 | 1 << 7);
}

static void numbered(char name[NXIA_NAME_MAX], const char *what, int number)
{
	snprintf(name, NXIA_NAME_MAX, "%s-%d-with-a-long-name", what, number);
}

static void build_large(struct genl *genl, int domains)
{
	char name[NXIA_NAME_MAX];

	policy_begin(genl);
	for (int i = 0; i < TAGS; i++) {
		numbered(name, "tag", i);
		policy_tag(name, i);
	}
	for (int i = 0; i < domains; i++) {
		numbered(name, "domain", i);
		policy_domain(name, ~0ULL >> (i % TAGS), 1, 0);
		for (int j = 1; j < 16; j++) {
			numbered(name, "domain", (i + j) % domains);
			policy_name(NXIA_DOMAIN_ATTR_ENTER, name);
		}
		policy_end();
	}
}

TEST(large, "CMD_POLICY_LOAD: 64 tags and 1,000 domains in one transaction")
{
	struct seen_policy seen;
	struct genl genl;

	fresh(&genl);
	build_large(&genl, DOMAINS);
	EXPECT(policy_request()->header.nlmsg_len > 400000);
	EXPECT_EQ(policy_load(&genl), 1);
	seen = get(&genl, "domain-999-with-a-long-name");
	EXPECT_EQ(seen.tags, TAGS);
	EXPECT_EQ(seen.domains, DOMAINS);
	EXPECT_EQ(seen.enters, DOMAINS * 15);
	EXPECT(seen.found);
	EXPECT_EQ(seen.label, ~0ULL >> (999 % TAGS));
	/* The same again: nothing new is named, so nothing runs out. */
	EXPECT_EQ(policy_load(&genl), 2);
	policy_begin(&genl);
	policy_tag("one-more", 0);
	EXPECT_ERR(policy_load(&genl), ENOSPC);
	EXPECT_EQ(get(&genl, NULL).domains, DOMAINS);
}

TEST(long_list, "CMD_POLICY_GET: a domain with the longest list fits a message")
{
	struct genl genl;
	char name[NXIA_NAME_MAX];

	fresh(&genl);
	policy_begin(&genl);
	policy_domain("all", 0, 0, 0);
	for (int i = 0; i < 1024; i++) {
		numbered(name, "domain", i);
		policy_name(NXIA_DOMAIN_ATTR_ENTER, name);
	}
	policy_end();
	for (int i = 0; i < 1024; i++) {
		numbered(name, "domain", i);
		policy_domain(name, 0, 0, 0);
		policy_end();
	}
	EXPECT_EQ(policy_load(&genl), 1);
	EXPECT_EQ(get(&genl, NULL).enters, 1024);
	EXPECT_EQ(get(&genl, NULL).domains, 1025);
}

/* Broken policies.  Each begins with what is right, and leaves the old in force. */

static void expect_broken(struct genl *genl, int error)
{
	struct genl_reply reply;

	EXPECT_ERR(policy_load(genl), error);
	EXPECT(genl_ack.text[0]);
	EXPECT(genl_ack.offset < policy_request()->header.nlmsg_len);
	reply = status(genl);
	EXPECT_EQ(genl_u32(&reply, NXIA_ATTR_GENERATION), 1);
	EXPECT_EQ(get(genl, "reader").label, 1 | 1 << 7);
	EXPECT(!get(genl, "newcomer").found);
}

static void build_broken(struct genl *genl)
{
	policy_begin(genl);
	policy_tag("newtag", 20);
	policy_domain("newcomer", 1 << 20, 0, 0);
	policy_end();
}

static void old_policy(struct genl *genl)
{
	fresh(genl);
	build_small(genl);
	EXPECT_EQ(policy_load(genl), 1);
}

TEST(malformed, "CMD_POLICY_LOAD: EINVAL for what is malformed or missing")
{
	static const char * const names[] = { "", "-a", ".a", "_a", "A", "a b",
					      "a,b", "a/b", "a=b", "\xc3\xa4",
					      "a2345678901234567890123456789012" };
	struct genl genl;

	old_policy(&genl);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		build_broken(&genl);
		policy_tag(names[i], 3);
		expect_broken(&genl, EINVAL);
		build_broken(&genl);
		policy_domain(names[i], 0, 0, 0);
		policy_end();
		expect_broken(&genl, EINVAL);
		build_broken(&genl);
		policy_service(names[i], 0);
		policy_end();
		expect_broken(&genl, EINVAL);
		build_broken(&genl);
		policy_domain("enters", 0, 0, 0);
		policy_name(NXIA_DOMAIN_ATTR_ENTER, names[i]);
		policy_end();
		expect_broken(&genl, EINVAL);
	}
	for (int type = NXIA_ATTR_TAG; type <= NXIA_ATTR_SERVICE; type++) {
		build_broken(&genl);
		policy_open(type);
		policy_end();
		expect_broken(&genl, EINVAL);
	}
	build_broken(&genl);
	policy_open(NXIA_ATTR_TAG);
	policy_name(NXIA_TAG_NAME, "bitless");
	policy_end();
	expect_broken(&genl, EINVAL);
	build_broken(&genl);
	policy_domain("flagged", 0, 0, 1U << 31);
	policy_end();
	expect_broken(&genl, EINVAL);
	build_broken(&genl);
	policy_service("flagged", 1U << 31);
	policy_end();
	expect_broken(&genl, EINVAL);
	build_broken(&genl);
	policy_u32(NXIA_ATTR_SESSION, 1);
	expect_broken(&genl, EINVAL);
	build_broken(&genl);
	policy_open(NXIA_ATTR_DOMAIN);
	policy_name(NXIA_DOMAIN_ATTR_NAME, "unknown-attribute");
	policy_u32(NXIA_DOMAIN_ATTR_MAX + 1, 1);
	policy_end();
	expect_broken(&genl, EINVAL);
	build_broken(&genl);
	policy_open(NXIA_ATTR_DOMAIN);
	policy_name(NXIA_DOMAIN_ATTR_NAME, "numbered");
	policy_u32(NXIA_DOMAIN_ATTR_ID, 1);
	policy_end();
	expect_broken(&genl, EINVAL);
}

TEST(nonsense, "CMD_POLICY_LOAD: EINVAL for what makes no sense")
{
	struct genl genl;

	old_policy(&genl);
	build_broken(&genl);
	policy_domain("drops", 1 << 20, 3 << 20, 0);
	policy_end();
	policy_tag("newtag2", 21);
	expect_broken(&genl, EINVAL);
	build_broken(&genl);
	policy_domain("unconfined", 1 << 20, 0, 0);
	policy_end();
	expect_broken(&genl, EINVAL);
	build_broken(&genl);
	policy_domain("unconfined", 0, 0, NXIA_DOMAIN_AUTHORITY);
	policy_end();
	expect_broken(&genl, EINVAL);
	build_broken(&genl);
	policy_domain("leaves", 0, 0, 0);
	policy_name(NXIA_DOMAIN_ATTR_ENTER, "unconfined");
	policy_end();
	expect_broken(&genl, EINVAL);
}

TEST(too_large, "CMD_POLICY_LOAD: ERANGE for a large number")
{
	struct genl genl;

	old_policy(&genl);
	build_broken(&genl);
	policy_tag("high", 64);
	expect_broken(&genl, ERANGE);
	build_broken(&genl);
	policy_sink(NXIA_SINKS, 0);
	expect_broken(&genl, ERANGE);
}

TEST(twice, "CMD_POLICY_LOAD: EEXIST for what comes twice")
{
	struct genl genl;

	old_policy(&genl);
	build_broken(&genl);
	policy_tag("newtag", 21);
	expect_broken(&genl, EEXIST);
	build_broken(&genl);
	policy_tag("newtag2", 20);
	expect_broken(&genl, EEXIST);
	build_broken(&genl);
	policy_domain("newcomer", 0, 0, 0);
	policy_end();
	expect_broken(&genl, EEXIST);
	build_broken(&genl);
	policy_sink(1, 0);
	policy_sink(1, 0);
	expect_broken(&genl, EEXIST);
	build_broken(&genl);
	policy_service("service", 0);
	policy_end();
	policy_service("service", 0);
	policy_end();
	expect_broken(&genl, EEXIST);
	build_broken(&genl);
	policy_domain("enters", 0, 0, 0);
	policy_name(NXIA_DOMAIN_ATTR_ENTER, "newcomer");
	policy_name(NXIA_DOMAIN_ATTR_ENTER, "newcomer");
	policy_end();
	expect_broken(&genl, EEXIST);
}

TEST(unknown, "CMD_POLICY_LOAD: ENOENT for what the message does not have")
{
	struct genl genl;

	old_policy(&genl);
	build_broken(&genl);
	policy_domain("enters", 0, 0, 0);
	/* The old policy has it; that does not count. */
	policy_name(NXIA_DOMAIN_ATTR_ENTER, "reader");
	policy_end();
	expect_broken(&genl, ENOENT);
	build_broken(&genl);
	policy_service("service", 0);
	policy_name(NXIA_SERVICE_ATTR_OPEN, "nobody");
	policy_end();
	expect_broken(&genl, ENOENT);
	build_broken(&genl);
	policy_domain("labelled", 1, 0, 0);
	policy_end();
	expect_broken(&genl, ENOENT);
	build_broken(&genl);
	policy_sink(0, 1);
	expect_broken(&genl, ENOENT);
}

TEST(too_many, "CMD_POLICY_LOAD: ENOSPC for more than a boot can know")
{
	struct genl genl;
	char name[NXIA_NAME_MAX];

	old_policy(&genl);
	build_broken(&genl);
	for (int i = 0; i < TAGS - 2; i++) {
		numbered(name, "more", i);
		if (i != 20)
			policy_tag(name, i);
	}
	policy_tag("more-62", 62);
	policy_tag("more-63", 63);
	expect_broken(&genl, ENOSPC);
	build_broken(&genl);
	for (int i = 0; i < NXIA_DOMAINS_MAX; i++) {
		numbered(name, "more", i);
		policy_domain(name, 0, 0, 0);
		policy_end();
	}
	expect_broken(&genl, ENOSPC);
	/* What was refused used up nothing. */
	policy_begin(&genl);
	for (int i = 0; i < NXIA_DOMAINS_MAX - 2; i++) {
		numbered(name, "more", i);
		policy_domain(name, 0, 0, 0);
		policy_end();
	}
	EXPECT_EQ(policy_load(&genl), 2);
	policy_begin(&genl);
	policy_domain("newcomer", 0, 0, 0);
	policy_end();
	EXPECT_ERR(policy_load(&genl), ENOSPC);
}

TEST(cut, "CMD_POLICY_LOAD: a message cut anywhere leaves the old in force")
{
	struct genl_reply reply;
	struct genl genl;
	__u32 full;

	old_policy(&genl);
	build_broken(&genl);
	full = policy_request()->header.nlmsg_len;
	for (__u32 length = full - 4; length > NLMSG_LENGTH(GENL_HDRLEN);
	     length -= 4) {
		build_broken(&genl);
		policy_request()->header.nlmsg_len = length;
		/* The tag alone is a policy. */
		if (policy_load(&genl) > 0) {
			EXPECT(!get(&genl, "newcomer").found);
			build_small(&genl);
			EXPECT_OK(policy_load(&genl));
		}
		EXPECT_EQ(get(&genl, "reader").label, 1 | 1 << 7);
	}
	reply = status(&genl);
	EXPECT(genl_u32(&reply, NXIA_ATTR_GENERATION) <= 3);
}

TEST(readers, "CMD_POLICY_GET: a reader beside loads sees the one or the other")
{
	struct genl genl;
	pid_t child;

	fresh(&genl);
	build_large(&genl, 100);
	EXPECT_EQ(policy_load(&genl), 1);
	child = child_start();
	if (!child) {
		struct genl own;

		genl_open(&own);
		for (;;) {
			build_large(&own, 50);
			REQUIRE_OK(policy_load(&own));
			build_large(&own, 100);
			REQUIRE_OK(policy_load(&own));
		}
	}
	for (int i = 0; i < 30; i++) {
		struct seen_policy seen = get(&genl, NULL);

		EXPECT(seen.domains >= 50 && seen.domains <= 100);
		EXPECT_EQ(seen.tags, TAGS);
	}
	child_kill(child);
}

/* Permission */

static void expect_refused(void)
{
	struct genl_request request;
	struct genl genl;

	genl_open(&genl);
	genl_begin(&request, genl.family, NXIA_CMD_POLICY_LOAD, NLM_F_ACK);
	EXPECT_ERR(genl_talk(genl.socket, &request, NULL, NULL), EPERM);
	genl_begin(&request, genl.family, NXIA_CMD_POLICY_GET, NLM_F_DUMP);
	EXPECT_ERR(genl_talk(genl.socket, &request, NULL, NULL), EPERM);
	genl_begin(&request, genl.family, NXIA_CMD_POLICY_SEAL, NLM_F_ACK);
	EXPECT_ERR(genl_talk(genl.socket, &request, NULL, NULL), EPERM);
	genl_begin(&request, genl.family, NXIA_CMD_AUDIT_GET, NLM_F_DUMP);
	EXPECT_ERR(genl_talk(genl.socket, &request, NULL, NULL), EPERM);
}

TEST(user, "CMD_POLICY_LOAD: EPERM for a user, as for GET, SEAL and AUDIT_GET")
{
	become_user(1000);
	expect_refused();
}

static void drop_capability(int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};

	for (int i = 0; i <= CAP_LAST_CAP; i++) {
		if (i == capability)
			continue;
		data[i / 32].effective |= 1U << (i % 32);
		data[i / 32].permitted |= 1U << (i % 32);
	}
	REQUIRE(!syscall(SYS_capset, &header, data));
}

TEST(root_without, "CMD_POLICY_LOAD: EPERM for root without CAP_MAC_ADMIN")
{
	drop_capability(CAP_MAC_ADMIN);
	expect_refused();
}

TEST(namespace, "CMD_POLICY_LOAD: EPERM for the root of a user namespace")
{
	if (unshare(CLONE_NEWUSER))
		test_skip("unshare(CLONE_NEWUSER): %s", strerror(errno));
	expect_refused();
}

TEST(no_shim, "CMD_POLICY_SEAL: EOPNOTSUPP where the kernel has no LSM shim")
{
	struct genl_request request;
	struct genl genl;
	int session = nxia_session();

	if (nxia_info(session).flags & NXIA_INFO_ENFORCING)
		test_skip("the kernel has it");
	close(session);
	genl_open(&genl);
	genl_begin(&request, genl.family, NXIA_CMD_POLICY_SEAL, NLM_F_ACK);
	EXPECT_ERR(genl_talk(genl.socket, &request, NULL, NULL), EOPNOTSUPP);
}
