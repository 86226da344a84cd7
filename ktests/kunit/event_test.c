// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: when they come, once, and in which order.
 */
#include <kunit/test.h>

#include "call.h"
#include "event.h"
#include "thing.h"

/* EVENT: the handle that it is about, or a negative errno. */
static s64 take(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_call call = { .session = f->session };
	int err = nxia_event_take(&call);

	if (err)
		return err;
	KUNIT_EXPECT_EQ(test, NXIA_EVENT_LAST_REFERENCE, call.arg.event.type);
	return call.arg.event.handle;
}

static int watch(struct kunit *test, u64 handle)
{
	struct fixture *f = test->priv;
	struct nxia_call call = { .session = f->session };

	call.arg.watch.handle = handle;
	return nxia_event_watch(&call);
}

static struct nxia_cap *cap_at(struct kunit *test, u64 handle)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = nxia_session_get(f->session, handle, 0, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cap);
	nxia_cap_put(cap);
	return cap;
}

static void event_comes_at_once(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 handle = install(test);

	KUNIT_EXPECT_EQ(test, -EAGAIN, take(test));
	KUNIT_EXPECT_EQ(test, 0, watch(test, handle));
	KUNIT_EXPECT_FALSE(test, list_empty(&f->session->events));
	KUNIT_EXPECT_EQ(test, handle, take(test));
	KUNIT_EXPECT_EQ(test, -EAGAIN, take(test));
	nxia_session_drop(f->session, handle);
}

static void event_comes_with_the_last(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 handle = install(test);
	struct nxia_cap *first = derive(test, cap_at(test, handle));
	struct nxia_cap *second = derive(test, cap_at(test, handle));

	KUNIT_EXPECT_EQ(test, 0, watch(test, handle));
	KUNIT_EXPECT_EQ(test, 0, watch(test, handle));
	nxia_cap_close(first);
	KUNIT_EXPECT_EQ(test, -EAGAIN, take(test));
	nxia_cap_close(second);
	KUNIT_EXPECT_EQ(test, handle, take(test));
	KUNIT_EXPECT_EQ(test, -EAGAIN, take(test));
	/* It is over. */
	nxia_cap_close(derive(test, cap_at(test, handle)));
	KUNIT_EXPECT_EQ(test, -EAGAIN, take(test));
	nxia_session_drop(f->session, handle);
}

static void event_comes_with_revoke(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 handle = install(test);
	struct nxia_cap *cap = cap_at(test, handle), *child = derive(test, cap);

	KUNIT_EXPECT_EQ(test, 0, watch(test, handle));
	KUNIT_EXPECT_EQ(test, 1, nxia_cap_revoke(cap));
	KUNIT_EXPECT_EQ(test, handle, take(test));
	nxia_cap_close(child);
	KUNIT_EXPECT_EQ(test, -EAGAIN, take(test));
	nxia_session_drop(f->session, handle);
}

static void event_is_lost_with_its_capability(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 first = install(test), second = install(test);

	KUNIT_EXPECT_EQ(test, 0, watch(test, first));
	KUNIT_EXPECT_EQ(test, 0, watch(test, second));
	nxia_session_drop(f->session, first);
	KUNIT_EXPECT_EQ(test, second, take(test));
	KUNIT_EXPECT_EQ(test, -EAGAIN, take(test));
	nxia_session_drop(f->session, second);
	KUNIT_EXPECT_TRUE(test, list_empty(&f->session->events));
}

static void events_come_in_order(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 first = install(test), second = install(test), third = install(test);

	watch(test, second);
	watch(test, third);
	watch(test, first);
	KUNIT_EXPECT_EQ(test, second, take(test));
	KUNIT_EXPECT_EQ(test, third, take(test));
	KUNIT_EXPECT_EQ(test, first, take(test));
	nxia_session_drop(f->session, first);
	nxia_session_drop(f->session, second);
	nxia_session_drop(f->session, third);
}

static void watch_needs_a_live_capability(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 handle = install(test);

	KUNIT_EXPECT_EQ(test, -EBADF, watch(test, handle + 1));
	nxia_cap_revoke(f->root);
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, watch(test, handle));
	KUNIT_EXPECT_EQ(test, -EAGAIN, take(test));
	nxia_session_drop(f->session, handle);
}

static struct kunit_case event_cases[] = {
	KUNIT_CASE(event_comes_at_once),
	KUNIT_CASE(event_comes_with_the_last),
	KUNIT_CASE(event_comes_with_revoke),
	KUNIT_CASE(event_is_lost_with_its_capability),
	KUNIT_CASE(events_come_in_order),
	KUNIT_CASE(watch_needs_a_live_capability),
	{}
};

static struct kunit_suite event_suite = {
	.name = "nxia_event",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = event_cases,
};

kunit_test_suite(event_suite);
