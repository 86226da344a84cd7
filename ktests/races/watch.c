// SPDX-License-Identifier: GPL-2.0-only
/*
 * WATCH and EVENT against CLOSE, DERIVE, REVOKE and the end of processes.
 *
 * Whoever watches is told once for each WATCH: when the last descendant is gone,
 * not before and not never; and not about what it has closed.
 */
#include <poll.h>

#include "race.h"

#define CLIENTS		3
#define HELD		4
#define LENT		(NXIA_RIGHT_CONNECT | NXIA_RIGHT_DERIVE)
#define GUARD_MS	60000

static struct {
	_Atomic __u64 round, arrived[CLIENTS];
	_Atomic bool over;
	_Atomic __u64 events, cancelled;
} *shared;

static int watching;
static __u64 service, root;
static int service_file;

/* Clients: in each round, get some and lose them, one way or another */

static void client_round(int session, struct dice *dice)
{
	__u64 held[HELD] = {};

	for (int i = 0; i < HELD; i++) {
		if (RACE_RESULT(nxia_import(session, service_file, LENT,
					    &held[i]),
				EKEYREVOKED) < 0)
			held[i] = 0;
		else if (roll(dice, 2) && i + 1 < HELD &&
			 RACE_RESULT(nxia_derive(session, held[i], LENT, 0,
						 &held[i + 1]),
				     EKEYREVOKED) >= 0)
			i++;
		race_moment(dice, 100);
	}
	for (int i = 0; i < HELD; i++)
		if (held[i])
			race_close(session, held[i]);
}

/* Now and then the session ends instead. */
static void client(int number, struct dice *dice)
{
	int session = race_session();

	if (race_fails())
		fault_task(true);
	for (__u64 round = 1; ; round++) {
		while (shared->round < round && !shared->over)
			usleep(50);
		if (shared->over)
			_exit(0);
		client_round(session, dice);
		if (!roll(dice, 4)) {
			close(session);
			session = race_session();
		}
		shared->arrived[number] = round;
	}
}

static bool all_arrived(__u64 round)
{
	for (int i = 0; i < CLIENTS; i++)
		if (shared->arrived[i] != round)
			return false;
	return true;
}

/* All are gone: there is the one event, and no other. */
static void expect_one(void)
{
	struct pollfd poller = { watching, POLLIN, 0 };
	struct nxia_event event;
	int result;

	EXPECT_EQ(poll(&poller, 1, 0), 1);
	result = nxia_event(watching, &event);
	EXPECT_OK(result);
	EXPECT_EQ(event.handle, service);
	EXPECT_ERR(nxia_event(watching, &event), EAGAIN);
	shared->events += !result;
}

static void watch_round(struct dice *dice)
{
	__u64 round = shared->round + 1;

	if (roll(dice, 8))
		shared->round = round;
	race_moment(dice, 2000);
	EXPECT_OK(nxia_watch(watching, service));
	if (!roll(dice, 4))
		EXPECT_OK(nxia_revoke(watching, service));
	shared->round = round;
	while (!all_arrived(round))
		usleep(50);
	expect_one();
}

RACE(watch, "WATCH against the last reference")
{
	shared = race_shared(sizeof(*shared));
	race_begin();
	watching = nxia_session();
	root = make_endpoint(watching);
	service = make_child(watching, root, NXIA_RIGHTS_ENDPOINT, 0);
	service_file = nxia_fd(watching, service);
	for (int i = 0; i < CLIENTS; i++) {
		struct dice dice = { race_dice.state + i };

		if (!child_start())
			client(i, &dice);
	}
	while (!race_over())
		watch_round(&race_dice);
	shared->over = true;
	while (wait(NULL) > 0)
		continue;
	race_tell("events", shared->events);
}

/* WATCH against CLOSE of what is watched, while another thread derives */

static _Atomic __u64 watched;

static void *derive_on(void *seed)
{
	struct dice dice = { (uintptr_t)seed };
	__u64 child;

	while (!shared->over) {
		if (!nxia_derive(watching, watched, LENT, 0, &child)) {
			race_moment(&dice, 50);
			EXPECT_OK(nxia_close(watching, child));
		}
	}
	return NULL;
}

static void close_watched(struct dice *dice)
{
	__u64 handle = make_child(watching, root, NXIA_RIGHTS_ENDPOINT, 0);
	struct nxia_event event;

	watched = handle;
	for (int i = 0; i < 3; i++) {
		EXPECT_OK(nxia_watch(watching, handle));
		race_moment(dice, 100);
	}
	if (roll(dice, 2))
		while (!nxia_event(watching, &event))
			EXPECT_EQ(event.handle, handle);
	EXPECT_OK(nxia_close(watching, handle));
	while (!nxia_event(watching, &event))
		test_fail("an event about what was closed");
	shared->cancelled++;
}

TEST(closed, "WATCH and EVENT against CLOSE of the watched")
{
	pthread_t threads[2];

	shared = race_shared(sizeof(*shared));
	race_begin();
	watching = nxia_session();
	root = make_endpoint(watching);
	for (__u64 i = 0; i < ARRAY_SIZE(threads); i++)
		REQUIRE(!pthread_create(&threads[i], NULL, derive_on,
					(void *)(uintptr_t)(i + 1)));
	while (!race_over())
		close_watched(&race_dice);
	shared->over = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	race_tell("watched and closed", shared->cancelled);
}
