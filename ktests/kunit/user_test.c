// SPDX-License-Identifier: GPL-2.0-only
/*
 * What users hold, and the limits on it.
 */
#include <kunit/test.h>

#include "user.h"

/* Users that no one else is. */
#define A	KUIDT_INIT(0x7ffffff0)
#define B	KUIDT_INIT(0x7ffffff1)

static struct nxia_user *find(struct kunit *test, kuid_t uid)
{
	struct nxia_user *user = nxia_user_find(uid);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, user);
	return user;
}

static long used(struct nxia_user *user, enum nxia_charge what)
{
	return atomic_long_read(&user->used[what]);
}

static void one_account_for_a_user(struct kunit *test)
{
	struct nxia_user *a = find(test, A), *b = find(test, B), *again = find(test, A);

	KUNIT_EXPECT_PTR_EQ(test, a, again);
	KUNIT_EXPECT_PTR_NE(test, a, b);
	KUNIT_EXPECT_TRUE(test, uid_eq(a->uid, A));
	nxia_user_put(again);
	nxia_user_put(b);
	nxia_user_put(a);
}

static void charge_ends_at_the_limit(struct kunit *test)
{
	struct nxia_user *user = find(test, A);
	enum nxia_charge what;

	for (what = 0; what < NXIA_CHARGE_MAX; what++) {
		long limit = nxia_user_limit(what);

		KUNIT_EXPECT_EQ(test, -EDQUOT, nxia_user_charge(user, what, limit + 1));
		KUNIT_EXPECT_EQ(test, 0, used(user, what));
		KUNIT_EXPECT_EQ(test, 0, nxia_user_charge(user, what, limit));
		KUNIT_EXPECT_EQ(test, -EDQUOT, nxia_user_charge(user, what, 1));
		KUNIT_EXPECT_EQ(test, limit, used(user, what));
		nxia_user_uncharge(user, what, 1);
		KUNIT_EXPECT_EQ(test, 0, nxia_user_charge(user, what, 1));
		nxia_user_uncharge(user, what, limit);
		KUNIT_EXPECT_EQ(test, 0, used(user, what));
	}
	nxia_user_put(user);
}

static void one_is_not_charged_for_another(struct kunit *test)
{
	struct nxia_user *a = find(test, A), *b = find(test, B);
	long limit = nxia_user_limit(NXIA_CHARGE_CAPS);

	KUNIT_EXPECT_EQ(test, 0, nxia_user_charge(a, NXIA_CHARGE_CAPS, limit));
	KUNIT_EXPECT_EQ(test, 0, nxia_user_charge(b, NXIA_CHARGE_CAPS, limit));
	KUNIT_EXPECT_EQ(test, 0, nxia_user_charge(a, NXIA_CHARGE_OBJECTS, 1));
	nxia_user_uncharge(a, NXIA_CHARGE_OBJECTS, 1);
	nxia_user_uncharge(a, NXIA_CHARGE_CAPS, limit);
	nxia_user_uncharge(b, NXIA_CHARGE_CAPS, limit);
	nxia_user_put(b);
	nxia_user_put(a);
}

static void total_is_of_all(struct kunit *test)
{
	struct nxia_user *a = find(test, A), *b = find(test, B);
	unsigned long before = nxia_user_total(NXIA_CHARGE_PAGES);

	KUNIT_EXPECT_EQ(test, 0, nxia_user_charge(a, NXIA_CHARGE_PAGES, 3));
	KUNIT_EXPECT_EQ(test, 0, nxia_user_charge(b, NXIA_CHARGE_PAGES, 4));
	KUNIT_EXPECT_EQ(test, before + 7, nxia_user_total(NXIA_CHARGE_PAGES));
	nxia_user_uncharge(a, NXIA_CHARGE_PAGES, 3);
	nxia_user_uncharge(b, NXIA_CHARGE_PAGES, 4);
	nxia_user_put(b);
	nxia_user_put(a);
}

static struct kunit_case user_cases[] = {
	KUNIT_CASE(one_account_for_a_user),
	KUNIT_CASE(charge_ends_at_the_limit),
	KUNIT_CASE(one_is_not_charged_for_another),
	KUNIT_CASE(total_is_of_all),
	{}
};

static struct kunit_suite user_suite = {
	.name = "nxia_user",
	.test_cases = user_cases,
};

kunit_test_suite(user_suite);
