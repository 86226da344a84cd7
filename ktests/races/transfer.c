// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRANSFER, RECEIVE, REVOKE, CLOSE and SHUTDOWN over one channel at once.
 *
 * Batches stay whole and in order, each is received once, and what was revoked
 * in flight is dead when it is received.  The senders share one session, the
 * receivers another; the channel is closed and made anew all the time.
 */
#include "race.h"

#define BATCH_MAX	4
#define STEPS		2000

/* What all share.  @begun and @done count REVOKEs, as in revoke.c. */
static struct {
	_Atomic __u64 sender, receiver;
	_Atomic __u64 begun, done;
	_Atomic __u64 received, checked, channels;
} *shared;

static int sending, receiving;
static __u64 endpoint, offered, lent;

/* A badge tells how long its batch is. */
static void send_batches(struct dice *dice)
{
	struct nxia_transfer_cap caps[BATCH_MAX];

	for (int i = 0; i < STEPS && !race_over(); i++) {
		__u32 count = 1 + roll(dice, BATCH_MAX);

		for (__u32 k = 0; k < count; k++)
			caps[k] = (struct nxia_transfer_cap){
				lent, NXIA_RIGHT_CONNECT,
				count + BATCH_MAX * (1 + roll(dice, 1 << 20)),
			};
		for (__u32 k = 1; k < count; k++)
			caps[k].badge = caps[0].badge;
		RACE_RESULT(nxia_transfer(sending, shared->sender, caps, count,
					  NULL),
			    EAGAIN, EBADF, EPIPE);
	}
}

static void expect_whole(const struct nxia_transfer_cap *caps, __u32 count)
{
	__u32 told = caps[0].badge % BATCH_MAX ?: BATCH_MAX;

	if (told != count)
		RACE_FAIL("a batch of %u has %u", told, count);
	for (__u32 i = 1; i < count; i++)
		if (caps[i].badge != caps[0].badge)
			RACE_FAIL("two batches in one");
}

/* One that came while n REVOKEs had begun is dead when n + 1 have returned. */
static void expect_dead(__u64 handle, __u64 begun)
{
	struct nxia_query query;
	bool dead = shared->done > begun;
	int result = nxia_query(receiving, handle, &query);

	if (race_faulted(result) || result == -EKEYREVOKED)
		return;
	if (dead || result)
		RACE_FAIL("received and %s revoked: %s",
			  dead ? "was" : "may be", result_name(result));
}

/* Until a REVOKE has come over what was received, or for a moment. */
static void hold(struct dice *dice, __u64 begun)
{
	if (roll(dice, 2))
		race_moment(dice, 1000);
	else
		while (shared->done <= begun && !race_over())
			sched_yield();
}

static void receive_one(struct dice *dice, __u64 channel, __u64 *last)
{
	struct nxia_transfer_cap caps[BATCH_MAX];
	__u64 sequence, begun;
	__u32 count = BATCH_MAX;

	if (RACE_RESULT(nxia_receive(receiving, channel, caps, &count,
				     &sequence),
			EAGAIN, EBADF, EPIPE) < 0)
		return;
	begun = shared->begun;
	expect_whole(caps, count);
	if (sequence <= *last)
		RACE_FAIL("batch %llu came after %llu", sequence, *last);
	*last = sequence;
	hold(dice, begun);
	for (__u32 i = 0; i < count; i++) {
		expect_dead(caps[i].handle, begun);
		race_close(receiving, caps[i].handle);
	}
	shared->received++;
	shared->checked += shared->done > begun;
}

static void receive_batches(struct dice *dice)
{
	__u64 last = 0, channel = 0;

	for (int i = 0; i < STEPS && !race_over(); i++) {
		__u64 now = shared->receiver;

		if (channel != now)
			last = 0;
		channel = now;
		receive_one(dice, channel, &last);
	}
}

/* A new channel; what is on its way over the old one goes with it. */
static void renew(struct dice *dice)
{
	struct nxia_accept accepted;
	struct nxia_end a, b;
	__u64 ends[2] = { shared->sender, shared->receiver };
	int first = roll(dice, 2);

	if (ends[0]) {
		EXPECT_OK(nxia_close(first ? receiving : sending,
				     ends[first]));
		race_moment(dice, 500);
		EXPECT_OK(nxia_close(first ? sending : receiving,
				     ends[!first]));
	}
	REQUIRE_OK(nxia_connect(sending, offered, page_size(), page_size(),
				&a));
	REQUIRE_OK(nxia_accept(receiving, endpoint, &b, &accepted));
	if (!roll(dice, 4))
		EXPECT_OK(nxia_shutdown(a.fd));
	close(a.fd);
	close(b.fd);
	shared->receiver = b.handle;
	shared->sender = a.handle;
	shared->channels++;
}

static void revoke_or_renew(struct dice *dice)
{
	race_moment(dice, 2000);
	if (!roll(dice, 8))
		renew(dice);
	if (!roll(dice, 2)) {
		shared->begun++;
		EXPECT_OK(nxia_revoke(sending, lent));
		shared->done++;
	}
}

RACE(batches, "TRANSFER against RECEIVE, REVOKE, CLOSE and SHUTDOWN")
{
	struct actor actors[] = {
		{ .run = send_batches }, { .run = send_batches },
		{ .run = receive_batches }, { .run = receive_batches },
	};
	int file;

	shared = race_shared(sizeof(*shared));
	race_begin();
	sending = nxia_session();
	receiving = nxia_session();
	endpoint = make_endpoint(receiving);
	file = nxia_fd(receiving, endpoint);
	REQUIRE_OK(nxia_import(sending, file, NXIA_RIGHT_CONNECT, &offered));
	close(file);
	lent = make_child(sending, make_endpoint(sending),
			  NXIA_RIGHTS_ENDPOINT, 0);
	renew(&race_dice);
	race_run(actors, ARRAY_SIZE(actors), revoke_or_renew);
	race_tell("batches received", shared->received);
	race_tell("of them checked after a REVOKE", shared->checked);
	race_tell("channels", shared->channels);
}
