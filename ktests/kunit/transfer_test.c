// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities in flight.
 */
#include <kunit/test.h>

#include "pair.h"
#include "transfer.h"
#include "user_memory.h"

static struct nxia_transfer_cap __user *array(struct kunit *test)
{
	return (void __user *)user_mapped(test, NULL, PROT_READ | PROT_WRITE, 0, PAGE_SIZE);
}

/* Sends @count children of the endpoint with badges from 1 on. */
static int send(struct kunit *test, unsigned int count)
{
	struct pair *p = test->priv;
	struct nxia_transfer_cap __user *caps = array(test);
	struct nxia_call call = { .session = p->session };
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct nxia_transfer_cap cap = { p->endpoint, NXIA_RIGHT_CONNECT, i + 1 };

		KUNIT_ASSERT_EQ(test, 0, copy_to_user(&caps[i], &cap, sizeof(cap)));
	}
	call.arg.transfer = (struct nxia_transfer) {
		.channel = p->client.handle, .caps = (uintptr_t)caps, .count = count,
	};
	return nxia_transfer_send(&call);
}

/* Receives up to @room; the badge of the first, or a negative errno. */
static s64 receive(struct kunit *test, unsigned int room, unsigned int *count)
{
	struct pair *p = test->priv;
	struct nxia_transfer_cap __user *caps = array(test);
	struct nxia_call call = { .session = p->session };
	struct nxia_transfer_cap first;
	int err;

	call.arg.receive = (struct nxia_receive) {
		.channel = p->server.handle, .caps = (uintptr_t)caps, .count = room,
	};
	err = nxia_transfer_receive(&call);
	*count = call.arg.receive.count;
	if (err)
		return err;
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(&first, caps, sizeof(first)));
	return first.badge;
}

static u64 descendants(struct kunit *test)
{
	struct pair *p = test->priv;
	struct nxia_cap *cap = nxia_session_get(p->session, p->endpoint, 0, 0);
	u64 count;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cap);
	count = nxia_cap_descendants(cap);
	nxia_cap_put(cap);
	return count;
}

static void batch_arrives_whole(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned int count;
	unsigned long held = nxia_session_caps(p->session);

	KUNIT_EXPECT_EQ(test, -EAGAIN, receive(test, 3, &count));
	KUNIT_EXPECT_EQ(test, 0, send(test, 3));
	KUNIT_EXPECT_EQ(test, 2 + 3, descendants(test));
	KUNIT_EXPECT_EQ(test, held, nxia_session_caps(p->session));
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, receive(test, 2, &count));
	KUNIT_EXPECT_EQ(test, 3, count);
	KUNIT_EXPECT_EQ(test, 1, receive(test, 16, &count));
	KUNIT_EXPECT_EQ(test, 3, count);
	KUNIT_EXPECT_EQ(test, held + 3, nxia_session_caps(p->session));
	KUNIT_EXPECT_EQ(test, -EAGAIN, receive(test, 3, &count));
}

static void batches_are_limited(struct kunit *test)
{
	unsigned int i, count;

	for (i = 0; i < NXIA_TRANSFER_BATCHES; i++)
		KUNIT_EXPECT_EQ(test, 0, send(test, 1));
	KUNIT_EXPECT_EQ(test, -EAGAIN, send(test, 1));
	KUNIT_EXPECT_EQ(test, 1, receive(test, 1, &count));
	KUNIT_EXPECT_EQ(test, 0, send(test, 1));
	KUNIT_EXPECT_EQ(test, -E2BIG, send(test, NXIA_TRANSFER_MAX + 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, send(test, 0));
}

static void revoke_reaches_what_is_in_flight(struct kunit *test)
{
	struct pair *p = test->priv;
	struct nxia_end *server = nxia_end_of(p->server.cap);
	struct nxia_cap *cap = nxia_session_get(p->session, p->endpoint, 0, 0);
	unsigned int count;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cap);
	KUNIT_EXPECT_EQ(test, 0, send(test, 4));
	KUNIT_EXPECT_EQ(test, 1, server->nr_batches);
	KUNIT_EXPECT_EQ(test, 2 + 4, nxia_cap_revoke(cap));
	KUNIT_EXPECT_EQ(test, 0, server->nr_batches);
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, receive(test, 4, &count));
	nxia_cap_put(cap);
}

static void in_flight_dies_with_the_channel(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned int count;

	KUNIT_EXPECT_EQ(test, 0, send(test, 5));
	KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(p->session, p->server.handle));
	KUNIT_EXPECT_EQ(test, 1, descendants(test));
	KUNIT_EXPECT_EQ(test, -EPIPE, send(test, 1));
	KUNIT_EXPECT_EQ(test, -EBADF, receive(test, 5, &count));
}

static void in_flight_outlives_the_sender(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned int count;

	KUNIT_EXPECT_EQ(test, 0, send(test, 2));
	KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(p->session, p->client.handle));
	KUNIT_EXPECT_EQ(test, 1, receive(test, 2, &count));
	KUNIT_EXPECT_EQ(test, 2, count);
	KUNIT_EXPECT_EQ(test, -EPIPE, receive(test, 2, &count));
}

static struct kunit_case transfer_cases[] = {
	KUNIT_CASE(batch_arrives_whole),
	KUNIT_CASE(batches_are_limited),
	KUNIT_CASE(revoke_reaches_what_is_in_flight),
	KUNIT_CASE(in_flight_dies_with_the_channel),
	KUNIT_CASE(in_flight_outlives_the_sender),
	{}
};

static struct kunit_suite transfer_suite = {
	.name = "nxia_transfer",
	.init = pair_init,
	.exit = pair_exit,
	.test_cases = transfer_cases,
};

kunit_test_suite(transfer_suite);
