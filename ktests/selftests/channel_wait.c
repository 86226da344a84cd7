// SPDX-License-Identifier: GPL-2.0-only
/* NOTIFY, WAIT and NOTIFY_WAIT on a channel end. */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "nxia_main.h"
#include "nxia_pair.h"

#define FOREVER	NXIA_WAIT_FOREVER
#define READ	NXIA_WAIT_READ
#define WRITE	NXIA_WAIT_WRITE

/* What is ready now */

TEST(wait_flags, "WAIT: EINVAL without a flag, or with an unknown one")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(nxia_wait(p.client.fd, 0, 0), EINVAL);
	EXPECT_ERR(nxia_notify_wait(p.client.fd, 0, 0), EINVAL);
	for (int bit = 2; bit < 32; bit++) {
		EXPECT_ERR(nxia_wait(p.client.fd, READ | 1U << bit, 0), EINVAL);
		EXPECT_ERR(nxia_notify_wait(p.client.fd, READ | 1U << bit, 0),
			   EINVAL);
	}
}

TEST(wait_empty, "WAIT: ETIMEDOUT when there is nothing to read")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(nxia_wait(p.client.fd, READ, 0), ETIMEDOUT);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), ETIMEDOUT);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 1), ETIMEDOUT);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 20000000), ETIMEDOUT);
}

TEST(notify_wait_timeout, "NOTIFY_WAIT: ETIMEDOUT when there is nothing to read")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(nxia_notify_wait(p.client.fd, READ, 0), ETIMEDOUT);
	EXPECT_ERR(nxia_notify_wait(p.client.fd, READ, 1000000), ETIMEDOUT);
}

TEST(wait_full, "WAIT: ETIMEDOUT when there is no space to write")
{
	struct pair p;

	pair_init(&p, 1, 1);
	pair_fill(&p, 0);
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, 0), ETIMEDOUT);
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, 1000000), ETIMEDOUT);
	pair_drain(&p, 1);
	EXPECT_EQ(nxia_wait(p.client.fd, WRITE, FOREVER), WRITE);
}

TEST(wait_ready, "WAIT: tells which are ready")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_EQ(nxia_wait(p.server.fd, WRITE, FOREVER), WRITE);
	EXPECT_EQ(nxia_wait(p.server.fd, READ | WRITE, FOREVER), WRITE);
	ring_put(&p.a, "", 1);
	EXPECT_EQ(nxia_wait(p.server.fd, READ, FOREVER), READ);
	EXPECT_EQ(nxia_wait(p.server.fd, READ | WRITE, FOREVER), READ | WRITE);
	EXPECT_EQ(nxia_wait(p.server.fd, WRITE, FOREVER), WRITE);
	pair_fill(&p, 0);
	ring_put(&p.b, "", 1);
	EXPECT_EQ(nxia_wait(p.client.fd, READ | WRITE, FOREVER), READ);
	EXPECT_EQ(nxia_notify_wait(p.client.fd, READ | WRITE, FOREVER), READ);
}

/* want */

TEST(want_data, "WAIT: is not ready to read below the want")
{
	struct pair p;

	pair_init(&p, 1, 1);
	for (__u64 want = 2; want <= page_size(); want *= 2) {
		pair_drain(&p, ring_used(&p.b));
		pair_fill(&p, page_size() - want + 1);
		ring_consumer(&p.b)->want = want;
		EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), ETIMEDOUT);
		REQUIRE(ring_put(&p.a, "", 1));
		ring_consumer(&p.b)->want = want;
		EXPECT_EQ(nxia_wait(p.server.fd, READ, 0), READ);
	}
}

TEST(want_space, "WAIT: is not ready to write below the want")
{
	struct pair p;

	pair_init(&p, 1, 1);
	pair_fill(&p, 63);
	ring_producer(&p.a)->want = 64;
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, 0), ETIMEDOUT);
	pair_drain(&p, 1);
	ring_producer(&p.a)->want = 64;
	EXPECT_EQ(nxia_wait(p.client.fd, WRITE, 0), WRITE);
}

TEST(want_beyond, "WAIT: a want beyond the size means the size")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_producer(&p.a)->want = ~0ULL;
	EXPECT_EQ(nxia_wait(p.client.fd, WRITE, 0), WRITE);
	pair_fill(&p, 1);
	ring_consumer(&p.b)->want = ~0ULL;
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), ETIMEDOUT);
	pair_fill(&p, 0);
	ring_consumer(&p.b)->want = page_size() + 1;
	EXPECT_EQ(nxia_wait(p.server.fd, READ, 0), READ);
}

TEST(want_cleared, "WAIT: sets the want to 0 when it returns")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), ETIMEDOUT);
	EXPECT_EQ(ring_consumer(&p.b)->want, 0);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 1000000), ETIMEDOUT);
	EXPECT_EQ(ring_consumer(&p.b)->want, 0);
	pair_fill(&p, 0);
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, 1000000), ETIMEDOUT);
	EXPECT_EQ(ring_producer(&p.a)->want, 0);
	ring_consumer(&p.b)->want = 64;
	EXPECT_EQ(nxia_wait(p.server.fd, READ, FOREVER), READ);
	EXPECT_EQ(ring_consumer(&p.b)->want, 0);
}

TEST(want_not_peer, "WAIT: leaves the peer's pages alone")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_consumer(&p.a)->want = 5;
	ring_producer(&p.a)->want = 6;
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 1000000), ETIMEDOUT);
	EXPECT_EQ(nxia_wait(p.server.fd, READ | WRITE, 0), WRITE);
	EXPECT_EQ(ring_consumer(&p.a)->want, 5);
	EXPECT_EQ(ring_producer(&p.a)->want, 6);
}

/* Waiters that sleep */

struct waiter {
	int fd;
	__u32 flags;
	__u64 timeout;
	pthread_t thread;
	pid_t tid;
	int result;
	volatile bool done;
	struct gate started;
};

static void *waiter_run(void *argument)
{
	struct waiter *waiter = argument;

	waiter->tid = gettid();
	gate_open(&waiter->started);
	waiter->result = nxia_wait(waiter->fd, waiter->flags, waiter->timeout);
	waiter->done = true;
	return NULL;
}

static void waiter_start(struct waiter *waiter, int fd, __u32 flags,
			 __u64 timeout)
{
	*waiter = (struct waiter){
		.fd = fd, .flags = flags, .timeout = timeout,
	};
	gate_init(&waiter->started);
	REQUIRE(!pthread_create(&waiter->thread, NULL, waiter_run, waiter));
	gate_pass(&waiter->started);
	until_asleep(waiter->tid);
}

static int waiter_join(struct waiter *waiter)
{
	pthread_join(waiter->thread, NULL);
	close(waiter->started.fds[0]);
	close(waiter->started.fds[1]);
	return waiter->result;
}

TEST(sleeper_wants, "WAIT: a sleeper shows a want of 1, and NOTIFY wakes it")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.server.fd, READ, FOREVER);
	EXPECT_EQ(word_load(&ring_peer_consumer(&p.a)->want), 1);
	EXPECT(ring_send(&p.a, "x", 1));
	EXPECT_EQ(waiter_join(&waiter), READ);
	EXPECT_EQ(word_load(&ring_peer_consumer(&p.a)->want), 0);
}

TEST(sleeper_space, "WAIT: a sleeping producer wakes for space")
{
	struct pair p;
	struct waiter waiter;
	char byte;

	pair_init(&p, 1, 1);
	pair_fill(&p, 0);
	waiter_start(&waiter, p.client.fd, WRITE, FOREVER);
	EXPECT(ring_receive(&p.b, &byte, 1));
	EXPECT_EQ(waiter_join(&waiter), WRITE);
}

TEST(sleeper_timed, "WAIT: a sleeper with a timeout wakes for data")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.server.fd, READ, 170000000000ULL);
	EXPECT(ring_send(&p.a, "x", 1));
	EXPECT_EQ(waiter_join(&waiter), READ);
}

TEST(sleeper_both, "WAIT: for both wakes when one is ready")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	pair_fill(&p, 0);
	waiter_start(&waiter, p.client.fd, READ | WRITE, FOREVER);
	EXPECT(ring_send(&p.b, "x", 1));
	EXPECT_EQ(waiter_join(&waiter), READ);
}

TEST(sleeper_kept, "NOTIFY: without enough data leaves the peer asleep")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	ring_consumer(&p.b)->want = 64;
	waiter_start(&waiter, p.server.fd, READ, FOREVER);
	for (int i = 0; i < 63; i++) {
		REQUIRE(ring_put(&p.a, "", 1));
		EXPECT_OK(nxia_notify(p.client.fd));
	}
	until_asleep(waiter.tid);
	EXPECT_EQ(task_state(waiter.tid), 'S');
	EXPECT_EQ(word_load(&ring_peer_consumer(&p.a)->want), 64);
	REQUIRE(ring_send(&p.a, "", 1));
	EXPECT_EQ(waiter_join(&waiter), READ);
}

TEST(sleepers_all, "NOTIFY: wakes all who wait on the peer's end")
{
	struct pair p;
	struct waiter waiters[4];

	pair_init(&p, 1, 1);
	for (int i = 0; i < 4; i++)
		waiter_start(&waiters[i], p.server.fd, READ, FOREVER);
	REQUIRE(ring_put(&p.a, "x", 1));
	EXPECT_OK(nxia_notify(p.client.fd));
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(waiter_join(&waiters[i]), READ);
}

TEST(sleeper_other, "WAIT: one that returns leaves no other asleep for good")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.server.fd, READ, FOREVER);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), ETIMEDOUT);
	EXPECT(ring_send(&p.a, "x", 1));
	EXPECT_EQ(waiter_join(&waiter), READ);
}

TEST(notify_own, "NOTIFY: does not need a sleeper, and may come often")
{
	struct pair p;

	pair_init(&p, 1, 1);
	for (int i = 0; i < 100; i++) {
		EXPECT_OK(nxia_notify(p.client.fd));
		EXPECT_OK(nxia_notify(p.server.fd));
	}
	EXPECT_ERR(nxia_wait(p.client.fd, READ, 0), ETIMEDOUT);
}

TEST(notify_wait_wakes, "NOTIFY_WAIT: wakes the peer, then waits")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.server.fd, READ, FOREVER);
	REQUIRE(ring_put(&p.a, "x", 1));
	EXPECT_ERR(nxia_notify_wait(p.client.fd, READ, 0), ETIMEDOUT);
	EXPECT_EQ(waiter_join(&waiter), READ);
}

/* Signals */

static volatile sig_atomic_t signals;

static void count_signal(int signal)
{
	(void)signal;
	signals++;
}

static void handle_usr1(int flags)
{
	struct sigaction action = {
		.sa_handler = count_signal, .sa_flags = flags,
	};

	sigaction(SIGUSR1, &action, NULL);
}

/* Interrupt until WAIT has returned: the first may come before it sleeps. */
static void waiter_interrupt(struct waiter *waiter)
{
	do {
		pthread_kill(waiter->thread, SIGUSR1);
		usleep(10000);
	} while (!waiter->done);
}

/* Interrupt a sleeper once. */
static void waiter_interrupt_once(struct waiter *waiter)
{
	int before = signals;

	EXPECT_EQ(pthread_kill(waiter->thread, SIGUSR1), 0);
	while (signals == before)
		usleep(1000);
}

TEST(signal_plain, "WAIT: EINTR for a signal without SA_RESTART")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	handle_usr1(0);
	waiter_start(&waiter, p.server.fd, READ, FOREVER);
	waiter_interrupt(&waiter);
	EXPECT_ERR(waiter_join(&waiter), EINTR);
	EXPECT_EQ(ring_consumer(&p.b)->want, 0);
}

TEST(signal_timed, "WAIT: EINTR for a signal with SA_RESTART and a timeout")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	handle_usr1(SA_RESTART);
	waiter_start(&waiter, p.server.fd, READ, 170000000000ULL);
	waiter_interrupt(&waiter);
	EXPECT_ERR(waiter_join(&waiter), EINTR);
}

TEST(signal_restart, "WAIT: is restarted with SA_RESTART and no timeout")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	handle_usr1(SA_RESTART);
	waiter_start(&waiter, p.server.fd, READ, FOREVER);
	for (int i = 0; i < 5; i++) {
		waiter_interrupt_once(&waiter);
		until_asleep(waiter.tid);
	}
	EXPECT_EQ(signals, 5);
	EXPECT(ring_send(&p.a, "x", 1));
	EXPECT_EQ(waiter_join(&waiter), READ);
}

static void *notify_waiter_run(void *argument)
{
	struct waiter *waiter = argument;

	waiter->tid = gettid();
	gate_open(&waiter->started);
	waiter->result = nxia_notify_wait(waiter->fd, READ, waiter->timeout);
	waiter->done = true;
	return NULL;
}

TEST(signal_notify_wait, "NOTIFY_WAIT: EINTR for a signal")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	handle_usr1(0);
	waiter = (struct waiter){ .fd = p.server.fd, .timeout = FOREVER };
	gate_init(&waiter.started);
	REQUIRE(!pthread_create(&waiter.thread, NULL, notify_waiter_run,
				&waiter));
	gate_pass(&waiter.started);
	until_asleep(waiter.tid);
	waiter_interrupt(&waiter);
	EXPECT_ERR(waiter_join(&waiter), EINTR);
}

static __u64 milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void on_first_processor(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	REQUIRE(!sched_setaffinity(0, sizeof(set), &set));
}

/* Less than what the kernel lets a real-time task run in a second. */
#define BUSY_MS	800

/* Runs before all others, for as long as the one who woke it would wait. */
static void *busy_peer_run(void *argument)
{
	struct waiter *waiter = argument;
	struct sched_param param = { .sched_priority = 1 };
	__u64 end;

	on_first_processor();
	REQUIRE(!sched_setscheduler(0, SCHED_FIFO, &param));
	waiter->tid = gettid();
	gate_open(&waiter->started);
	waiter->result = nxia_wait(waiter->fd, READ, FOREVER);
	end = milliseconds_now() + BUSY_MS;
	while (milliseconds_now() < end)
		;
	return NULL;
}

TEST(timeout_runs, "NOTIFY_WAIT: ETIMEDOUT in time, whoever runs meanwhile")
{
	struct pair p;
	struct waiter peer;
	__u64 start;

	pair_init(&p, 1, 1);
	on_first_processor();
	peer = (struct waiter){ .fd = p.server.fd };
	gate_init(&peer.started);
	REQUIRE(!pthread_create(&peer.thread, NULL, busy_peer_run, &peer));
	gate_pass(&peer.started);
	until_asleep(peer.tid);
	REQUIRE(ring_put(&p.a, "x", 1));
	start = milliseconds_now();
	EXPECT_ERR(nxia_notify_wait(p.client.fd, READ, BUSY_MS * 1000000ULL),
		   ETIMEDOUT);
	/* Not one after the other. */
	EXPECT(milliseconds_now() - start < 2 * BUSY_MS);
	EXPECT_EQ(waiter_join(&peer), READ);
}

TEST(signal_kill, "WAIT: a sleeper can be killed")
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = child_start();
	if (!child) {
		nxia_wait(p.server.fd, READ, FOREVER);
		child_done();
	}
	until_asleep(child);
	child_kill(child);
}

/* The peer goes */

TEST(peer_gone, "WAIT: EPIPE when the peer is gone and there is nothing")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), EPIPE);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 1000000), EPIPE);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, FOREVER), EPIPE);
}

TEST(peer_gone_notify, "NOTIFY: EPIPE when the peer is gone")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.server.handle));
	EXPECT_ERR(nxia_notify(p.client.fd), EPIPE);
}

TEST(peer_gone_notify_wait, "NOTIFY_WAIT: EPIPE when the peer is gone")
{
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE(ring_put(&p.a, "rest", 4));
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_EQ(nxia_notify_wait(p.server.fd, READ, FOREVER), READ);
	pair_drain(&p, 4);
	EXPECT_ERR(nxia_notify_wait(p.server.fd, READ, FOREVER), EPIPE);
}

TEST(peer_gone_rest, "WAIT: what the peer left is ready whatever the want")
{
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE(ring_put(&p.a, "rest", 4));
	ring_consumer(&p.b)->want = 64;
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), ETIMEDOUT);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	ring_consumer(&p.b)->want = 64;
	EXPECT_EQ(nxia_wait(p.server.fd, READ, FOREVER), READ);
	pair_drain(&p, 4);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, FOREVER), EPIPE);
}

TEST(peer_gone_full, "WAIT: EPIPE for space when the peer is gone")
{
	struct pair p;

	pair_init(&p, 1, 1);
	pair_fill(&p, 0);
	EXPECT_OK(nxia_close(p.session, p.server.handle));
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, FOREVER), EPIPE);
}

TEST(peer_gone_sleeper, "CLOSE: of the peer wakes a sleeper with EPIPE")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.server.fd, READ, FOREVER);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_ERR(waiter_join(&waiter), EPIPE);
}

TEST(peer_killed, "WAIT: a sleeper sees that the peer was killed")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);
	struct nxia_accept accepted;
	struct nxia_end server;
	struct waiter waiter;
	struct gate ready;
	pid_t child;

	gate_init(&ready);
	child = child_start();
	if (!child) {
		struct nxia_end end;
		struct ring ring;

		make_client(page_size(), page_size(), &end);
		ring_map(&ring, &end);
		gate_open(&ready);
		for (;;)
			ring_consumer(&ring)->want++;
	}
	gate_pass(&ready);
	REQUIRE_OK(nxia_accept(session, registry, &server, &accepted));
	waiter_start(&waiter, server.fd, READ, FOREVER);
	child_kill(child);
	EXPECT_ERR(waiter_join(&waiter), EPIPE);
}

/* The capability goes */

TEST(closed, "WAIT: EBADF when the capability is closed")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_ERR(nxia_wait(p.client.fd, READ, 0), EBADF);
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, FOREVER), EBADF);
}

TEST(closed_notify, "NOTIFY: EBADF when the capability is closed")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_ERR(nxia_notify(p.client.fd), EBADF);
}

TEST(closed_notify_wait, "NOTIFY_WAIT: EBADF when the capability is closed")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_ERR(nxia_notify_wait(p.client.fd, READ, FOREVER), EBADF);
}

TEST(closed_sleeper, "CLOSE: wakes the own sleeper with EBADF")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.client.fd, READ, FOREVER);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_ERR(waiter_join(&waiter), EBADF);
}

TEST(revoked, "WAIT: EKEYREVOKED when the capability was revoked")
{
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE(ring_put(&p.a, "x", 1));
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	EXPECT_ERR(nxia_wait(p.client.fd, READ, 0), EKEYREVOKED);
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, FOREVER), EKEYREVOKED);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, FOREVER), EKEYREVOKED);
}

TEST(revoked_notify, "NOTIFY: EKEYREVOKED when the capability was revoked")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	EXPECT_ERR(nxia_notify(p.client.fd), EKEYREVOKED);
	EXPECT_ERR(nxia_notify(p.server.fd), EKEYREVOKED);
}

TEST(revoked_notify_wait, "NOTIFY_WAIT: EKEYREVOKED when it was revoked")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	EXPECT_ERR(nxia_notify_wait(p.client.fd, READ, FOREVER), EKEYREVOKED);
}

TEST(revoked_sleeper, "REVOKE: wakes sleepers of both ends with EKEYREVOKED")
{
	struct pair p;
	struct waiter reader, writer, timed;

	pair_init(&p, 1, 1);
	pair_fill(&p, 10);
	ring_producer(&p.a)->want = 64;
	waiter_start(&reader, p.client.fd, READ, FOREVER);
	waiter_start(&writer, p.client.fd, WRITE, FOREVER);
	ring_consumer(&p.b)->want = page_size();
	waiter_start(&timed, p.server.fd, READ, 170000000000ULL);
	EXPECT_EQ(nxia_revoke(p.session, p.endpoint), 2);
	EXPECT_ERR(waiter_join(&reader), EKEYREVOKED);
	EXPECT_ERR(waiter_join(&writer), EKEYREVOKED);
	EXPECT_ERR(waiter_join(&timed), EKEYREVOKED);
}

TEST(session_ends, "session: its end wakes its sleepers with EBADF")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.client.fd, READ, FOREVER);
	close(p.session);
	EXPECT_ERR(waiter_join(&waiter), EBADF);
}

/* Poison */

/* Both ends find the channel poisoned, and it stays so. */
static void expect_poisoned(struct pair *p)
{
	EXPECT_ERR(nxia_wait(p->server.fd, READ, 0), EBADMSG);
	EXPECT_ERR(nxia_wait(p->server.fd, READ, FOREVER), EBADMSG);
	EXPECT_ERR(nxia_wait(p->server.fd, WRITE, FOREVER), EBADMSG);
	EXPECT_ERR(nxia_wait(p->client.fd, READ, FOREVER), EBADMSG);
	EXPECT_ERR(nxia_notify_wait(p->client.fd, WRITE, FOREVER), EBADMSG);
	ring_producer(&p->a)->index = 0;
	ring_consumer(&p->a)->index = 0;
	ring_producer(&p->b)->index = 0;
	ring_consumer(&p->b)->index = 0;
	EXPECT_ERR(nxia_wait(p->server.fd, READ, FOREVER), EBADMSG);
	EXPECT_ERR(nxia_wait(p->client.fd, WRITE, FOREVER), EBADMSG);
}

TEST(poison_producer, "WAIT: EBADMSG when more is produced than there is space")
{
	static const __u64 wrong[] = { 1, 1ULL << 32, 1ULL << 63, ~0ULL / 2 };
	struct pair p;

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		pair_init(&p, 1, 1);
		ring_producer(&p.a)->index = page_size();
		EXPECT_EQ(nxia_wait(p.server.fd, READ, 0), READ);
		ring_producer(&p.a)->index = page_size() + wrong[i];
		EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), EBADMSG);
		expect_poisoned(&p);
	}
}

TEST(poison_consumer, "WAIT: EBADMSG when more is consumed than was produced")
{
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE(ring_put(&p.a, "", 1));
	ring_consumer(&p.b)->index = 2;
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, 0), EBADMSG);
	expect_poisoned(&p);
}

TEST(poison_own, "WAIT: EBADMSG for an own index that is impossible")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_consumer(&p.b)->index = 1;
	EXPECT_ERR(nxia_wait(p.server.fd, READ, FOREVER), EBADMSG);
	expect_poisoned(&p);
}

TEST(poison_notify_wait, "NOTIFY_WAIT: EBADMSG when the indices are impossible")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_producer(&p.a)->index = page_size() + 1;
	EXPECT_ERR(nxia_notify_wait(p.server.fd, READ, FOREVER), EBADMSG);
	expect_poisoned(&p);
}

TEST(poison_sleeper, "NOTIFY: a sleeper wakes to a poisoned channel")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.server.fd, READ, FOREVER);
	ring_producer(&p.a)->index = ~0ULL;
	EXPECT_OK(nxia_notify(p.client.fd));
	EXPECT_ERR(waiter_join(&waiter), EBADMSG);
}

TEST(poison_wakes_peer, "WAIT: who finds the poison wakes the peer")
{
	struct pair p;
	struct waiter waiter;

	pair_init(&p, 1, 1);
	waiter_start(&waiter, p.client.fd, READ, FOREVER);
	ring_producer(&p.a)->index = ~0ULL;
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), EBADMSG);
	EXPECT_ERR(waiter_join(&waiter), EBADMSG);
}

TEST(wrap_index, "WAIT: indices may pass 2^64")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_consumer(&p.b)->index = -10ULL;
	ring_producer(&p.a)->index = 10;
	EXPECT_EQ(nxia_wait(p.server.fd, READ, FOREVER), READ);
	ring_producer(&p.a)->index = page_size() - 10;
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, 0), ETIMEDOUT);
}

TEST(reserved_words, "WAIT: the kernel writes nothing but the want")
{
	struct pair p;
	size_t page = page_size(), nonzero = 0;

	pair_init(&p, 1, 1);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 1000000), ETIMEDOUT);
	EXPECT_EQ(nxia_wait(p.server.fd, WRITE, 1000000), WRITE);
	EXPECT_OK(nxia_notify(p.server.fd));
	for (size_t i = 0; i < half_size(page); i++)
		nonzero += !!p.b.own[i];
	EXPECT_EQ(nonzero, 0);
}

/* No wake-up is lost */

#define MESSAGES	3000

/* Send numbered messages of changing length, sleeping when there is no space. */
static void send_all(struct ring *ring, unsigned int seed)
{
	char message[512];

	for (unsigned int i = 0; i < MESSAGES; i++) {
		__u64 length = 1 + rand_r(&seed) % sizeof(message);

		memset(message, i, length);
		while (ring_space(ring) < length) {
			word_store(&ring_producer(ring)->want, length);
			EXPECT_EQ(nxia_wait(ring->fd, WRITE, FOREVER), WRITE);
		}
		REQUIRE(ring_send(ring, message, length));
	}
}

static void receive_all(struct ring *ring, unsigned int seed)
{
	char message[512];
	size_t wrong = 0;

	for (unsigned int i = 0; i < MESSAGES; i++) {
		__u64 length = 1 + rand_r(&seed) % sizeof(message);

		while (ring_used(ring) < length) {
			word_store(&ring_consumer(ring)->want, length);
			EXPECT_EQ(nxia_wait(ring->fd, READ, FOREVER), READ);
		}
		REQUIRE(ring_receive(ring, message, length));
		for (size_t j = 0; j < length; j++)
			wrong += message[j] != (char)i;
	}
	EXPECT_EQ(wrong, 0);
}

TEST(no_lost_wakeup, "WAIT: no wake-up is lost between two processes")
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = child_start();
	if (!child) {
		ring_map(&p.a, &p.client);
		send_all(&p.a, 1);
		child_done();
	}
	receive_all(&p.b, 1);
	child_join(child);
}
