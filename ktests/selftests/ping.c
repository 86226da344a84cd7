// SPDX-License-Identifier: GPL-2.0-only
/*
 * nxia-ping --busy|--sleep --rounds N
 *
 * N round trips of 64 bytes between two processes over one channel.  With
 * --busy both look at the rings without end and make no system call; with
 * --sleep each makes one a round trip, NOTIFY_WAIT.
 */
#include <getopt.h>
#include <time.h>

#include "nxia_ring.h"

#define MESSAGE	64

static void die_of_usage(void)
{
	fprintf(stderr, "usage: nxia-ping --busy|--sleep --rounds N\n");
	exit(2);
}

static void die(const char *what, int error)
{
	fprintf(stderr, "nxia-ping: %s: %s\n", what, strerror(error));
	_exit(1);
}

/* Wait for the next message, with the wake of the last one. */
static void await(struct ring *ring, bool sleeps)
{
	int result;

	if (sleeps) {
		result = nxia_notify_wait(ring->fd, NXIA_WAIT_READ,
					  NXIA_WAIT_FOREVER);
		if (result < 0)
			die("NOTIFY_WAIT", -result);
	}
	while (ring_used(ring) < MESSAGE)
		continue;
}

static void receive(struct ring *ring, __u64 round)
{
	char message[MESSAGE];
	__u64 got;

	if (!ring_get(ring, message, MESSAGE))
		die("receive", ENOMSG);
	memcpy(&got, message, sizeof(got));
	if (got != round)
		die("another message came", EBADMSG);
}

static void send_round(struct ring *ring, __u64 round)
{
	char message[MESSAGE] = "";

	memcpy(message, &round, sizeof(round));
	if (!ring_put(ring, message, MESSAGE))
		die("send", ENOSPC);
}

static void ask(struct ring *ring, __u64 rounds, bool sleeps)
{
	for (__u64 i = 0; i < rounds; i++) {
		send_round(ring, i);
		await(ring, sleeps);
		receive(ring, i);
	}
}

static void answer(struct ring *ring, __u64 rounds, bool sleeps)
{
	for (__u64 i = 0; i < rounds; i++) {
		await(ring, sleeps);
		receive(ring, i);
		send_round(ring, i);
	}
	if (sleeps)
		nxia_notify(ring->fd);
}

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* Two mapped ends in two processes: this one asks, the other answers. */
static __u64 run(__u64 rounds, bool sleeps)
{
	struct nxia_end client, server;
	int session = nxia_session(), status = 0;
	struct ring ring;
	__u64 start;
	pid_t child;

	make_channel(session, make_endpoint(session), page_size(), page_size(),
		     &client, &server);
	child = child_start();
	if (!child) {
		ring_map(&ring, &server);
		answer(&ring, rounds, sleeps);
		child_done();
	}
	ring_map(&ring, &client);
	start = now();
	ask(&ring, rounds, sleeps);
	start = now() - start;
	waitpid(child, &status, 0);
	if (status)
		exit(1);
	return start;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "busy", no_argument, NULL, 'b' },
		{ "sleep", no_argument, NULL, 's' },
		{ "rounds", required_argument, NULL, 'r' },
		{},
	};
	struct test_report report = {};
	__u64 rounds = 0, time;
	int option, mode = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			rounds = strtoull(optarg, NULL, 0);
		else if (option == '?')
			die_of_usage();
		else
			mode = option;
	}
	if (!mode || !rounds || optind < argc)
		die_of_usage();
	test_report = &report;
	time = run(rounds, mode == 's');
	printf("%s: %llu round trips of %d bytes, %llu ns each\n",
	       mode == 's' ? "sleep" : "busy", rounds, MESSAGE, time / rounds);
	return 0;
}
