// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything against everything.  Processes of two threads each do random
 * calls on a shared session, from a seed (NXIA_SEED, or 1), for a number of
 * steps; some are killed.  No result is wrong but an errno that the call does
 * not have; what counts is that the kernel stays whole, that all end, and that
 * nothing is left.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>

#include "nxia_dice.h"
#include "nxia_main.h"
#include "nxia_ring.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

#define WORKERS	3
#define THREADS	2
#define ROUNDS	4
#define STEPS	250
#define SLOTS	24

/* What a worker's threads share: anything may be stale at any time. */
struct slot {
	_Atomic __u64 handle;
	_Atomic int fd;
};

static struct slot slots[SLOTS];
static _Atomic int session;

static struct slot *any_slot(struct dice *dice)
{
	return &slots[roll(dice, SLOTS)];
}

/* Put a new capability into a slot; the old one is closed, or forgotten. */
static void keep(struct dice *dice, __u64 handle, int fd)
{
	struct slot *slot = any_slot(dice);
	__u64 old = atomic_exchange(&slot->handle, handle);
	int old_fd = atomic_exchange(&slot->fd, fd);

	if (old_fd > 0)
		close(old_fd);
	if (roll(dice, 4))
		nxia_close(session, old);
}

/* The errnos that races and wrong slots may give. */
static void expect_allowed(const char *call, int result)
{
	static const int allowed[] = {
		EAGAIN, EBADF, EBADMSG, ECONNREFUSED, EDQUOT, EINVAL,
		EKEYREVOKED, EMFILE, EMSGSIZE, ENOTTY, ENXIO, EPERM, EPIPE,
		ETIMEDOUT,
	};

	if (result >= 0)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(allowed); i++)
		if (result == -allowed[i])
			return;
	test_fail("%s: %s", call, result_name(result));
}

/* The steps */

static __u64 some_rights(struct dice *dice)
{
	return roll(dice, 2) ? ALL : ALL & ~(1ULL << roll(dice, 11));
}

static void step_create(struct dice *dice)
{
	__u64 handle;
	int result = nxia_endpoint_create(session, 0, 1 + roll(dice, 4),
					  some_rights(dice), &handle);

	expect_allowed("ENDPOINT_CREATE", result);
	if (!result)
		keep(dice, handle, -1);
}

static void step_bootstrap(struct dice *dice)
{
	__u64 handle;
	int result = nxia_bootstrap(session, &handle);

	expect_allowed("BOOTSTRAP", result);
	if (!result)
		keep(dice, handle, -1);
}

static void step_connect(struct dice *dice)
{
	__u64 page = page_size();
	struct nxia_end end;
	int result = nxia_connect(session, any_slot(dice)->handle,
				  page << roll(dice, 3), page << roll(dice, 3),
				  &end);

	expect_allowed("CONNECT", result);
	if (!result)
		keep(dice, end.handle, end.fd);
}

static void step_accept(struct dice *dice)
{
	struct nxia_accept accepted;
	struct nxia_end end;
	int result = nxia_accept(session, any_slot(dice)->handle, &end,
				 &accepted);

	expect_allowed("ACCEPT", result);
	if (!result)
		keep(dice, end.handle, end.fd);
}

static void step_derive(struct dice *dice)
{
	__u64 handle;
	int result = nxia_derive(session, any_slot(dice)->handle,
				 some_rights(dice), roll(dice, 3), &handle);

	expect_allowed("DERIVE", result);
	if (!result)
		keep(dice, handle, -1);
}

static void step_transfer(struct dice *dice)
{
	struct nxia_transfer_cap caps[3];
	__u32 count = 1 + roll(dice, 3);

	for (__u32 i = 0; i < count; i++)
		caps[i] = (struct nxia_transfer_cap){
			any_slot(dice)->handle, NXIA_RIGHT_CONNECT, 0 };
	caps[0].rights = ALL;
	expect_allowed("TRANSFER",
		       nxia_transfer(session, any_slot(dice)->handle, caps,
				     count, NULL));
}

static void step_receive(struct dice *dice)
{
	struct nxia_transfer_cap caps[3];
	__u32 count = 1 + roll(dice, 3);
	int result = nxia_receive(session, any_slot(dice)->handle, caps,
				  &count, NULL);

	expect_allowed("RECEIVE", result);
	for (__u32 i = 0; !result && i < count; i++)
		keep(dice, caps[i].handle, -1);
}

static void step_revoke(struct dice *dice)
{
	if (!roll(dice, 4))
		expect_allowed("REVOKE",
			       nxia_revoke(session, any_slot(dice)->handle));
}

static void step_close(struct dice *dice)
{
	expect_allowed("CLOSE", nxia_close(session, any_slot(dice)->handle));
}

static void step_query(struct dice *dice)
{
	struct nxia_query query;

	expect_allowed("QUERY", nxia_query(session, any_slot(dice)->handle,
					   &query));
}

static void step_fd(struct dice *dice)
{
	__u64 handle = any_slot(dice)->handle;
	int fd = nxia_fd(session, handle);

	expect_allowed("FD", fd);
	if (fd >= 0)
		keep(dice, handle, fd);
}

/* Map a half, write garbage where it can be written, leave it for a while. */
static void step_map(struct dice *dice)
{
	bool own = roll(dice, 2);
	size_t length = half_size(page_size() << roll(dice, 3));
	char *map = mmap(NULL, length, PROT_READ | (own ? PROT_WRITE : 0),
			 MAP_SHARED, any_slot(dice)->fd,
			 own ? NXIA_MMAP_OWN : NXIA_MMAP_PEER);

	if (map == MAP_FAILED)
		return;
	for (size_t at = 0; at < length; at += page_size())
		probe(map + at, own);
	if (own && !probe(map, true) && !roll(dice, 8)) {
		probing = true;
		if (!sigsetjmp(probe_context, 1))
			((struct nxia_index *)map)->index += roll(dice, 9000);
		probing = false;
	}
	munmap(map, length);
}

static void step_wait(struct dice *dice)
{
	int fd = any_slot(dice)->fd;

	expect_allowed("NOTIFY", nxia_notify(fd));
	expect_allowed("WAIT", nxia_wait(fd, 1 + roll(dice, 3),
					 roll(dice, 2000000)));
	expect_allowed("NOTIFY_WAIT", nxia_notify_wait(fd, 1 + roll(dice, 3),
						       0));
}

static void step_poll(struct dice *dice)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	struct pollfd poller = { any_slot(dice)->fd, POLLIN | POLLOUT, 0 };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	poll(&poller, 1, roll(dice, 3));
	epoll_ctl(epoll, EPOLL_CTL_ADD, any_slot(dice)->fd, &event);
	epoll_wait(epoll, &event, 1, roll(dice, 2));
	close(epoll);
}

/* End the session under the other thread's feet. */
static void step_end(struct dice *dice)
{
	int fd;

	if (roll(dice, 8))
		return;
	fd = open("/dev/nxia", O_RDWR | O_CLOEXEC);
	close(atomic_exchange(&session, fd));
}

static void step_fork(struct dice *dice)
{
	pid_t pid;

	if (roll(dice, 8))
		return;
	pid = fork();
	if (!pid) {
		step_close(dice);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void (*const steps[])(struct dice *dice) = {
	step_create, step_bootstrap, step_connect, step_connect, step_accept,
	step_accept, step_derive, step_derive, step_transfer, step_receive,
	step_revoke, step_close, step_query, step_fd, step_map, step_wait,
	step_poll, step_end, step_fork,
};

static void *thread_run(void *argument)
{
	struct dice dice = { (uintptr_t)argument };

	for (int i = 0; i < STEPS; i++)
		steps[roll(&dice, ARRAY_SIZE(steps))](&dice);
	return NULL;
}

static void worker_run(__u64 seed)
{
	pthread_t threads[THREADS];

	session = nxia_session();
	for (int i = 0; i < SLOTS; i++)
		slots[i].fd = -1;
	for (__u64 i = 0; i < THREADS; i++)
		REQUIRE(!pthread_create(&threads[i], NULL, thread_run,
					(void *)(uintptr_t)(seed * 7919 + i)));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	child_done();
}

/*
 * The registry: accepts, hands out its own capability with all rights, and
 * revokes all now and then.
 */
static void serve(int server, __u64 registry, struct dice *dice)
{
	struct nxia_transfer_cap cap = { registry, ALL, 0 };
	struct nxia_accept accepted;
	struct nxia_end end;

	if (!nxia_accept(server, registry, &end, &accepted)) {
		expect_allowed("TRANSFER", nxia_transfer(server, end.handle,
							 &cap, 1, NULL));
		close(end.fd);
		if (roll(dice, 2))
			nxia_close(server, end.handle);
	}
	if (!roll(dice, 20))
		EXPECT_OK(nxia_revoke(server, registry));
	usleep(1000);
}

/* One round: start the workers, serve them, kill the last one midway. */
static void round_run(int server, __u64 registry, struct dice *dice)
{
	pid_t workers[WORKERS];
	int left = WORKERS, kill_at = 5 + roll(dice, 40);

	for (int i = 0; i < WORKERS; i++) {
		__u64 seed = dice->state + i;

		workers[i] = child_start();
		if (!workers[i])
			worker_run(seed);
	}
	for (int served = 0; left; served++) {
		int status = 0;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid > 0) {
			left--;
			EXPECT(!status || (WIFSIGNALED(status) &&
					   WTERMSIG(status) == SIGKILL &&
					   pid == workers[WORKERS - 1]));
		}
		if (served == kill_at && left == WORKERS)
			kill(workers[WORKERS - 1], SIGKILL);
		serve(server, registry, dice);
	}
}

TEST(stress, "stress: everything against everything, some killed")
{
	const char *seed = getenv("NXIA_SEED");
	struct dice dice;
	int server = nxia_session();
	__u64 registry = make_registry(server);

	dice_init(&dice, seed ? strtoull(seed, NULL, 0) : 1);
	for (int i = 0; i < ROUNDS; i++)
		round_run(server, registry, &dice);
}

/* REVOKE of a tree that others grow, cut and use. */

static void grow(__u64 seed)
{
	struct dice dice = { seed };
	__u64 handle, registry;
	struct nxia_end end;
	int client = nxia_session();

	for (int i = 0; i < STEPS; i++) {
		if (nxia_bootstrap(client, &registry))
			continue;
		if (!nxia_connect(client, registry, page_size(), page_size(),
				  &end)) {
			struct ring ring;

			ring.own = mmap(NULL, half_size(page_size()),
					PROT_READ | PROT_WRITE, MAP_SHARED,
					end.fd, NXIA_MMAP_OWN);
			if (ring.own != MAP_FAILED) {
				probe(ring.own, true);
				munmap(ring.own, half_size(page_size()));
			}
			if (roll(&dice, 2))
				nxia_wait(end.fd, NXIA_WAIT_READ, 1000000);
			close(end.fd);
		}
		if (!nxia_derive(client, registry, NXIA_RIGHT_CONNECT, 1,
				 &handle))
			test_fail("a capability without DERIVE was derived");
		if (roll(&dice, 2))
			nxia_close(client, registry);
	}
	child_done();
}

TEST(revoke_storm, "stress: REVOKE against bootstrap, connect, map and wait")
{
	int server = nxia_session(), left = WORKERS;
	__u64 registry = make_registry(server);
	struct nxia_query query;

	for (int i = 0; i < WORKERS; i++)
		if (!child_start())
			grow(17 + i);
	while (left) {
		int status = 0;

		EXPECT_OK(nxia_revoke(server, registry));
		if (waitpid(-1, &status, WNOHANG) > 0) {
			EXPECT_EQ(status, 0);
			left--;
		}
	}
	EXPECT_OK(nxia_revoke(server, registry));
	EXPECT_OK(nxia_query(server, registry, &query));
	EXPECT_EQ(query.descendants, 0);
}
