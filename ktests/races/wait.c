// SPDX-License-Identifier: GPL-2.0-only
/*
 * Those who wait against what ends the wait: messages, SHUTDOWN, CLOSE of either
 * end, REVOKE; by WAIT, NOTIFY_WAIT, poll and io_uring; and rings of io_uring that
 * end with all of these in them.
 *
 * Every message that was sent is received, then the end is told; nobody sleeps
 * on.
 */
#include <poll.h>

#include "nxia_uring.h"
#include "race.h"

#define MESSAGES	20
#define GUARD_MS	60000

enum ending { SHUT, CLOSED, CLOSED_OWN, REVOKED, ENDINGS };
enum waiting { BY_WAIT, BY_NOTIFY_WAIT, BY_POLL, BY_URING, BY_URING_POLL, WAYS };

/* A channel; the receiver's end derives from @offered. */
static struct {
	int session;
	__u64 endpoint, offered;
	struct nxia_end receiver, sender;
	struct ring in, out;
	enum ending ending;
	enum waiting waiting;
	unsigned int messages;
	__u64 seed;
} channel;

static struct uring uring;
static struct pollfd poller;

static void round_open(struct dice *dice)
{
	struct nxia_accept accepted;

	channel.offered = make_child(channel.session, channel.endpoint,
				   NXIA_RIGHTS_ENDPOINT, 0);
	REQUIRE_OK(nxia_connect(channel.session, channel.offered, page_size(),
				page_size(), &channel.receiver));
	REQUIRE_OK(nxia_accept(channel.session, channel.endpoint, &channel.sender,
			       &accepted));
	ring_map(&channel.in, &channel.receiver);
	ring_map(&channel.out, &channel.sender);
	channel.ending = roll(dice, ENDINGS);
	channel.waiting = roll(dice, WAYS);
	/* What is taken away may take what was sent with it. */
	channel.messages = channel.ending <= CLOSED ? roll(dice, MESSAGES) : 0;
	channel.seed = dice->state;
}

static void round_close(void)
{
	ring_unmap(&channel.in);
	ring_unmap(&channel.out);
	close(channel.receiver.fd);
	close(channel.sender.fd);
	nxia_close(channel.session, channel.receiver.handle);
	nxia_close(channel.session, channel.sender.handle);
	EXPECT_OK(nxia_close(channel.session, channel.offered));
}

static void *send_and_end(void __maybe_unused *unused)
{
	struct dice dice = { channel.seed };

	for (__u64 i = 0; i < channel.messages; i++) {
		race_moment(&dice, 100);
		EXPECT(ring_send(&channel.out, &i, sizeof(i)));
	}
	race_moment(&dice, 200);
	switch (channel.ending) {
	case SHUT:
		EXPECT_OK(nxia_shutdown(channel.sender.fd));
		break;
	case CLOSED:
		EXPECT_OK(nxia_close(channel.session, channel.sender.handle));
		break;
	case CLOSED_OWN:
		EXPECT_OK(nxia_close(channel.session, channel.receiver.handle));
		break;
	default:
		EXPECT_EQ(nxia_revoke(channel.session, channel.offered), 1);
	}
	return NULL;
}

static int wait_uring(void)
{
	struct nxia_wait wait = {
		.flags = NXIA_WAIT_READ, .timeout = NXIA_WAIT_FOREVER,
	};

	uring_command(&uring, channel.receiver.fd, NXIA_IOC_WAIT, &wait, 1);
	return uring_result(&uring, 1);
}

static int wait_uring_poll(void)
{
	uring_poll(&uring, channel.receiver.fd, POLLIN, 2);
	EXPECT_OK(uring_result(&uring, 2));
	return nxia_wait(channel.receiver.fd, NXIA_WAIT_READ, 0);
}

/* Sleeps until there is something to receive, or says why there is not. */
static int wait_once(void)
{
	switch (channel.waiting) {
	case BY_WAIT:
		return nxia_wait(channel.receiver.fd, NXIA_WAIT_READ,
				 NXIA_WAIT_FOREVER);
	case BY_NOTIFY_WAIT:
		return nxia_notify_wait(channel.receiver.fd, NXIA_WAIT_READ,
					NXIA_WAIT_FOREVER);
	case BY_POLL:
		poller.fd = channel.receiver.fd;
		EXPECT_EQ(poll(&poller, 1, GUARD_MS), 1);
		return nxia_wait(channel.receiver.fd, NXIA_WAIT_READ, 0);
	case BY_URING:
		return wait_uring();
	default:
		return wait_uring_poll();
	}
}

static void receive_all(void)
{
	static const int ends[ENDINGS] = { EPIPE, EPIPE, EBADF, EKEYREVOKED };
	__u64 message, next = 0;
	int result;

	do {
		result = wait_once();
		while (channel.messages &&
		       ring_get(&channel.in, &message, sizeof(message)))
			EXPECT_EQ(message, next++);
	} while (result >= 0);
	EXPECT_ERR(result, ends[channel.ending]);
	EXPECT_EQ(next, channel.messages);
}

TEST(endings, "WAIT, poll and io_uring against SHUTDOWN, CLOSE and REVOKE")
{
	__u64 rounds = 0;

	race_begin();
	channel.session = nxia_session();
	channel.endpoint = make_endpoint(channel.session);
	poller.events = POLLIN;
	uring_init(&uring);
	for (; !race_over(); rounds++) {
		int failures = test_report->failures;
		pthread_t sender;

		round_open(&race_dice);
		REQUIRE(!pthread_create(&sender, NULL, send_and_end, NULL));
		receive_all();
		pthread_join(sender, NULL);
		round_close();
		if (failures != test_report->failures)
			printf("# waiting %d, ending %d\n", channel.waiting,
			       channel.ending);
	}
	race_tell("rounds", rounds);
}

/* io_uring: a ring that ends with waits in it */

static _Atomic __u64 *rings;

static void queue_call(struct uring *u, int fd, __u32 call, __u64 timeout)
{
	struct nxia_wait wait = {
		.flags = NXIA_WAIT_READ, .timeout = timeout,
	};
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_URING_CMD, .fd = fd, .cmd_op = call,
	};

	memcpy(sqe.cmd, &wait, sizeof(wait));
	uring_queue(u, &sqe, 1);
}

static void submit_waits(struct uring *u, int fd, struct dice *dice)
{
	struct io_uring_sqe poll = {
		.opcode = IORING_OP_POLL_ADD, .fd = fd,
		.poll32_events = POLLIN,
	};
	int waits = 1 + roll(dice, 4);

	for (int i = 0; i < waits; i++)
		queue_call(u, fd, NXIA_IOC_WAIT,
			   roll(dice, 2) ? NXIA_WAIT_FOREVER :
					   roll(dice, 1000000));
	uring_queue(u, &poll, 2);
	queue_call(u, fd, NXIA_IOC_NOTIFY, 0);
	uring_enter(u, waits + 2);
}

static void cancel_waits(struct uring *u)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_ASYNC_CANCEL, .fd = -1,
		.cancel_flags = IORING_ASYNC_CANCEL_ANY |
				IORING_ASYNC_CANCEL_ALL,
	};

	uring_queue(u, &sqe, 3);
	uring_enter(u, 1);
}

/* Ends the channel, the session, the ring or itself, in any order or none. */
static void end_ring(int session, const struct nxia_end *end, struct uring *u,
		     struct dice *dice)
{
	race_moment(dice, 300);
	if (!roll(dice, 3))
		cancel_waits(u);
	if (!roll(dice, 3))
		race_close(session, end->handle);
	if (!roll(dice, 3))
		close(end->fd);
	if (!roll(dice, 3))
		close(session);
	if (!roll(dice, 3))
		uring_exit(u);
	_exit(0);
}

static void wait_in_ring(struct dice *dice)
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_accept accepted;
	struct nxia_end a, b;
	struct uring u;

	REQUIRE_OK(nxia_connect(session, endpoint, page_size(), page_size(),
				&a));
	if (roll(dice, 2))
		REQUIRE_OK(nxia_accept(session, endpoint, &b, &accepted));
	uring_init(&u);
	if (race_fails())
		fault_task(true);
	submit_waits(&u, a.fd, dice);
	atomic_fetch_add(rings, 1);
	end_ring(session, &a, &u, dice);
}

static void wait_a_moment(struct dice *dice)
{
	usleep(roll(dice, 3000));
}

RACE(ring_exit, "io_uring: waits against CLOSE, cancel and the ring's end")
{
	struct actor actors[] = {
		{ .run = wait_in_ring, .steady = true },
		{ .run = wait_in_ring, .steady = true },
		{ .run = wait_in_ring, .steady = true },
	};

	rings = race_shared(sizeof(*rings));
	race_begin();
	race_run(actors, ARRAY_SIZE(actors), wait_a_moment);
	race_tell("rings", *rings);
}
