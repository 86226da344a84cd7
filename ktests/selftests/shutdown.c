// SPDX-License-Identifier: GPL-2.0-only
/* SHUTDOWN: one end sends no more, and the other finds out in order. */
#include <poll.h>
#include <pthread.h>

#include "nxia_main.h"
#include "nxia_pair.h"

#define FOREVER	NXIA_WAIT_FOREVER
#define READ	NXIA_WAIT_READ
#define WRITE	NXIA_WAIT_WRITE

static short poll_now(int file, short events)
{
	struct pollfd poller = { file, events, 0 };

	poll(&poller, 1, 0);
	return poller.revents;
}

TEST(data_first, "SHUTDOWN: the peer reads what is there, then WAIT says EPIPE")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_put(&p.a, "abc", 3);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_EQ(nxia_wait(p.server.fd, READ, FOREVER), READ);
	pair_drain(&p, 2);
	EXPECT_EQ(nxia_wait(p.server.fd, READ, FOREVER), READ);
	pair_drain(&p, 1);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, FOREVER), EPIPE);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), EPIPE);
	EXPECT_ERR(nxia_notify_wait(p.server.fd, READ, FOREVER), EPIPE);
}

TEST(want_ignored, "SHUTDOWN: what is there is less than the want, and ready")
{
	struct pair p;

	pair_init(&p, 1, 1);
	ring_put(&p.a, "abc", 3);
	ring_consumer(&p.b)->want = 100;
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), ETIMEDOUT);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	ring_consumer(&p.b)->want = 100;
	EXPECT_EQ(nxia_wait(p.server.fd, READ, 0), READ);
}

TEST(other_direction, "SHUTDOWN: what the peer sends still arrives")
{
	struct pair p;
	char text[3];

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_ERR(nxia_wait(p.client.fd, READ, 0), ETIMEDOUT);
	EXPECT_EQ(nxia_wait(p.server.fd, WRITE, 0), WRITE);
	EXPECT(ring_send(&p.b, "abc", 3));
	EXPECT_EQ(nxia_wait(p.client.fd, READ, FOREVER), READ);
	EXPECT(ring_receive(&p.a, text, 3));
	EXPECT(!memcmp(text, "abc", 3));
	EXPECT_OK(nxia_notify(p.client.fd));
	EXPECT_OK(nxia_notify(p.server.fd));
}

TEST(both_flags, "WAIT: for reading and writing sleeps on while one can come")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_shutdown(p.server.fd));
	pair_fill(&p, 0);
	EXPECT_ERR(nxia_wait(p.client.fd, READ, 0), EPIPE);
	EXPECT_ERR(nxia_wait(p.client.fd, READ | WRITE, 1000000), ETIMEDOUT);
	pair_drain(&p, 1);
	EXPECT_EQ(nxia_wait(p.client.fd, READ | WRITE, FOREVER), WRITE);
}

TEST(own_writing, "SHUTDOWN: to wait for space of one's own is EPIPE")
{
	struct pair p;

	pair_init(&p, 1, 1);
	pair_fill(&p, 0);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_ERR(nxia_wait(p.client.fd, WRITE, FOREVER), EPIPE);
	EXPECT_ERR(nxia_wait(p.client.fd, READ | WRITE, 0), ETIMEDOUT);
}

TEST(twice, "SHUTDOWN: twice does nothing more")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_ERR(nxia_wait(p.server.fd, READ, 0), EPIPE);
	EXPECT_ERR(nxia_wait(p.client.fd, READ, 0), ETIMEDOUT);
}

TEST(both_ends, "SHUTDOWN: of both ends leaves nothing to wait for")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_OK(nxia_shutdown(p.server.fd));
	EXPECT_ERR(nxia_wait(p.client.fd, READ, FOREVER), EPIPE);
	EXPECT_ERR(nxia_wait(p.server.fd, READ, FOREVER), EPIPE);
	EXPECT_OK(nxia_notify(p.client.fd));
	EXPECT_EQ(poll_now(p.client.fd, POLLIN | POLLRDHUP),
		  POLLIN | POLLRDHUP);
}

TEST(polled, "SHUTDOWN: poll() says EPOLLRDHUP and EPOLLIN, not EPOLLHUP")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_EQ(poll_now(p.server.fd, POLLIN | POLLRDHUP), 0);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_EQ(poll_now(p.server.fd, POLLIN | POLLRDHUP),
		  POLLIN | POLLRDHUP);
	EXPECT_EQ(poll_now(p.server.fd, POLLIN), POLLIN);
	EXPECT_EQ(poll_now(p.server.fd, POLLRDHUP), POLLRDHUP);
	EXPECT_EQ(poll_now(p.server.fd, POLLOUT), POLLOUT);
	EXPECT_EQ(poll_now(p.client.fd, POLLIN | POLLRDHUP), 0);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT(poll_now(p.server.fd, POLLIN) & POLLHUP);
}

/* Sleepers */

struct sleeper {
	int fd;
	__u32 wait;
	short poll;
	pthread_t thread;
	pid_t tid;
	int result;
	struct gate started;
};

static void *sleeper_run(void *argument)
{
	struct sleeper *sleeper = argument;
	struct pollfd poller = { sleeper->fd, sleeper->poll, 0 };

	sleeper->tid = gettid();
	gate_open(&sleeper->started);
	if (sleeper->wait)
		sleeper->result = nxia_wait(sleeper->fd, sleeper->wait,
					    FOREVER);
	else if (poll(&poller, 1, 60000) == 1)
		sleeper->result = poller.revents;
	return NULL;
}

static void sleeper_start(struct sleeper *sleeper)
{
	gate_init(&sleeper->started);
	REQUIRE(!pthread_create(&sleeper->thread, NULL, sleeper_run, sleeper));
	gate_pass(&sleeper->started);
	until_asleep(sleeper->tid);
}

static int sleeper_join(struct sleeper *sleeper)
{
	pthread_join(sleeper->thread, NULL);
	return sleeper->result;
}

TEST(wakes_reader, "SHUTDOWN: wakes the peer that waits for data")
{
	struct sleeper sleeper = { .wait = READ };
	struct pair p;

	pair_init(&p, 1, 1);
	sleeper.fd = p.server.fd;
	sleeper_start(&sleeper);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_ERR(sleeper_join(&sleeper), EPIPE);
}

TEST(wakes_wanting, "SHUTDOWN: wakes the peer that waits for more than comes")
{
	struct sleeper sleeper = { .wait = READ };
	struct pair p;

	pair_init(&p, 1, 1);
	ring_put(&p.a, "abc", 3);
	ring_consumer(&p.b)->want = 10;
	sleeper.fd = p.server.fd;
	sleeper_start(&sleeper);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_EQ(sleeper_join(&sleeper), READ);
}

TEST(wakes_writer, "SHUTDOWN: wakes the own thread that waits for space")
{
	struct sleeper sleeper = { .wait = WRITE };
	struct pair p;

	pair_init(&p, 1, 1);
	pair_fill(&p, 0);
	sleeper.fd = p.client.fd;
	sleeper_start(&sleeper);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_ERR(sleeper_join(&sleeper), EPIPE);
}

TEST(wakes_poll, "SHUTDOWN: wakes the peer that polls")
{
	struct sleeper sleeper = { .poll = POLLRDHUP };
	struct pair p;

	pair_init(&p, 1, 1);
	sleeper.fd = p.server.fd;
	sleeper_start(&sleeper);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_EQ(sleeper_join(&sleeper), POLLRDHUP);
}

/* Capabilities */

static int send_one(struct pair *p, struct nxia_end *end)
{
	struct nxia_transfer_cap cap = { p->endpoint, NXIA_RIGHT_CONNECT, 0 };

	return nxia_transfer(p->session, end->handle, &cap, 1, NULL);
}

static int receive_one(struct pair *p, struct nxia_end *end)
{
	struct nxia_transfer_cap cap;
	__u32 count = 1;

	return nxia_receive(p->session, end->handle, &cap, &count, NULL);
}

TEST(transfer_after, "TRANSFER: EPIPE after one's own SHUTDOWN")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_ERR(send_one(&p, &p.client), EPIPE);
	EXPECT_OK(send_one(&p, &p.server));
	EXPECT_OK(receive_one(&p, &p.client));
}

TEST(receive_after, "RECEIVE: what was sent before SHUTDOWN comes, then EPIPE")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(send_one(&p, &p.client));
	EXPECT_OK(send_one(&p, &p.client));
	EXPECT_OK(nxia_shutdown(p.client.fd));
	EXPECT_OK(receive_one(&p, &p.server));
	EXPECT_OK(receive_one(&p, &p.server));
	EXPECT_ERR(receive_one(&p, &p.server), EPIPE);
	EXPECT_ERR(receive_one(&p, &p.client), EAGAIN);
}

/* Where it does not work */

TEST(dead, "SHUTDOWN: EKEYREVOKED when the capability was revoked")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	EXPECT_ERR(nxia_shutdown(p.client.fd), EKEYREVOKED);
}

TEST(closed, "SHUTDOWN: EBADF when the capability was closed")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_ERR(nxia_shutdown(p.client.fd), EBADF);
	EXPECT_OK(nxia_shutdown(p.server.fd));
}

TEST(other_files, "SHUTDOWN: ENOTTY on another kind of file")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(nxia_shutdown(p.session), ENOTTY);
	EXPECT_ERR(nxia_shutdown(nxia_fd(p.session, p.endpoint)), ENOTTY);
}

TEST(before_accept, "SHUTDOWN: before ACCEPT the server finds data and the end")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_accept accepted;
	struct nxia_end client, server;
	struct ring ring;

	REQUIRE_OK(nxia_connect(session, endpoint, page_size(), page_size(),
				&client));
	ring_map(&ring, &client);
	EXPECT(ring_put(&ring, "x", 1));
	EXPECT_OK(nxia_shutdown(client.fd));
	REQUIRE_OK(nxia_accept(session, endpoint, &server, &accepted));
	ring_map(&ring, &server);
	EXPECT_EQ(nxia_wait(server.fd, READ, FOREVER), READ);
	EXPECT(ring_get(&ring, (char[1]){}, 1));
	EXPECT_ERR(nxia_wait(server.fd, READ, FOREVER), EPIPE);
}
