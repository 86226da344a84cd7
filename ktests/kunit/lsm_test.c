// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's decisions about labelled tasks, and the shim's registration.
 *
 * Has a copy of kmod/lsm.c of its own, so it sees the statics and runs whether
 * or not nxia.ko is loaded.
 */
#include "lsm.c"

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/init_task.h>
#include <net/net_namespace.h>

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

		KUNIT_EXPECT_EQ_MSG(test, check_flow(&from, flows[i].to),
				    flows[i].want, "flow %zu", i);
	}
}

static void ptrace_test(struct kunit *test)
{
	const struct nxia_cred none = {}, a = { .label = TAG_A };
	const struct nxia_cred drops = { .label = TAG_A, .may_drop = TAG_A };

	KUNIT_EXPECT_EQ(test, check_ptrace(&none, &a, PTRACE_MODE_READ),
			-EPERM);
	KUNIT_EXPECT_EQ(test, check_ptrace(&a, &none, PTRACE_MODE_READ), 0);
	KUNIT_EXPECT_EQ(test, check_ptrace(&a, &none, PTRACE_MODE_ATTACH),
			-EPERM);
	KUNIT_EXPECT_EQ(test, check_ptrace(&a, &a, PTRACE_MODE_ATTACH), 0);
	KUNIT_EXPECT_EQ(test, check_ptrace(&drops, &none, PTRACE_MODE_ATTACH),
			0);
	KUNIT_EXPECT_EQ(test, check_ptrace(&none, &drops, PTRACE_MODE_ATTACH),
			0);
}

static int connect_as(struct kunit *test, int family, u64 label, u64 may_drop)
{
	const struct sockaddr_in address = { .sin_family = family };
	const struct cred *old;
	struct socket *sock;
	struct cred *cred;
	int err;

	cred = labelled(test, label, may_drop);
	err = sock_create_kern(&init_net, family, SOCK_STREAM, 0, &sock);
	if (err) {
		put_cred(cred);
		kunit_skip(test, "no sockets of family %d: %d", family, err);
	}
	old = override_creds(cred);
	err = check_connect(sock, (const struct sockaddr *)&address,
			    sizeof(address));
	revert_creds(old);
	put_cred(cred);
	sock_release(sock);
	return err;
}

static void connect_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, connect_as(test, AF_INET, TAG_A, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, connect_as(test, AF_INET, TAG_A, TAG_A), 0);
	KUNIT_EXPECT_EQ(test, connect_as(test, AF_INET, TAG_A | TAG_B, TAG_A),
			-EPERM);
	KUNIT_EXPECT_EQ(test, connect_as(test, AF_UNIX, TAG_A, 0), 0);
}

static void inherit_test(struct kunit *test)
{
	struct cred *cred = labelled(test, TAG_A, TAG_B), *copy;
	const struct cred *old = override_creds(cred);
	u64 label = 0;
	u32 domain = 0;

	nxia_lsm_identity(&label, &domain);
	copy = prepare_creds();
	revert_creds(old);
	put_cred(cred);
	KUNIT_EXPECT_EQ(test, label, TAG_A);
	KUNIT_EXPECT_EQ(test, domain, 7);

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

/* All of it without nxia.ko; with it, that nobody registers beside it. */
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

MODULE_DESCRIPTION("KUnit tests of NXIA's decisions about labelled tasks");
MODULE_AUTHOR("NXIA maintainers");
MODULE_LICENSE("GPL");
