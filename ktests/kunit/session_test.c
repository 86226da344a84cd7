// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions: their numbers, and the table of what they hold.
 */
#include <kunit/test.h>

#include "thing.h"

static int get_error(struct kunit *test, u64 handle, enum nxia_type type, u64 rights)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = nxia_session_get(f->session, handle, type, rights);

	if (IS_ERR(cap))
		return PTR_ERR(cap);
	nxia_cap_put(cap);
	return 0;
}

static void session_finds(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 handle = install(test);

	KUNIT_EXPECT_NE(test, 0, handle);
	KUNIT_EXPECT_EQ(test, 1, f->thing->installed);
	KUNIT_EXPECT_EQ(test, 0, get_error(test, handle, 0, 0));
	KUNIT_EXPECT_EQ(test, 0, get_error(test, handle, NXIA_TYPE_ENDPOINT, RIGHTS));
	KUNIT_EXPECT_EQ(test, -ENOTTY, get_error(test, handle, NXIA_TYPE_CHANNEL, 0));
	KUNIT_EXPECT_EQ(test, -EPERM, get_error(test, handle, 0, NXIA_RIGHT_CONNECT));
	KUNIT_EXPECT_EQ(test, -EBADF, get_error(test, 0, 0, 0));
	KUNIT_EXPECT_EQ(test, -EBADF, get_error(test, handle + 1, 0, 0));
	KUNIT_EXPECT_EQ(test, -EBADF, get_error(test, U64_MAX, 0, 0));
	nxia_cap_revoke(f->root);
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, get_error(test, handle, 0, 0));
	KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(f->session, handle));
	KUNIT_EXPECT_EQ(test, -EBADF, get_error(test, handle, 0, 0));
	KUNIT_EXPECT_EQ(test, -EBADF, nxia_session_drop(f->session, handle));
}

static void session_never_reuses_handles(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 last = 0;
	int i;

	for (i = 0; i < 100; i++) {
		u64 handle = install(test);

		KUNIT_EXPECT_GT(test, handle, last);
		last = handle;
		KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(f->session, handle));
	}
}

static void session_installs_batches(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *caps[3];
	int i;

	for (i = 0; i < 3; i++)
		caps[i] = derive(test, f->root);
	KUNIT_ASSERT_EQ(test, 0, nxia_session_install(f->session, caps, 3));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, caps[0]->handle + i, caps[i]->handle);
		KUNIT_EXPECT_EQ(test, 0, get_error(test, caps[i]->handle, 0, 0));
		KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(f->session, caps[i]->handle));
		nxia_cap_put(caps[i]);
	}
}

static void session_counts(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned long sessions = nxia_session_count();
	struct nxia_session *other = nxia_session_create();
	u64 handle = install(test);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_EXPECT_EQ(test, sessions + 1, nxia_session_count());
	KUNIT_EXPECT_NE(test, f->session->id, other->id);
	KUNIT_EXPECT_EQ(test, 1, nxia_session_caps(f->session));
	KUNIT_EXPECT_EQ(test, 0, nxia_session_caps(other));
	nxia_session_close(other);
	KUNIT_EXPECT_EQ(test, sessions, nxia_session_count());
	KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(f->session, handle));
	KUNIT_EXPECT_EQ(test, 0, nxia_session_caps(f->session));
}

static void session_is_found_by_number(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 id = f->session->id;

	KUNIT_EXPECT_PTR_EQ(test, f->session, nxia_session_find(&id, false));
	KUNIT_EXPECT_EQ(test, f->session->id, id);
	nxia_session_put(f->session);
	KUNIT_EXPECT_PTR_EQ(test, f->session, nxia_session_find(&id, true));
	nxia_session_put(f->session);
	id = S32_MAX;
	KUNIT_EXPECT_NULL(test, nxia_session_find(&id, false));
}

static void session_goes_on_from_a_handle(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 first = install(test), second = install(test), at = 0;
	struct nxia_cap *cap;

	cap = nxia_session_next(f->session, &at);
	KUNIT_ASSERT_NOT_NULL(test, cap);
	KUNIT_EXPECT_EQ(test, first, at);
	nxia_cap_put(cap);
	at++;
	cap = nxia_session_next(f->session, &at);
	KUNIT_ASSERT_NOT_NULL(test, cap);
	KUNIT_EXPECT_EQ(test, second, at);
	nxia_cap_put(cap);
	at++;
	KUNIT_EXPECT_NULL(test, nxia_session_next(f->session, &at));
	nxia_session_drop(f->session, first);
	nxia_session_drop(f->session, second);
}

static void session_closes_what_it_holds(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_session *other = nxia_session_create();
	struct nxia_cap *cap = derive(test, f->root), *child;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_ASSERT_EQ(test, 0, nxia_session_install(other, &cap, 1));
	child = derive(test, cap);
	nxia_session_close(other);
	KUNIT_EXPECT_EQ(test, -EBADF, nxia_cap_error(cap));
	KUNIT_EXPECT_EQ(test, 1, f->thing->died);
	KUNIT_EXPECT_PTR_EQ(test, f->root, child->parent);
	nxia_cap_put(cap);
	nxia_cap_close(child);
}

static struct kunit_case session_cases[] = {
	KUNIT_CASE(session_finds),
	KUNIT_CASE(session_never_reuses_handles),
	KUNIT_CASE(session_installs_batches),
	KUNIT_CASE(session_counts),
	KUNIT_CASE(session_is_found_by_number),
	KUNIT_CASE(session_goes_on_from_a_handle),
	KUNIT_CASE(session_closes_what_it_holds),
	{}
};

static struct kunit_suite session_suite = {
	.name = "nxia_session",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = session_cases,
};

kunit_test_suite(session_suite);
