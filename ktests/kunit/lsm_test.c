// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's decisions about what is labelled, and the shim's registration.
 *
 * Has a copy of the decisions of its own, so it sees the statics; policy and audit
 * are those of nxia.ko.
 */
#include "lsm.c"
#include "lsm_file.c"
#include "lsm_flow.c"
#include "lsm_inode.c"
#undef RULE_OBJECT
#include "lsm_ipc.c"
#undef RULE_FOLLOW
#include "lsm_socket.c"
#undef RULE_FOLLOW
#include "lsm_task.c"

#include <kunit/test.h>
#include <linux/file.h>
#include <linux/init_task.h>
#include <net/net_namespace.h>

#include "compat.h"

#define TAG_A	BIT_ULL(0)
#define TAG_B	BIT_ULL(63)

static struct cred *labelled(struct kunit *test, u64 label, u64 may_drop)
{
	const struct nxia_cred value = {
		.label = label,
		.may_drop = may_drop,
		.domain = 7,
	};
	struct cred *cred = prepare_creds();
	int err;

	KUNIT_ASSERT_NOT_NULL(test, cred);
	err = nxia_cred_set(cred, &value);
	if (err) {
		abort_creds(cred);
		kunit_skip(test, "the kernel runs without the NXIA LSM");
	}
	return cred;
}

/* Each test has a thread of its own, so nobody has to become what it was. */
static void become(struct kunit *test, u64 label, u64 may_drop)
{
	commit_creds(labelled(test, label, may_drop));
}

static const struct nxia_act act = { .operation = "test", .quiet = true };

static void flow_test(struct kunit *test)
{
	static const struct {
		u64 label, may_drop, to;
		int want;
	} flows[] = {
		{ 0, 0, 0, 0 },
		{ 0, 0, TAG_A, 0 },
		{ TAG_A, 0, 0, -EPERM },
		{ TAG_A, 0, TAG_A, 0 },
		{ TAG_A, 0, TAG_B, -EPERM },
		{ TAG_A, TAG_A, 0, 0 },
		{ TAG_A, TAG_B, 0, -EPERM },
		{ TAG_A | TAG_B, TAG_A, 0, -EPERM },
		{ TAG_A | TAG_B, TAG_A, TAG_B, 0 },
		{ TAG_A | TAG_B, 0, TAG_A, -EPERM },
		{ ~0ULL, 0, ~0ULL, 0 },
		{ ~0ULL, ~TAG_B, 0, -EPERM },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flows); i++) {
		const struct nxia_cred from = {
			.label = flows[i].label,
			.may_drop = flows[i].may_drop,
		};

		KUNIT_EXPECT_EQ_MSG(test, nxia_flow_between(&from, flows[i].to, "", &act),
				    flows[i].want, "flow %zu", i);
		become(test, flows[i].label, flows[i].may_drop);
		KUNIT_EXPECT_EQ_MSG(test, nxia_flow_out(flows[i].to, "", &act),
				    flows[i].want, "flow %zu", i);
	}
	become(test, TAG_A, TAG_A);
	KUNIT_EXPECT_EQ(test, nxia_flow_in(0, "", &act), 0);
	KUNIT_EXPECT_EQ(test, nxia_flow_in(TAG_A, "", &act), 0);
	KUNIT_EXPECT_EQ(test, nxia_flow_in(TAG_A | TAG_B, "", &act), -EPERM);
	become(test, 0, 0);
	KUNIT_EXPECT_EQ(test, nxia_flow_in(TAG_A, "", &act), -EPERM);
}

static void ptrace_test(struct kunit *test)
{
	const unsigned int read = PTRACE_MODE_READ | PTRACE_MODE_NOAUDIT;
	const unsigned int attach = PTRACE_MODE_ATTACH | PTRACE_MODE_NOAUDIT;
	const struct nxia_cred none = {}, a = { .label = TAG_A };
	const struct nxia_cred drops = { .label = TAG_A, .may_drop = TAG_A };
	const struct nxia_cred master = { .flags = NXIA_DOMAIN_AUTHORITY };
	const struct nxia_cred remote = { .flags = NXIA_DOMAIN_REMOTE };

	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&none, &master, read), 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&none, &master, attach), -EPERM);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&master, &none, attach), 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&remote, &none, attach), -EPERM);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&none, &remote, attach), 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&none, &a, read), -EPERM);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&a, &none, read), 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&a, &none, attach), -EPERM);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&a, &a, attach), 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&drops, &none, attach), 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_ptrace(&none, &drops, attach), -EPERM);
}

static int connect_as(struct kunit *test, int family, u64 label, u64 may_drop)
{
	struct sockaddr_in address = {
		.sin_family = family,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct socket *sock;
	int err;

	become(test, label, may_drop);
	err = sock_create_kern(&init_net, family, SOCK_STREAM, 0, &sock);
	if (err)
		kunit_skip(test, "no sockets of family %d: %d", family, err);
	err = nxia_lsm_socket_connect(sock, (struct sockaddr *)&address,
				      sizeof(address));
	sock_release(sock);
	return err;
}

/* Without a policy nothing is let out. The socket is the kernel's: unlabelled. */
static void connect_test(struct kunit *test)
{
	if (nxia_policy_sink(NXIA_SINK_LOOPBACK) & (TAG_A | TAG_B))
		kunit_skip(test, "a policy is in force");
	KUNIT_EXPECT_EQ(test, connect_as(test, AF_INET, TAG_A, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, connect_as(test, AF_INET, TAG_A, TAG_A), 0);
	KUNIT_EXPECT_EQ(test, connect_as(test, AF_INET, TAG_A | TAG_B, TAG_A),
			-EPERM);
	KUNIT_EXPECT_EQ(test, connect_as(test, AF_UNIX, 0, 0), 0);
}

static void address_test(struct kunit *test)
{
	struct in6_addr mapped = {};

	KUNIT_EXPECT_TRUE(test, is_loopback4(htonl(INADDR_LOOPBACK)));
	KUNIT_EXPECT_TRUE(test, is_loopback4(htonl(0x7f123456)));
	KUNIT_EXPECT_TRUE(test, is_loopback4(htonl(INADDR_ANY)));
	KUNIT_EXPECT_FALSE(test, is_loopback4(htonl(0x0a000001)));
	KUNIT_EXPECT_FALSE(test, is_loopback4(htonl(INADDR_BROADCAST)));
	KUNIT_EXPECT_TRUE(test, is_loopback6(&in6addr_loopback));
	KUNIT_EXPECT_TRUE(test, is_loopback6(&in6addr_any));
	ipv6_addr_set_v4mapped(htonl(INADDR_LOOPBACK), &mapped);
	KUNIT_EXPECT_TRUE(test, is_loopback6(&mapped));
	ipv6_addr_set_v4mapped(htonl(0x0a000001), &mapped);
	KUNIT_EXPECT_FALSE(test, is_loopback6(&mapped));
}

static void device_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_neutral_device(MKDEV(MEM_MAJOR, 3)));
	KUNIT_EXPECT_FALSE(test, is_neutral_device(MKDEV(MEM_MAJOR, 1)));
	KUNIT_EXPECT_FALSE(test, is_neutral_device(MKDEV(MEM_MAJOR, 11)));
	KUNIT_EXPECT_FALSE(test, is_neutral_device(MKDEV(MISC_MAJOR, 229)));
	KUNIT_EXPECT_TRUE(test, is_terminal(MKDEV(TTYAUX_MAJOR, 0)));
	KUNIT_EXPECT_TRUE(test, is_terminal(MKDEV(UNIX98_PTY_SLAVE_MAJOR, 9)));
	KUNIT_EXPECT_TRUE(test, is_terminal(MKDEV(TTY_MAJOR, 64)));
	KUNIT_EXPECT_FALSE(test, is_terminal(MKDEV(MEM_MAJOR, 3)));
}

static void capable_test(struct kunit *test)
{
	struct cred *cred = labelled(test, TAG_A, 0);

	KUNIT_EXPECT_EQ(test, nxia_lsm_capable(cred, &init_user_ns, CAP_CHOWN,
					       CAP_OPT_NOAUDIT), 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_capable(cred, &init_user_ns, CAP_SYS_ADMIN,
					       CAP_OPT_NOAUDIT), -EPERM);
	put_cred(cred);
	cred = labelled(test, TAG_A, TAG_A);
	KUNIT_EXPECT_EQ(test, nxia_lsm_capable(cred, &init_user_ns, CAP_SYS_ADMIN,
					       CAP_OPT_NOAUDIT), 0);
	put_cred(cred);
}

static void gains_test(struct kunit *test)
{
	const struct nxia_cred a = { .label = TAG_A };
	const struct nxia_cred ab = { .label = TAG_A | TAG_B };
	const struct nxia_cred drops = { .label = TAG_A, .may_drop = TAG_A };
	const struct nxia_cred master = { .flags = NXIA_DOMAIN_AUTHORITY };
	const struct nxia_cred remote = { .flags = NXIA_DOMAIN_REMOTE };
	const struct nxia_cred none = {};

	KUNIT_EXPECT_FALSE(test, gains(&none, &a));
	KUNIT_EXPECT_FALSE(test, gains(&a, &ab));
	KUNIT_EXPECT_TRUE(test, gains(&ab, &a));
	KUNIT_EXPECT_TRUE(test, gains(&a, &drops));
	KUNIT_EXPECT_FALSE(test, gains(&drops, &a));
	KUNIT_EXPECT_TRUE(test, gains(&none, &master));
	KUNIT_EXPECT_FALSE(test, gains(&master, &none));
	KUNIT_EXPECT_FALSE(test, gains(&none, &remote));
	KUNIT_EXPECT_TRUE(test, gains(&remote, &none));
}

static void parse_test(struct kunit *test)
{
	static const char *const malformed[] = {
		"", " ", "label", "label=,", "Label=", "domain=", "label= x",
		"label=\n", "domain", "labe",
	};
	struct nxia_label object = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(malformed); i++)
		KUNIT_EXPECT_NE_MSG(test, nxia_lsm_inode_parse(malformed[i], strlen(malformed[i]),
							       &object),
				    0, "%s", malformed[i]);
	KUNIT_EXPECT_EQ(test, nxia_lsm_inode_parse("label=", 6, &object), 0);
	KUNIT_EXPECT_EQ(test, object.label, 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_inode_parse("label=\0", 7, &object), 0);
	KUNIT_EXPECT_EQ(test, nxia_lsm_inode_parse("label=no.such.tag", 17, &object),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, nxia_lsm_inode_parse("domain=no.such", 14, &object),
			-ENOENT);
}

static void inherit_test(struct kunit *test)
{
	struct cred *cred = labelled(test, TAG_A, TAG_B), *copy;
	const struct cred *old = override_creds(cred);
	struct nxia_identity identity = {};

	nxia_lsm_identity(current_cred(), &identity);
	copy = prepare_creds();
	revert_creds(old);
	put_cred(cred);
	KUNIT_EXPECT_EQ(test, identity.label, TAG_A);
	KUNIT_EXPECT_EQ(test, identity.may_drop, TAG_B);
	KUNIT_EXPECT_EQ(test, identity.domain, 7);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, nxia_cred_get(copy)->label, TAG_A);
	KUNIT_EXPECT_EQ(test, nxia_cred_get(copy)->may_drop, TAG_B);
	KUNIT_EXPECT_EQ(test, nxia_cred_get(copy)->domain, 7);
	abort_creds(copy);
}

/* What the kernel does for itself has the label of init: none. */
static void kernel_cred_test(struct kunit *test)
{
	const struct cred *old;
	struct cred *cred, *service;

	cred = labelled(test, TAG_A, 0);
	old = override_creds(cred);
	service = prepare_kernel_cred(&init_task);
	revert_creds(old);
	put_cred(cred);
	KUNIT_ASSERT_NOT_NULL(test, service);
	KUNIT_EXPECT_EQ(test, nxia_cred_get(service)->label, 0);
	put_cred(service);
}

static void mismatch_test(struct kunit *test)
{
	struct nxia_lsm_ops other = nxia_ops;

	put_cred(labelled(test, 0, 0));
	other.abi++;
	KUNIT_EXPECT_EQ(test, nxia_lsm_register(&other, NULL), -EPROTO);
	other = nxia_ops;
	other.size -= sizeof(void *);
	KUNIT_EXPECT_EQ(test, nxia_lsm_register(&other, NULL), -EPROTO);
	other = nxia_ops;
	other.ptrace = NULL;
	KUNIT_EXPECT_EQ(test, nxia_lsm_register(&other, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, nxia_lsm_unregister(&other), -ENOENT);
}

/* nxia.ko is there, for its policy is used: nobody registers beside it. */
static void register_test(struct kunit *test)
{
	const struct nxia_lsm_ops other = nxia_ops;
	int err;

	put_cred(labelled(test, 0, 0));
	err = nxia_lsm_start();
	if (err == -EBUSY) {
		KUNIT_EXPECT_FALSE(test, nxia_lsm_enforcing());
		return;
	}
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_TRUE(test, nxia_lsm_enforcing());
	KUNIT_EXPECT_EQ(test, nxia_lsm_register(&other, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, nxia_lsm_unregister(&other), -ENOENT);
	nxia_lsm_stop();
	KUNIT_EXPECT_FALSE(test, nxia_lsm_enforcing());
	KUNIT_EXPECT_EQ(test, nxia_lsm_unregister(&nxia_ops), -ENOENT);
	KUNIT_EXPECT_EQ(test, nxia_lsm_seal(), -ENOENT);
}

static struct kunit_case lsm_cases[] = {
	KUNIT_CASE(flow_test),
	KUNIT_CASE(ptrace_test),
	KUNIT_CASE(connect_test),
	KUNIT_CASE(address_test),
	KUNIT_CASE(device_test),
	KUNIT_CASE(capable_test),
	KUNIT_CASE(gains_test),
	KUNIT_CASE(parse_test),
	KUNIT_CASE(inherit_test),
	KUNIT_CASE(kernel_cred_test),
	KUNIT_CASE(mismatch_test),
	KUNIT_CASE(register_test),
	{}
};

static struct kunit_suite lsm_suite = {
	.name = "nxia_lsm",
	.test_cases = lsm_cases,
};

kunit_test_suite(lsm_suite);

NXIA_IMPORT_KUNIT();
MODULE_DESCRIPTION("KUnit tests of NXIA's decisions about labelled tasks");
MODULE_AUTHOR("NXIA maintainers");
MODULE_LICENSE("GPL");
