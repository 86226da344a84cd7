// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ten processes scribble over every byte that they can write of what they share
 * with this one, which uses its ends by the rules:
 *
 *	hostile 0 ... 9  --channel-->  victim  <--channel--  honest
 *	hostile 0 ... 9  <--region--   victim
 *
 * The victim must never see anything but data, ETIMEDOUT, EBADMSG and EPIPE,
 * never wait longer than it asked to, and what it froze must stay as it was.
 * The honest one's data must come whole all the while.  The seed is that of the
 * environment (NXIA_SEED), or 1.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

#include "nxia_main.h"
#include "nxia_region.h"

#define HOSTILES	10
#define SECONDS		12
#define RING		4096
#define REGION_PAGES	4

/* Slack for a busy, emulated machine: this is about hanging, not about speed. */
#define PATIENCE_NS	30000000000ULL

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

struct dice {
	__u64 state;
};

static __u64 roll(struct dice *dice)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return dice->state;
}

static void dice_init(struct dice *dice, unsigned int number)
{
	const char *seed = getenv("NXIA_SEED");

	dice->state = (seed ? strtoull(seed, NULL, 0) : 1) *
		      0x9e3779b97f4a7c15ULL + number + 1;
}

/* The hostile ones */

/* What an index may be that someone did not think of. */
static __u64 interesting(struct dice *dice, __u64 index)
{
	const __u64 values[] = {
		index, index + 1, index - 1, index + RING, index + RING + 1,
		index - RING, index - RING - 1, 0, 1, RING, RING + 1, 1ULL << 32,
		(1ULL << 32) - 1, 1ULL << 63, (1ULL << 63) - 1, ~0ULL,
		~0ULL - RING, roll(dice),
	};

	return values[roll(dice) % ARRAY_SIZE(values)];
}

static void scribble_words(struct dice *dice, struct ring *ring)
{
	struct nxia_index *producer = ring_producer(ring);
	struct nxia_index *consumer = ring_consumer(ring);
	__u64 *words[] = {
		&producer->index, &consumer->index, &producer->want,
		&consumer->want,
	};

	for (int i = 0; i < 8; i++) {
		__u64 *word = words[roll(dice) % ARRAY_SIZE(words)];

		word_store(word, interesting(dice, word_load(word)));
	}
}

static void scribble_bytes(struct dice *dice, char *at, size_t size)
{
	for (size_t i = 0; i < size; i += 1 + roll(dice) % 64)
		((volatile char *)at)[i] = roll(dice);
}

static void scribble_all(struct dice *dice, struct ring *ring)
{
	memset(ring->own, roll(dice), half_size(RING));
}

/* Looks good for a while: valid indices with all they allow. */
static void behave(struct dice *dice, struct ring *ring)
{
	ring->sent = word_load(&ring_peer_consumer(ring)->index);
	ring->received = word_load(&ring_peer_producer(ring)->index);
	ring->sent += roll(dice) % (RING + 1);
	word_store(&ring_producer(ring)->index, ring->sent);
	word_store(&ring_consumer(ring)->index, ring->received);
	word_store(&ring_consumer(ring)->want, roll(dice) & 1);
}

static void step(struct dice *dice, struct ring *ring)
{
	switch (roll(dice) % 16) {
	case 0 ... 4:
		scribble_words(dice, ring);
		break;
	case 5 ... 7:
		scribble_bytes(dice, ring->own, half_size(RING));
		break;
	case 8:
		scribble_all(dice, ring);
		break;
	case 9 ... 12:
		behave(dice, ring);
		break;
	case 13:
		nxia_wait(ring->fd, 1 + roll(dice) % 3, roll(dice) % 100000);
		break;
	case 14:
		if (!(roll(dice) % 64))
			nxia_shutdown(ring->fd);
		break;
	}
	nxia_notify(ring->fd);
}

/* Scribbles until there is a SIGBUS: the region was frozen. */
static void scribble_region(struct dice *dice, volatile char *region)
{
	probe_catch(SIGBUS);
	probing = true;
	if (!sigsetjmp(probe_context, 1))
		scribble_bytes(dice, (char *)region,
			       REGION_PAGES * page_size());
	probing = false;
}

static void harass(struct dice *dice, int session, __u64 registry,
		   volatile char *region)
{
	struct nxia_end end;
	struct ring ring;

	if (nxia_connect(session, registry, RING, RING, &end)) {
		usleep(1000);
		return;
	}
	ring_map(&ring, &end);
	for (unsigned int i = 0; i < 500; i++) {
		step(dice, &ring);
		scribble_region(dice, region);
		if (nxia_wait(end.fd, NXIA_WAIT_READ, 0) == -EBADMSG &&
		    !(roll(dice) % 8))
			break;
	}
	ring_unmap(&ring);
	close(end.fd);
	nxia_close(session, end.handle);
}

__noreturn static void hostile(unsigned int number, int region_file)
{
	int session = nxia_session();
	struct dice dice;
	__u64 registry;

	become_user(2000 + number);
	dice_init(&dice, number);
	REQUIRE_OK(nxia_bootstrap(session, &registry));
	for (;;) {
		volatile char *region = region_map(region_file, PROT_READ, 0,
						   REGION_PAGES);

		mprotect((char *)region, REGION_PAGES * page_size(),
			 PROT_READ | PROT_WRITE);
		harass(&dice, session, registry, region);
		munmap((char *)region, REGION_PAGES * page_size());
	}
}

/* The victim */

struct channel {
	struct nxia_end end;
	struct ring ring;
	bool open;
};

struct victim {
	int session;
	__u64 registry;
	int epoll;
	struct channel channels[2 * HOSTILES];
	struct dice dice;
	unsigned long accepted, poisoned, gone, bytes;
};

static void channel_close(struct victim *v, struct channel *channel)
{
	ring_unmap(&channel->ring);
	close(channel->end.fd);
	EXPECT_OK(nxia_close(v->session, channel->end.handle));
	channel->open = false;
}

/* A result that the rules allow; false if the channel is over. */
static bool allowed(struct victim *v, int result, __u32 flags)
{
	if (result > 0)
		return EXPECT_EQ(result & ~flags, 0);
	switch (result) {
	case -ETIMEDOUT:
		return true;
	case -EBADMSG:
		v->poisoned++;
		return false;
	case -EPIPE:
		v->gone++;
		return false;
	default:
		test_fail("a channel gave %s", result_name(result));
		return false;
	}
}

static bool wait_on(struct victim *v, struct channel *channel)
{
	__u32 flags = 1 + roll(&v->dice) % 3;
	__u64 start = now();
	int result = roll(&v->dice) % 2 ?
			nxia_wait(channel->end.fd, flags, 200000) :
			nxia_notify_wait(channel->end.fd, flags, 200000);

	EXPECT(now() - start < PATIENCE_NS);
	return allowed(v, result, flags);
}

/* Copies what the indices say is there, if they say what can be. */
static bool read_from(struct victim *v, struct channel *channel)
{
	static char copy[RING];
	struct ring *ring = &channel->ring;
	__u64 used = ring_used(ring);

	if (used > RING)
		return false;
	memcpy(copy, ring_rx_data(ring) + ring->received % RING, used);
	ring->received += used;
	word_store(&ring_consumer(ring)->index, ring->received);
	v->bytes += used;
	return true;
}

static bool write_to(struct channel *channel)
{
	struct ring *ring = &channel->ring;
	__u64 space = ring_space(ring);

	if (space > RING)
		return false;
	if (space >= 8)
		ring_put(ring, "response", 8);
	return true;
}

static void use_channel(struct victim *v, struct channel *channel)
{
	struct pollfd poller = { channel->end.fd, POLLIN | POLLOUT, 0 };
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	__u64 start = now();

	poll(&poller, 1, 1);
	epoll_ctl(v->epoll, EPOLL_CTL_ADD, channel->end.fd, &event);
	epoll_wait(v->epoll, &event, 1, 0);
	epoll_ctl(v->epoll, EPOLL_CTL_DEL, channel->end.fd, NULL);
	EXPECT(now() - start < PATIENCE_NS);
	/* What the victim itself finds impossible, it also drops. */
	if (!wait_on(v, channel) || !read_from(v, channel) ||
	    !write_to(channel))
		channel_close(v, channel);
}

static void accept_all(struct victim *v)
{
	struct nxia_accept accepted;

	for (unsigned int i = 0; i < ARRAY_SIZE(v->channels); i++) {
		struct channel *channel = &v->channels[i];

		if (channel->open)
			continue;
		if (nxia_accept(v->session, v->registry, &channel->end,
				&accepted))
			return;
		ring_map(&channel->ring, &channel->end);
		channel->open = true;
		v->accepted++;
	}
}

/* The honest pair: numbers in order, checked by the child. */

__noreturn static void honest_reader(struct nxia_end *end, struct gate *stop)
{
	struct pollfd poller = { stop->fds[0], POLLIN, 0 };
	__u64 number, next = 0;
	struct ring ring;

	ring_map(&ring, end);
	while (!poll(&poller, 1, 0)) {
		int result = nxia_wait(ring.fd, NXIA_WAIT_READ, 100000000);

		if (result != -ETIMEDOUT)
			EXPECT_EQ(result, NXIA_WAIT_READ);
		while (ring_receive(&ring, &number, sizeof(number)))
			if (number != next++)
				test_fail("%llu after %llu", number, next - 2);
	}
	EXPECT(next > 0);
	child_done();
}

__noreturn static void honest_writer(struct nxia_end *end, struct gate *stop)
{
	struct pollfd poller = { stop->fds[0], POLLIN, 0 };
	struct ring ring;
	__u64 next = 0;

	ring_map(&ring, end);
	while (!poll(&poller, 1, 0)) {
		if (ring_send(&ring, &next, sizeof(next)))
			next++;
		else
			nxia_wait(ring.fd, NXIA_WAIT_WRITE, 100000000);
	}
	child_done();
}

struct honest {
	struct gate stop;
	pid_t reader, writer;
};

static void honest_start(struct honest *honest, int session)
{
	struct nxia_end client, server;

	gate_init(&honest->stop);
	make_channel(session, make_endpoint(session), RING, RING, &client,
		     &server);
	honest->reader = child_start();
	if (!honest->reader)
		honest_reader(&server, &honest->stop);
	honest->writer = child_start();
	if (!honest->writer)
		honest_writer(&client, &honest->stop);
}

static void honest_stop(struct honest *honest)
{
	gate_open(&honest->stop);
	child_join(honest->reader);
	child_join(honest->writer);
}

/* The region: all scribble; then it is frozen, and no one does. */

struct frozen {
	__u64 handle;
	volatile char *map;
	char copy[REGION_PAGES * 4096];
	bool frozen;
};

static void frozen_check(struct frozen *f)
{
	if (f->frozen)
		EXPECT(!memcmp(f->copy, (char *)f->map, sizeof(f->copy)));
}

static void frozen_freeze(struct frozen *f, int session)
{
	if (f->frozen)
		return;
	REQUIRE_OK(nxia_freeze(session, f->handle));
	memcpy(f->copy, (char *)f->map, sizeof(f->copy));
	f->frozen = true;
}

TEST(ten, "hostile: ten that scribble harm neither the peer nor the kernel")
{
	static struct victim v;
	static struct frozen f;
	pid_t hostiles[HOSTILES];
	struct honest honest;
	__u64 start;
	int file;

	v.session = nxia_session();
	v.registry = make_registry(v.session);
	v.epoll = epoll_create1(EPOLL_CLOEXEC);
	dice_init(&v.dice, 1000);
	f.handle = make_region(v.session, REGION_PAGES);
	file = nxia_fd(v.session, f.handle);
	f.map = region_map(file, PROT_READ, 0, REGION_PAGES);
	honest_start(&honest, v.session);
	for (unsigned int i = 0; i < HOSTILES; i++) {
		hostiles[i] = child_start();
		if (!hostiles[i])
			hostile(i, file);
	}
	for (start = now(); now() - start < SECONDS * 1000000000ULL;) {
		accept_all(&v);
		for (unsigned int i = 0; i < ARRAY_SIZE(v.channels); i++)
			if (v.channels[i].open)
				use_channel(&v, &v.channels[i]);
		if (now() - start > SECONDS * 500000000ULL)
			frozen_freeze(&f, v.session);
		frozen_check(&f);
	}
	for (unsigned int i = 0; i < HOSTILES; i++)
		child_kill(hostiles[i]);
	honest_stop(&honest);
	frozen_check(&f);
	printf("# %lu accepted, %lu poisoned, %lu gone, %lu bytes read\n",
	       v.accepted, v.poisoned, v.gone, v.bytes);
	EXPECT(v.accepted >= HOSTILES);
	EXPECT(v.poisoned > 0);
	EXPECT(f.frozen);
}
