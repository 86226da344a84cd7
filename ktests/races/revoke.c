// SPDX-License-Identifier: GPL-2.0-only
/*
 * REVOKE against everything that is done with what it takes away.
 *
 * Holders import from files of the owner, derive, connect, map, wait and seal.
 * Two revoke what was lent to them.  REVOKEs are numbered as they begin; what
 * was got before number n began is dead once number n has returned: then no call
 * on it works in any process, and its memory raises SIGBUS.
 */
#include "nxia_scope.h"
#include "nxia_uring.h"
#include "race.h"

#define ITEMS		12
#define HOLDER_STEPS	400
#define SEAL_SIZE	(NXIA_SEAL_CHUNK + 4096)

#define LENT_ENDPOINT	(NXIA_RIGHT_CONNECT | NXIA_RIGHT_DERIVE |	\
			 NXIA_RIGHT_TRANSFER | NXIA_RIGHT_REVOKE)
#define LENT_REGION	(NXIA_RIGHT_READ | NXIA_RIGHT_WRITE |		\
			 NXIA_RIGHT_MAP | NXIA_RIGHT_DERIVE |		\
			 NXIA_RIGHT_TRANSFER)
#define LENT_SCOPE	(NXIA_RIGHT_SEAL | NXIA_RIGHT_UNSEAL |		\
			 NXIA_RIGHT_TRANSFER)

enum lent { ENDPOINT, REGION, SCOPE, LENT };

static const __u64 lent_rights[LENT] = {
	LENT_ENDPOINT, LENT_REGION, LENT_SCOPE,
};

/* @begun: the last number; @done: the highest that has returned. */
static struct {
	_Atomic __u64 begun, done;
	_Atomic __u64 destroyed, checked;
} *count;

static int owner;
static __u64 lent[LENT];
static int files[LENT];

/* What a holder has. */
struct item {
	enum lent kind;
	__u64 handle;
	/* Of a channel or a region, or -1. */
	int file;
	char *map;
	size_t mapped;
	__u64 begun;
};

static int session;
static struct item items[ITEMS];
static char *plain, *sealed;
static size_t room;

static void item_map(struct item *item, size_t length)
{
	void *map = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED,
			 item->file, 0);

	if (map == MAP_FAILED)
		return;
	item->map = map;
	item->mapped = length;
}

/* An end of a channel in place of the capability to the endpoint. */
static void item_connect(struct item *item)
{
	struct nxia_end end;
	int result = RACE_RESULT(nxia_connect(session, item->handle,
					      page_size(), page_size(), &end),
				 EKEYREVOKED, EAGAIN);

	if (result < 0)
		return;
	race_close(session, item->handle);
	item->handle = end.handle;
	item->file = end.fd;
	item_map(item, half_size(page_size()));
}

/* A grandchild; what is between stays, or is closed. */
static void item_derive(struct item *item, struct dice *dice)
{
	__u64 child;

	if (RACE_RESULT(nxia_derive(session, item->handle,
				    lent_rights[item->kind] &
				    ~NXIA_RIGHT_REVOKE, 0, &child),
			EKEYREVOKED) < 0)
		return;
	if (item->kind == ENDPOINT && !roll(dice, 4))
		RACE_RESULT(nxia_revoke(session, item->handle), EKEYREVOKED);
	race_close(session, item->handle);
	item->handle = child;
}

static void item_get(struct item *item, struct dice *dice)
{
	item->kind = roll(dice, LENT);
	item->file = -1;
	item->map = NULL;
	if (RACE_RESULT(nxia_import(session, files[item->kind],
				    lent_rights[item->kind], &item->handle)) <
	    0) {
		item->handle = 0;
		return;
	}
	if (item->kind == ENDPOINT && roll(dice, 2))
		item_connect(item);
	else if (item->kind != SCOPE && roll(dice, 2))
		item_derive(item, dice);
	if (item->kind == REGION) {
		item->file = nxia_fd(session, item->handle);
		if (item->file >= 0)
			item_map(item, 2 * page_size());
	}
	item->begun = count->begun;
}

static void item_put(struct item *item, struct dice *dice)
{
	bool first = roll(dice, 2);

	if (first)
		race_close(session, item->handle);
	if (item->map)
		munmap(item->map, item->mapped);
	if (item->file >= 0)
		close(item->file);
	if (!first)
		race_close(session, item->handle);
	item->handle = 0;
}

/* Uses */

/* A result on what may be revoked, and must be if it is @dead. */
static void expect_use(const char *call, int result, bool dead)
{
	bool revoked = result == -EKEYREVOKED;

	if (race_faulted(result) || revoked || (!dead && result >= 0))
		return;
	RACE_FAIL("%s of what %s revoked: %s", call,
		  dead ? "was" : "may be", result_name(result));
}

static void use_query(struct item *item, bool dead)
{
	struct nxia_query query;

	expect_use("QUERY", nxia_query(session, item->handle, &query), dead);
}

/* A signal's frame is a copy, too: only the steady ones touch memory. */
static void use_memory(struct item *item, bool dead)
{
	int result;

	if (!item->map)
		return;
	result = probe(item->map, true);
	if (result != SIGBUS && (result || dead))
		RACE_FAIL("memory of what %s revoked: signal %d",
			  dead ? "was" : "may be", result);
}

/*
 * Waits until it is revoked; a timeout only if it is not.  What io_uring has to do in
 * this task interrupts a wait as a signal does.
 */
static void use_wait(struct item *item, bool dead, __u64 timeout)
{
	int result = nxia_wait(item->file, NXIA_WAIT_READ, timeout);

	if ((result == -ETIMEDOUT || result == -EINTR) && !dead)
		return;
	expect_use("WAIT", result, dead || timeout == NXIA_WAIT_FOREVER);
}

static void use_uring(struct item *item)
{
	struct nxia_wait wait = {
		.flags = NXIA_WAIT_READ, .timeout = NXIA_WAIT_FOREVER,
	};
	struct uring u;

	uring_init(&u);
	uring_command(&u, item->file, NXIA_IOC_WAIT, &wait, 1);
	expect_use("io_uring WAIT", uring_result(&u, 1), true);
	uring_exit(&u);
}

static void use_seal(struct item *item, struct dice *dice, bool dead)
{
	struct bytes in = { plain, roll(dice, SEAL_SIZE) };
	struct bytes out = { sealed, room };
	size_t at = 0;
	int result;

	memset(sealed, 0, room);
	result = nxia_seal(session, item->handle, in, &out, (struct bytes){});
	expect_use("SEAL", result, dead);
	if (result != -EKEYREVOKED)
		return;
	while (at < room && !sealed[at])
		at++;
	if (at < room)
		RACE_FAIL("SEAL was revoked, and left something");
}

static void item_use(struct item *item, struct dice *dice, bool steady)
{
	bool dead = count->done > item->begun;

	atomic_fetch_add(&count->checked, dead);
	use_query(item, dead);
	if (steady)
		use_memory(item, dead);
	if (item->kind == SCOPE)
		use_seal(item, dice, dead);
	if (item->kind != ENDPOINT || item->file < 0)
		return;
	use_wait(item, dead, roll(dice, 8) ? roll(dice, 100000) :
					     NXIA_WAIT_FOREVER);
	if (steady && !roll(dice, 8))
		use_uring(item);
}

static void hold(struct dice *dice, bool steady)
{
	session = race_session();
	plain = race_shared(SEAL_SIZE);
	room = sealed_size(SEAL_SIZE);
	sealed = race_shared(room);
	for (int i = 0; i < HOLDER_STEPS && !race_over(); i++) {
		struct item *item = &items[roll(dice, ITEMS)];

		if (!item->handle)
			item_get(item, dice);
		else if (roll(dice, 3))
			item_use(item, dice, steady);
		else
			item_put(item, dice);
	}
}

static void hold_steady(struct dice *dice)
{
	hold(dice, true);
}

static void hold_faulty(struct dice *dice)
{
	hold(dice, false);
}

/* The owner */

/* Whichever REVOKE returns: what was got before it began is dead. */
static void revoke_all(struct dice *dice)
{
	__u64 number = ++count->begun, done = count->done;
	bool all = true;

	for (int i = 0; i < LENT; i++) {
		int result = RACE_RESULT(nxia_revoke(owner, lent[i]));

		all = all && result >= 0;
		count->destroyed += result > 0 ? result : 0;
	}
	while (all && done < number &&
	       !atomic_compare_exchange_weak(&count->done, &done, number))
		continue;
	race_moment(dice, 3000);
}

static void revoke_too(struct dice *dice)
{
	while (!race_over())
		revoke_all(dice);
}

static void own(void)
{
	__u64 region;

	owner = nxia_session();
	REQUIRE_OK(nxia_region_create(owner, 2 * page_size(),
				      NXIA_RIGHTS_REGION, &region));
	lent[ENDPOINT] = make_child(owner, make_endpoint(owner),
				    NXIA_RIGHTS_ENDPOINT, 0);
	lent[REGION] = make_child(owner, region, NXIA_RIGHTS_REGION, 0);
	lent[SCOPE] = make_child(owner, make_scope(owner, 1),
				 NXIA_RIGHTS_SCOPE, 0);
	for (int i = 0; i < LENT; i++) {
		files[i] = nxia_fd(owner, lent[i]);
		REQUIRE(files[i] >= 0);
	}
}

RACE(everything, "REVOKE against import, derive, connect, map, wait and seal")
{
	struct actor actors[] = {
		{ .run = hold_steady, .steady = true },
		{ .run = hold_steady, .steady = true },
		{ .run = hold_faulty }, { .run = hold_faulty },
		{ .run = revoke_too },
	};

	count = race_shared(sizeof(*count));
	race_begin();
	own();
	race_run(actors, ARRAY_SIZE(actors), revoke_all);
	race_tell("REVOKEs", count->done);
	race_tell("capabilities that they destroyed", count->destroyed);
	race_tell("checks of what was revoked", count->checked);
}
