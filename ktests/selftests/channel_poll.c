// SPDX-License-Identifier: GPL-2.0-only
/* poll() and epoll on a channel end: readiness follows the data. */
#include <poll.h>
#include <sys/epoll.h>

#include "nxia_main.h"
#include "nxia_pair.h"

static short poll_for(int file, short events)
{
	struct pollfd poller = { file, events, 0 };

	EXPECT_OK(poll(&poller, 1, 0));
	return poller.revents;
}

static short poll_now(int file)
{
	return poll_for(file, POLLIN | POLLOUT);
}

TEST(data, "poll: POLLIN exactly while there is data")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_EQ(poll_now(p.server.fd), POLLOUT);
	REQUIRE(ring_put(&p.a, "xy", 2));
	EXPECT_EQ(poll_now(p.server.fd), POLLIN | POLLOUT);
	pair_drain(&p, 1);
	EXPECT_EQ(poll_now(p.server.fd), POLLIN | POLLOUT);
	pair_drain(&p, 1);
	EXPECT_EQ(poll_now(p.server.fd), POLLOUT);
	EXPECT_EQ(poll_now(p.client.fd), POLLOUT);
}

TEST(space, "poll: POLLOUT exactly while there is space")
{
	struct pair p;

	pair_init(&p, 1, 1);
	pair_fill(&p, 1);
	EXPECT_EQ(poll_now(p.client.fd), POLLOUT);
	pair_fill(&p, 0);
	EXPECT_EQ(poll_now(p.client.fd), 0);
	pair_drain(&p, 1);
	EXPECT_EQ(poll_now(p.client.fd), POLLOUT);
}

TEST(want_data, "poll: no POLLIN below the want of the consumer page")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_consumer(&p.b)->want = 64;
	pair_fill(&p, page_size() - 63);
	EXPECT_EQ(poll_now(p.server.fd), POLLOUT);
	REQUIRE(ring_put(&p.a, "", 1));
	EXPECT_EQ(poll_now(p.server.fd), POLLIN | POLLOUT);
	ring_consumer(&p.b)->want = ~0ULL;
	EXPECT_EQ(poll_now(p.server.fd), POLLOUT);
	pair_fill(&p, 0);
	EXPECT_EQ(poll_now(p.server.fd), POLLIN | POLLOUT);
}

TEST(want_space, "poll: no POLLOUT below the want of the producer page")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_producer(&p.a)->want = 64;
	pair_fill(&p, 63);
	EXPECT_EQ(poll_now(p.client.fd), 0);
	pair_drain(&p, 1);
	EXPECT_EQ(poll_now(p.client.fd), POLLOUT);
}

TEST(sets_want, "poll: sets a want of 0 to 1 when there is nothing")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_EQ(poll_for(p.server.fd, POLLIN), 0);
	EXPECT_EQ(ring_consumer(&p.b)->want, 1);
	pair_fill(&p, 0);
	EXPECT_EQ(poll_for(p.client.fd, POLLOUT), 0);
	EXPECT_EQ(ring_producer(&p.a)->want, 1);
}

TEST(keeps_want, "poll: leaves a want that is set")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_consumer(&p.b)->want = 64;
	EXPECT_EQ(poll_for(p.server.fd, POLLIN), 0);
	EXPECT_EQ(ring_consumer(&p.b)->want, 64);
	pair_fill(&p, 0);
	EXPECT_EQ(poll_for(p.server.fd, POLLIN), POLLIN);
	EXPECT_EQ(ring_consumer(&p.b)->want, 64);
}

TEST(hang_up, "poll: POLLHUP and POLLIN once the peer is gone")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_EQ(poll_for(p.server.fd, 0), POLLHUP);
	EXPECT_EQ(poll_for(p.server.fd, POLLIN), POLLIN | POLLHUP);
}

TEST(hang_up_data, "poll: what the peer left is there whatever the want")
{
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE(ring_put(&p.a, "rest", 4));
	ring_consumer(&p.b)->want = 64;
	EXPECT_EQ(poll_for(p.server.fd, POLLIN), 0);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_EQ(poll_for(p.server.fd, POLLIN), POLLIN | POLLHUP);
}

TEST(poisoned, "poll: POLLERR when the channel is poisoned, for good")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_producer(&p.a)->index = page_size() + 1;
	EXPECT(poll_now(p.server.fd) & POLLERR);
	ring_producer(&p.a)->index = 0;
	EXPECT(poll_now(p.server.fd) & POLLERR);
	EXPECT(poll_now(p.client.fd) & POLLERR);
	EXPECT_ERR(nxia_wait(p.client.fd, NXIA_WAIT_READ, 0), EBADMSG);
}

TEST(poisoned_by_wait, "poll: POLLERR after WAIT found the poison")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_consumer(&p.b)->index = 1;
	EXPECT_ERR(nxia_wait(p.client.fd, NXIA_WAIT_WRITE, 0), EBADMSG);
	ring_consumer(&p.b)->index = 0;
	EXPECT(poll_now(p.server.fd) & POLLERR);
	EXPECT(poll_now(p.client.fd) & POLLERR);
}

TEST(dead, "poll: POLLERR when the capability is closed or revoked")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT(poll_for(p.client.fd, 0) & POLLERR);
	EXPECT_EQ(poll_for(p.server.fd, 0) & POLLERR, 0);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	EXPECT(poll_for(p.server.fd, 0) & POLLERR);
}

/* A child that sleeps in poll(); its exit tells that it woke as it should. */
static pid_t poll_in_child(int file, short events, short want)
{
	pid_t child = child_start();
	struct pollfd poller = { file, events, 0 };

	if (!child) {
		EXPECT_EQ(poll(&poller, 1, -1), 1);
		EXPECT_EQ(poller.revents & want, want);
		child_done();
	}
	until_asleep(child);
	return child;
}

TEST(wakes_data, "poll: a sleeper wakes for data")
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = poll_in_child(p.server.fd, POLLIN, POLLIN);
	EXPECT(ring_send(&p.a, "x", 1));
	child_join(child);
}

TEST(wakes_space, "poll: a sleeper wakes for space")
{
	struct pair p;
	pid_t child;
	char byte;

	pair_init(&p, 1, 1);
	pair_fill(&p, 0);
	child = poll_in_child(p.client.fd, POLLOUT, POLLOUT);
	EXPECT(ring_receive(&p.b, &byte, 1));
	child_join(child);
}

TEST(wakes_close, "poll: a sleeper wakes when the peer goes")
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = poll_in_child(p.server.fd, POLLIN, POLLIN | POLLHUP);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	child_join(child);
}

TEST(wakes_revoke, "poll: a sleeper wakes for REVOKE")
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = poll_in_child(p.server.fd, POLLIN, POLLERR);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	child_join(child);
}

TEST(wakes_own_close, "poll: a sleeper wakes for CLOSE")
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = poll_in_child(p.server.fd, POLLIN, POLLERR);
	EXPECT_OK(nxia_close(p.session, p.server.handle));
	child_join(child);
}

TEST(wakes_poison, "poll: a sleeper wakes for poison")
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = poll_in_child(p.server.fd, POLLIN, POLLERR);
	ring_producer(&p.a)->index = ~0ULL;
	EXPECT_OK(nxia_notify(p.client.fd));
	child_join(child);
}

/* epoll */

static int epoll_on(int file, __u32 events)
{
	struct epoll_event event = { .events = events };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	REQUIRE(epoll >= 0);
	REQUIRE(!epoll_ctl(epoll, EPOLL_CTL_ADD, file, &event));
	return epoll;
}

/* The events that are there now, 0 for none. */
static __u32 epoll_now(int epoll)
{
	struct epoll_event event = {};
	int count = epoll_wait(epoll, &event, 1, 0);

	EXPECT_OK(count);
	return count ? event.events : 0;
}

TEST(epoll_level, "epoll: level: an event as long as there is data")
{
	struct pair p;
	int epoll;

	pair_init(&p, 1, 1);
	epoll = epoll_on(p.server.fd, EPOLLIN);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(epoll_now(epoll), 0);
		REQUIRE(ring_send(&p.a, "x", 1));
		EXPECT_EQ(epoll_now(epoll), EPOLLIN);
		EXPECT_EQ(epoll_now(epoll), EPOLLIN);
		pair_drain(&p, ring_used(&p.b));
		EXPECT_EQ(epoll_now(epoll), 0);
	}
}

TEST(epoll_sees_word, "epoll: level: the producer knows that it must NOTIFY")
{
	struct pair p;
	int epoll;

	pair_init(&p, 1, 1);
	epoll = epoll_on(p.server.fd, EPOLLIN);
	EXPECT_EQ(epoll_now(epoll), 0);
	REQUIRE(ring_put(&p.a, "x", 1));
	EXPECT(ring_data_wanted(&p.a));
	EXPECT_OK(nxia_notify(p.client.fd));
	EXPECT_EQ(epoll_now(epoll), EPOLLIN);
}

TEST(epoll_edge, "epoll: edge: one event for each NOTIFY with data")
{
	struct pair p;
	int epoll;

	pair_init(&p, 1, 1);
	epoll = epoll_on(p.server.fd, EPOLLIN | EPOLLET);
	EXPECT_EQ(epoll_now(epoll), 0);
	EXPECT(ring_send(&p.a, "x", 1));
	EXPECT_EQ(epoll_now(epoll), EPOLLIN);
	EXPECT_EQ(epoll_now(epoll), 0);
	EXPECT_OK(nxia_notify(p.client.fd));
	EXPECT_EQ(epoll_now(epoll), EPOLLIN);
	EXPECT_EQ(epoll_now(epoll), 0);
	pair_drain(&p, 1);
	EXPECT_OK(nxia_notify(p.client.fd));
	EXPECT_EQ(epoll_now(epoll), 0);
	EXPECT(ring_send(&p.a, "x", 1));
	EXPECT_EQ(epoll_now(epoll), EPOLLIN);
}

TEST(epoll_edge_present, "epoll: edge: data that was there is told once")
{
	struct pair p;
	int epoll;

	pair_init(&p, 1, 1);
	REQUIRE(ring_put(&p.a, "x", 1));
	epoll = epoll_on(p.server.fd, EPOLLIN | EPOLLET);
	EXPECT_EQ(epoll_now(epoll), EPOLLIN);
	EXPECT_EQ(epoll_now(epoll), 0);
}

TEST(epoll_hang_up, "epoll: edge: EPOLLHUP when the peer goes")
{
	struct pair p;
	int epoll;

	pair_init(&p, 1, 1);
	epoll = epoll_on(p.server.fd, EPOLLIN | EPOLLET);
	EXPECT_EQ(epoll_now(epoll), 0);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_EQ(epoll_now(epoll), EPOLLIN | EPOLLHUP);
}

TEST(epoll_kept, "epoll: a file in an epoll can be closed at any time")
{
	struct pair p;
	int epoll;

	pair_init(&p, 1, 1);
	epoll = epoll_on(p.server.fd, EPOLLIN | EPOLLET);
	close(p.server.fd);
	EXPECT_OK(nxia_notify(p.client.fd));
	EXPECT_EQ(epoll_now(epoll), 0);
	close(p.session);
}

#define MESSAGES	2000
#define LENGTH		48

/* Wait for data as the ABI tells users of edge-triggered epoll to. */
static void epoll_for_data(struct ring *ring, int epoll)
{
	struct epoll_event event;

	word_store(&ring_consumer(ring)->want, LENGTH);
	atomic_thread_fence(memory_order_seq_cst);
	if (ring_used(ring) < LENGTH)
		EXPECT_EQ(epoll_wait(epoll, &event, 1, -1), 1);
	word_store(&ring_consumer(ring)->want, 0);
}

static void receive_by_epoll(struct ring *ring, __u32 events)
{
	int epoll = epoll_on(ring->fd, EPOLLIN | events);
	char message[LENGTH];

	for (int i = 0; i < MESSAGES; i++) {
		while (!ring_receive(ring, message, LENGTH))
			epoll_for_data(ring, epoll);
		EXPECT_EQ(message[0], (char)i);
	}
}

static void send_by_poll(struct ring *ring)
{
	struct pollfd poller = { ring->fd, POLLOUT, 0 };
	char message[LENGTH];

	for (int i = 0; i < MESSAGES; i++) {
		memset(message, i, LENGTH);
		while (!ring_send(ring, message, LENGTH)) {
			word_store(&ring_producer(ring)->want, LENGTH);
			EXPECT_EQ(poll(&poller, 1, -1), 1);
			word_store(&ring_producer(ring)->want, 0);
		}
	}
}

static void no_lost_event(__u32 events)
{
	struct pair p;
	pid_t child;

	pair_init(&p, 1, 1);
	child = child_start();
	if (!child) {
		ring_map(&p.a, &p.client);
		send_by_poll(&p.a);
		child_done();
	}
	receive_by_epoll(&p.b, events);
	child_join(child);
}

TEST(no_lost_level, "epoll: level: no event is lost between two processes")
{
	no_lost_event(0);
}

TEST(no_lost_edge, "epoll: edge: no event is lost between two processes")
{
	no_lost_event(EPOLLET);
}
