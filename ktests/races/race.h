/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Races: actors, processes that do random things to the same objects for
 * test_seconds, end, are killed, and start again; and the test itself, which
 * acts between them.
 *
 * RACE(function, "name") defines two tests: with all memory there is, and with
 * allocations and copies that fail in the actors now and then.
 */
#ifndef NXIA_RACE_H
#define NXIA_RACE_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "nxia_dice.h"
#include "nxia_fault.h"
#include "nxia_main.h"
#include "nxia_ring.h"

#define ACTORS_MAX	8
#define FAULT_PERCENT	"3"

/*
 * @run: does something, over and over; ends when race_over() or before
 * @steady: its allocations and copies do not fail
 */
struct actor {
	void (*run)(struct dice *dice);
	bool steady;
	pid_t pid;
	bool killed;
};

static _Atomic bool *race_is_over;
static __u64 race_end;
static struct dice race_dice;

static inline __u64 race_clock(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static inline bool race_over(void)
{
	return *race_is_over || race_clock() >= race_end;
}

/* Do the actors run with failing allocations and copies? */
static inline bool race_fails(void)
{
	return test_arg;
}

/* Is it the error of a fault that was made? */
static inline bool race_faulted(int result)
{
	return race_fails() && (result == -ENOMEM || result == -EFAULT);
}

/* Memory that all actors share, or one has for itself. */
static inline void *race_shared(size_t size)
{
	void *map;

	do
		map = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	while (map == MAP_FAILED && race_fails());
	REQUIRE(map != MAP_FAILED);
	return map;
}

static inline void race_begin(void)
{
	if (race_fails())
		fault_setup(FAULT_PERCENT);
	dice_init(&race_dice, 1);
	race_is_over = race_shared(sizeof(*race_is_over));
	race_end = race_clock() + test_seconds * 1000000000ULL;
}

/* An invariant that an actor finds broken; its words must get through. */
#define RACE_FAIL(...)							\
	do {								\
		if (race_fails())					\
			fault_task(false);				\
		test_fail(__VA_ARGS__);					\
	} while (0)

/* A result must be a success, one of the errors, or due to a fault. */
#define RACE_RESULT(call, ...)						\
	race_result((call), #call,					\
		    (const int[]){ __VA_ARGS__ __VA_OPT__(,) 0 })

static inline int race_result(int result, const char *call,
			      const int *errors)
{
	if (result >= 0 || race_faulted(result))
		return result;
	while (*errors)
		if (result == -*errors++)
			return result;
	RACE_FAIL("%s: %s", call, result_name(result));
	return result;
}

/* CLOSE needs its argument, which a fault can keep from it. */
static inline void race_close(int session, __u64 handle)
{
	int result;

	do
		result = nxia_close(session, handle);
	while (race_faulted(result));
	if (result)
		RACE_FAIL("CLOSE of an own handle: %s", result_name(result));
}

/* What an actor begins with; a fault only delays it. */

static inline int race_session(void)
{
	int fd;

	do
		fd = open("/dev/nxia", O_RDWR | O_CLOEXEC);
	while (fd < 0 && race_faulted(-errno));
	if (fd < 0)
		RACE_FAIL("/dev/nxia: %s", strerror(errno));
	return fd;
}

static inline __u64 race_endpoint(int session)
{
	__u64 handle = 0;

	while (RACE_RESULT(nxia_endpoint_create(session, 0, 64,
						NXIA_RIGHTS_ENDPOINT,
						&handle)) < 0)
		continue;
	return handle;
}

/* A moment of up to @us microseconds, without a system call. */
static inline void race_moment(struct dice *dice, __u32 us)
{
	__u64 end = race_clock() + roll(dice, us * 1000 + 1);

	while (race_clock() < end)
		continue;
}

static inline void actor_start(struct actor *actor)
{
	struct dice dice = { race_dice.state };

	roll(&race_dice, 2);
	actor->killed = false;
	actor->pid = child_start();
	if (actor->pid)
		return;
	roll(&dice, 2);
	if (race_fails() && !actor->steady)
		fault_task(true);
	actor->run(&dice);
	_exit(0);
}

static inline void actor_kill(struct actor *actor)
{
	if (!actor->pid)
		return;
	actor->killed = true;
	kill(actor->pid, SIGKILL);
}

static inline struct actor *actor_of(struct actor *actors, int count,
				     pid_t pid)
{
	for (int i = 0; i < count; i++)
		if (actors[i].pid == pid)
			return &actors[i];
	return NULL;
}

/* One that has ended, or NULL. */
static inline struct actor *actor_reap(struct actor *actors, int count)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);
	struct actor *actor = pid > 0 ? actor_of(actors, count, pid) : NULL;

	if (actor && status && !(actor->killed && WIFSIGNALED(status) &&
				 WTERMSIG(status) == SIGKILL))
		test_fail("an actor ended with status %#x", status);
	return actor;
}

/* Run @actors until time is up, and between them @step. */
static inline void race_run(struct actor *actors, int count,
			    void (*step)(struct dice *dice))
{
	struct actor *actor;
	int left = count;

	for (int i = 0; i < count; i++)
		actor_start(&actors[i]);
	while (left) {
		step(&race_dice);
		if (!roll(&race_dice, 50))
			actor_kill(&actors[roll(&race_dice, count)]);
		actor = actor_reap(actors, count);
		if (!actor)
			continue;
		actor->pid = 0;
		if (race_over())
			left--;
		else
			actor_start(actor);
	}
}

/*
 * What was done is told, so that a race that did nothing is seen.  Faults can keep all
 * of it from happening.
 */
static inline void race_tell(const char *what, __u64 count)
{
	printf("# %llu %s\n", count, what);
	EXPECT(count || race_fails());
}

#define RACE(function, text)						\
	static void function(void);					\
	__constructor static void add_##function(void)			\
	{								\
		test_add(text, function, NULL);				\
		test_add(text ", with faults", function, text);		\
	}								\
	static void function(void)

#endif /* NXIA_RACE_H */
