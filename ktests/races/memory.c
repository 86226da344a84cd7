// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults against FREEZE, CLOSE, munmap and the end of a process.
 *
 * After FREEZE has returned no byte changes any more, whoever tries and however;
 * after CLOSE has returned there is no memory any more.
 */
#include "race.h"

#define SMALL		(4 * page_size())
#define LARGE		(2ULL << 20)
#define WRITERS		3
#define LENT		(NXIA_RIGHT_READ | NXIA_RIGHT_WRITE |		\
			 NXIA_RIGHT_MAP | NXIA_RIGHT_DERIVE)

/* FREEZE */

static struct {
	_Atomic bool frozen;
	_Atomic __u64 writes, rounds;
} *shared;

static char *map_of(int file, size_t size, int protection)
{
	void *map = mmap(NULL, size, protection, MAP_SHARED, file, 0);

	return map == MAP_FAILED ? NULL : map;
}

/* Another value for a byte: 0, or the signal that it raised. */
static int scribble(char *byte)
{
	int number;

	probe_catch(SIGBUS);
	probing = true;
	number = sigsetjmp(probe_context, 1);
	if (!number)
		++*(volatile char *)byte;
	probing = false;
	return number;
}

/* The kernel writes on behalf of a process: true if it did. */
static bool kernel_scribble(int zeros, char *byte)
{
	return read(zeros, byte, 1) == 1;
}

/* The whole of the region, or a page of it. */
static int writer_import(int session, int file, size_t *size,
			 struct dice *dice)
{
	__u64 handle, part;
	size_t offset = page_size() * roll(dice, *size / page_size());

	if (nxia_import(session, file, LENT, &handle))
		return -1;
	if (roll(dice, 2) &&
	    !nxia_derive_range(session, handle, LENT & ~NXIA_RIGHT_DERIVE,
			       offset, page_size(), &part)) {
		handle = part;
		*size = page_size();
	}
	return nxia_fd(session, handle);
}

/* What is frozen can be read, and in no way written. */
static void expect_frozen(int file, size_t size, char *map, int zeros)
{
	if (!shared->frozen)
		return;
	if (scribble(map) != SIGBUS)
		test_fail("a mapping from before FREEZE can be written");
	if (kernel_scribble(zeros, map))
		test_fail("the kernel wrote to what is frozen");
	if (map_of(file, size, PROT_READ | PROT_WRITE) ||
	    (errno != EROFS && !race_faulted(-errno)))
		test_fail("a new mapping for writing: %s", strerror(errno));
	EXPECT_EQ(probe(map, false), 0);
}

/* Writes until it cannot. */
static void write_on(int file, struct dice *dice, size_t size)
{
	int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	bool wrote = true;
	char *map;

	file = writer_import(race_session(), file, &size, dice);
	map = file < 0 ? NULL : map_of(file, size, PROT_READ | PROT_WRITE);
	if (!map)
		_exit(0);
	while (wrote) {
		char *byte = map + roll(dice, size);

		if (roll(dice, 16)) {
			wrote = !scribble(byte);
		} else if (roll(dice, 2)) {
			wrote = kernel_scribble(zeros, byte);
		} else {
			munmap(map, size);
			map = map_of(file, size, PROT_READ | PROT_WRITE);
			if (!map)
				_exit(0);
		}
		shared->writes++;
	}
	while (!shared->frozen)
		usleep(200);
	expect_frozen(file, size, map, zeros);
	_exit(0);
}

/* Between two copies of it, a while after FREEZE, nothing has changed. */
static void expect_still(const char *map, size_t size, struct dice *dice)
{
	char *copy = malloc(size);

	REQUIRE(copy);
	memcpy(copy, map, size);
	usleep(roll(dice, 5000));
	if (memcmp(copy, map, size))
		test_fail("a byte has changed after FREEZE");
	free(copy);
}

static void freeze_round(struct dice *dice)
{
	size_t size = roll(dice, 2) ? SMALL : LARGE;
	int session = nxia_session(), file;
	__u64 region;
	char *map;

	REQUIRE_OK(nxia_region_create(session, size, NXIA_RIGHTS_REGION,
				      &region));
	file = nxia_fd(session, region);
	map = map_of(file, size, PROT_READ);
	REQUIRE(map);
	shared->frozen = false;
	for (int i = 0; i < WRITERS; i++) {
		struct dice its = { dice->state + i };

		if (child_start())
			continue;
		if (race_fails())
			fault_task(true);
		write_on(file, &its, size);
	}
	usleep(roll(dice, 30000));
	EXPECT_OK(nxia_freeze(session, region));
	expect_still(map, size, dice);
	shared->frozen = true;
	while (wait(NULL) > 0)
		continue;
	munmap(map, size);
	close(file);
	close(session);
}

/* A signal's frame is a copy: what writes to memory must be able to make it. */
static void without_copies(void)
{
	if (race_fails())
		fault_set("fail_usercopy", "probability", "0");
}

RACE(freeze, "FREEZE against writers")
{
	shared = race_shared(sizeof(*shared));
	race_begin();
	without_copies();
	while (!race_over()) {
		freeze_round(&race_dice);
		shared->rounds++;
	}
	race_tell("FREEZEs", shared->rounds);
	race_tell("writes before", shared->writes);
}

/* CLOSE */

/* What the two threads of an actor work on. */
static struct {
	char *_Atomic map;
	_Atomic bool dead, over;
	_Atomic __u64 touched;
} at;

static _Atomic __u64 *closes;

static void *touch(void __maybe_unused *unused)
{
	while (!at.over) {
		char *map = at.map;
		bool dead = at.dead;

		if (map && !probe(map, true) && dead)
			RACE_FAIL("there is memory after CLOSE");
		at.touched++;
	}
	return NULL;
}

/* The other thread has seen what was said before. */
static void touch_pass(void)
{
	__u64 touched = at.touched;

	while (at.touched < touched + 2)
		continue;
}

/* A new object with its file: a ring or a region. */
static __u64 make_mapped(int session, __u64 endpoint, struct dice *dice,
			 int *file, size_t *size)
{
	struct nxia_end end;
	__u64 handle;

	if (roll(dice, 2)) {
		*size = half_size(page_size());
		if (nxia_connect(session, endpoint, page_size(), page_size(),
				 &end))
			return 0;
		*file = end.fd;
		return end.handle;
	}
	*size = roll(dice, 4) ? SMALL : LARGE;
	if (nxia_region_create(session, *size, NXIA_RIGHTS_REGION, &handle))
		return 0;
	*file = nxia_fd(session, handle);
	return handle;
}

static void fork_and_end(struct dice *dice)
{
	pid_t pid = roll(dice, 8) ? -1 : fork();

	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void map_and_close(int session, __u64 endpoint, struct dice *dice)
{
	int file = -1;
	size_t size;
	__u64 handle = make_mapped(session, endpoint, dice, &file, &size);
	char *map = file < 0 ? NULL :
			       map_of(file, size, PROT_READ | PROT_WRITE);

	at.dead = false;
	at.map = map;
	race_moment(dice, 300);
	fork_and_end(dice);
	if (roll(dice, 2)) {
		close(file);
		file = -1;
	}
	if (handle)
		race_close(session, handle);
	at.dead = true;
	atomic_fetch_add(closes, handle && map);
	if (map && probe(map, false) != SIGBUS)
		RACE_FAIL("there is memory after CLOSE");
	touch_pass();
	at.map = NULL;
	touch_pass();
	if (map)
		munmap(map, size);
	if (file >= 0)
		close(file);
}

static void close_mapped(struct dice *dice)
{
	int session = race_session();
	__u64 endpoint = race_endpoint(session);
	pthread_t toucher;

	if (pthread_create(&toucher, NULL, touch, NULL))
		return;
	while (!race_over())
		map_and_close(session, endpoint, dice);
	at.over = true;
	pthread_join(toucher, NULL);
}

static void wait_a_moment(struct dice *dice)
{
	usleep(1000 + roll(dice, 10000));
}

RACE(unmap, "CLOSE against page faults, munmap, fork and exit")
{
	struct actor actors[] = {
		{ .run = close_mapped }, { .run = close_mapped },
		{ .run = close_mapped },
	};

	closes = race_shared(sizeof(*closes));
	race_begin();
	without_copies();
	race_run(actors, ARRAY_SIZE(actors), wait_a_moment);
	race_tell("CLOSEs of what was mapped", *closes);
}
