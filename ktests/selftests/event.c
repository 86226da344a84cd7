// SPDX-License-Identifier: GPL-2.0-only
/* WATCH and EVENT: to learn that the last holder is gone, however it went. */
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>

#include "nxia_main.h"
#include "nxia_pair.h"
#include "nxia_region.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

static bool event_waits(int session)
{
	struct pollfd poller = { session, POLLIN, 0 };

	return poll(&poller, 1, 0) == 1 && poller.revents == POLLIN;
}

static void expect_none(int session)
{
	struct nxia_event event;

	EXPECT(!event_waits(session));
	EXPECT_ERR(nxia_event(session, &event), EAGAIN);
}

/* The next event is about @handle. */
static void expect_event(int session, __u64 handle, __u64 badge)
{
	struct nxia_event event;

	EXPECT(event_waits(session));
	EXPECT_OK(nxia_event(session, &event));
	EXPECT_EQ(event.type, NXIA_EVENT_LAST_REFERENCE);
	EXPECT_EQ(event.handle, handle);
	EXPECT_EQ(event.badge, badge);
}

TEST(none, "EVENT: EAGAIN when there is none")
{
	int session = nxia_session();

	expect_none(session);
	make_endpoint(session);
	expect_none(session);
}

TEST(at_once, "WATCH: tells at once when there are no descendants")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session), child;

	EXPECT_OK(nxia_watch(session, handle));
	expect_event(session, handle, 0);
	expect_none(session);
	child = make_child(session, handle, ALL, 77);
	EXPECT_OK(nxia_watch(session, child));
	expect_event(session, child, 77);
	expect_none(session);
}

TEST(right, "WATCH: EPERM without INSPECT")
{
	struct pair p;
	__u64 child;

	pair_init(&p, 1, 1);
	child = make_child(p.session, p.endpoint, ALL & ~NXIA_RIGHT_INSPECT, 0);
	EXPECT_ERR(nxia_watch(p.session, child), EPERM);
	EXPECT_ERR(nxia_watch(p.session, p.client.handle), EPERM);
	expect_none(p.session);
}

TEST(on_close, "EVENT: comes when the last child is closed, not before")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	__u64 first = make_child(session, handle, ALL, 1);
	__u64 second = make_child(session, handle, ALL, 2);

	EXPECT_OK(nxia_watch(session, handle));
	expect_none(session);
	EXPECT_OK(nxia_close(session, first));
	expect_none(session);
	EXPECT_OK(nxia_close(session, second));
	expect_event(session, handle, 0);
	expect_none(session);
}

TEST(grandchildren, "EVENT: what the closed one leaves behind counts")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	__u64 child = make_child(session, handle, ALL, 0);
	__u64 grandchild = make_child(session, child, ALL, 0);

	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_watch(session, child));
	EXPECT_OK(nxia_close(session, child));
	expect_none(session);
	EXPECT_OK(nxia_close(session, grandchild));
	expect_event(session, handle, 0);
	expect_none(session);
}

TEST(each_generation, "EVENT: the leaf first, when a branch is closed from below")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	__u64 child = make_child(session, handle, ALL, 5);
	__u64 grandchild = make_child(session, child, ALL, 0);

	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_watch(session, child));
	EXPECT_OK(nxia_close(session, grandchild));
	expect_event(session, child, 5);
	expect_none(session);
	EXPECT_OK(nxia_close(session, child));
	expect_event(session, handle, 0);
}

TEST(channel_counts, "EVENT: a connection is a descendant until it is closed")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	struct nxia_end client, server;

	make_channel(session, handle, page_size(), page_size(), &client,
		     &server);
	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_close(session, client.handle));
	expect_none(session);
	EXPECT_OK(nxia_close(session, server.handle));
	expect_event(session, handle, 0);
}

TEST(revoke_own, "EVENT: comes when the descendants are revoked")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	__u64 child = make_child(session, handle, ALL, 0);

	make_child(session, child, ALL, 0);
	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_EQ(nxia_revoke(session, handle), 2);
	expect_event(session, handle, 0);
	expect_none(session);
}

TEST(one_shot, "WATCH: is over with its event, and can be set anew")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	__u64 child = make_child(session, handle, ALL, 0);

	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_close(session, child));
	expect_event(session, handle, 0);
	child = make_child(session, handle, ALL, 0);
	EXPECT_OK(nxia_close(session, child));
	expect_none(session);
	child = make_child(session, handle, ALL, 0);
	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_close(session, child));
	expect_event(session, handle, 0);
}

TEST(twice, "WATCH: twice is once, also while the event waits")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	__u64 child = make_child(session, handle, ALL, 0);

	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_close(session, child));
	EXPECT_OK(nxia_watch(session, handle));
	expect_event(session, handle, 0);
	expect_none(session);
}

TEST(order, "EVENT: the oldest first")
{
	int session = nxia_session();
	__u64 handles[8];

	for (int i = 0; i < 8; i++)
		handles[i] = make_endpoint(session);
	for (int i = 0; i < 8; i++)
		EXPECT_OK(nxia_watch(session, handles[i * 3 % 8]));
	for (int i = 0; i < 8; i++)
		expect_event(session, handles[i * 3 % 8], 0);
	expect_none(session);
}

TEST(lost, "EVENT: is lost when the capability is closed")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session), other = make_endpoint(session);

	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_watch(session, other));
	EXPECT_OK(nxia_close(session, handle));
	expect_event(session, other, 0);
	expect_none(session);
}

TEST(lost_watch, "WATCH: ends when the capability is closed")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	__u64 child = make_child(session, handle, ALL, 0);
	__u64 grandchild = make_child(session, child, ALL, 0);

	EXPECT_OK(nxia_watch(session, child));
	EXPECT_OK(nxia_close(session, child));
	EXPECT_OK(nxia_close(session, grandchild));
	expect_none(session);
}

TEST(revoked, "WATCH: EKEYREVOKED for a revoked capability")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	__u64 child = make_child(session, handle, ALL, 0);

	EXPECT_OK(nxia_revoke(session, handle));
	EXPECT_ERR(nxia_watch(session, child), EKEYREVOKED);
	expect_none(session);
}

TEST(other_kinds, "WATCH: works on a region as well")
{
	int session = nxia_session();
	__u64 handle = make_region(session, 1);
	__u64 child = make_child(session, handle, REGION_ALL, 3);

	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_close(session, child));
	expect_event(session, handle, 0);
}

/* In flight */

TEST(in_flight, "EVENT: a capability in flight counts, until it is discarded")
{
	struct nxia_transfer_cap cap;
	struct pair p;
	__u64 handle;

	pair_init(&p, 1, 1);
	handle = make_endpoint(p.session);
	cap = (struct nxia_transfer_cap){ handle, NXIA_RIGHT_CONNECT, 9 };
	REQUIRE_OK(nxia_transfer(p.session, p.client.handle, &cap, 1, NULL));
	EXPECT_OK(nxia_watch(p.session, handle));
	expect_none(p.session);
	EXPECT_OK(nxia_close(p.session, p.server.handle));
	expect_event(p.session, handle, 0);
}

TEST(received, "EVENT: to be received ends nothing")
{
	struct nxia_transfer_cap cap;
	__u32 count = 1;
	struct pair p;
	__u64 handle;

	pair_init(&p, 1, 1);
	handle = make_endpoint(p.session);
	cap = (struct nxia_transfer_cap){ handle, NXIA_RIGHT_CONNECT, 9 };
	REQUIRE_OK(nxia_transfer(p.session, p.client.handle, &cap, 1, NULL));
	EXPECT_OK(nxia_watch(p.session, handle));
	REQUIRE_OK(nxia_receive(p.session, p.server.handle, &cap, &count,
				NULL));
	expect_none(p.session);
	EXPECT_OK(nxia_close(p.session, cap.handle));
	expect_event(p.session, handle, 0);
}

/* Other processes */

/* A process that holds a child of what @file stands for until it is killed. */
static pid_t start_holder(int file, struct gate *ready)
{
	pid_t child = child_start();
	__u64 handle;

	if (child)
		return child;
	REQUIRE_OK(nxia_import(nxia_session(), file, NXIA_RIGHT_CONNECT,
			       &handle));
	gate_open(ready);
	pause();
	child_done();
}

static void until_event(int session)
{
	struct pollfd poller = { session, POLLIN, 0 };

	EXPECT_EQ(poll(&poller, 1, -1), 1);
	EXPECT_EQ(poller.revents, POLLIN);
}

TEST(killed, "EVENT: comes when the last holder is killed")
{
	int session = nxia_session(), file;
	__u64 handle = make_endpoint(session), object;
	struct gate ready;
	pid_t holders[3];

	gate_init(&ready);
	object = make_child(session, handle, ALL, 0x1234);
	file = nxia_fd(session, object);
	for (int i = 0; i < 3; i++) {
		holders[i] = start_holder(file, &ready);
		gate_pass(&ready);
	}
	EXPECT_OK(nxia_watch(session, object));
	child_kill(holders[1]);
	child_kill(holders[0]);
	usleep(50000);
	expect_none(session);
	child_kill(holders[2]);
	until_event(session);
	expect_event(session, object, 0x1234);
}

struct poller {
	int session;
	bool epoll;
	pthread_t thread;
	pid_t tid;
	int result;
	struct gate started;
};

static void *poller_run(void *argument)
{
	struct poller *poller = argument;
	struct pollfd poll_for = { poller->session, POLLIN, 0 };
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	poller->tid = gettid();
	EXPECT_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, poller->session, &event), 0);
	gate_open(&poller->started);
	poller->result = poller->epoll ? epoll_wait(epoll, &event, 1, 60000) :
					 poll(&poll_for, 1, 60000);
	close(epoll);
	return NULL;
}

static void poll_wakes(bool epoll)
{
	struct poller poller = { .session = nxia_session(), .epoll = epoll };
	__u64 handle = make_endpoint(poller.session);
	__u64 child = make_child(poller.session, handle, ALL, 0);

	gate_init(&poller.started);
	EXPECT_OK(nxia_watch(poller.session, handle));
	REQUIRE(!pthread_create(&poller.thread, NULL, poller_run, &poller));
	gate_pass(&poller.started);
	until_asleep(poller.tid);
	EXPECT_OK(nxia_close(poller.session, child));
	pthread_join(poller.thread, NULL);
	EXPECT_EQ(poller.result, 1);
	expect_event(poller.session, handle, 0);
}

TEST(poll_sleeper, "EVENT: wakes who polls the session's file")
{
	poll_wakes(false);
}

TEST(epoll_sleeper, "EVENT: wakes edge-triggered epoll")
{
	poll_wakes(true);
}

TEST(shared_session, "EVENT: one for the session, whichever process takes it")
{
	int session = nxia_session();
	__u64 handle = make_endpoint(session);
	pid_t child;

	EXPECT_OK(nxia_watch(session, handle));
	child = child_start();
	if (!child) {
		expect_event(session, handle, 0);
		child_done();
	}
	child_join(child);
	expect_none(session);
}

TEST(other_session, "EVENT: goes to the session that watches, no other")
{
	int session = nxia_session(), other = nxia_session();
	__u64 handle = make_endpoint(session), imported;

	REQUIRE_OK(nxia_import(other, nxia_fd(session, handle), ALL,
			       &imported));
	EXPECT_OK(nxia_watch(session, handle));
	EXPECT_OK(nxia_watch(other, imported));
	expect_none(session);
	expect_event(other, imported, 0);
	close(other);
	expect_event(session, handle, 0);
}

TEST(many, "EVENT: of many at once, each comes once")
{
	static __u64 handles[1000], children[1000];
	int session = nxia_session();
	__u64 root = make_endpoint(session);

	for (int i = 0; i < 1000; i++) {
		handles[i] = make_child(session, root, ALL, i + 1);
		children[i] = make_child(session, handles[i], ALL, 0);
		EXPECT_OK(nxia_watch(session, handles[i]));
	}
	for (int i = 0; i < 1000; i++)
		EXPECT_OK(nxia_close(session, children[i]));
	for (int i = 0; i < 1000; i++)
		expect_event(session, handles[i], i + 1);
	expect_none(session);
}

/* A holder dies while the watcher closes, again and again. */
TEST(race, "EVENT, CLOSE: against each other")
{
	int session = nxia_session();
	struct gate ready;

	gate_init(&ready);
	for (int round = 0; round < 20; round++) {
		__u64 handle = make_endpoint(session);
		int file = nxia_fd(session, handle), status;
		struct nxia_event event;
		pid_t holder = start_holder(file, &ready);

		gate_pass(&ready);
		EXPECT_OK(nxia_watch(session, handle));
		kill(holder, SIGKILL);
		EXPECT_OK(nxia_close(session, handle));
		close(file);
		EXPECT_EQ(waitpid(holder, &status, 0), holder);
		EXPECT_ERR(nxia_event(session, &event), EAGAIN);
	}
}
