// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill -9 at every step.
 *
 * A client and a server talk over a channel.  One of them is traced, and killed
 * at the 1st, 2nd, 3rd ... step, until it gets to its end: a step is to begin a
 * system call that the module sees, to be within it, or to have returned from
 * it.  The other one must get to its end by itself: what it waits for comes, or
 * it is told that its peer is gone.  The server is told in any case, by an event,
 * that no one holds what it gave to the client.  Nothing is left behind.
 */
#include <poll.h>
#include <sys/ptrace.h>

#include "nxia_main.h"
#include "nxia_pass.h"
#include "nxia_ring.h"
#include "nxia_scope.h"

#define STEPS_MAX	2000
#define BADGE		7
#define GUARD_MS	60000
#define MESSAGE		8
#define REGION_SIZE	(2 * page_size())

#define CLIENT_RIGHTS	(NXIA_RIGHT_CONNECT | NXIA_RIGHT_TRANSFER)
#define SERVICE_RIGHTS	(CLIENT_RIGHTS | NXIA_RIGHT_INSPECT |		\
			 NXIA_RIGHT_DERIVE | NXIA_RIGHT_REVOKE)

/*
 * One of the two processes.  The server has @endpoint, and derived @service
 * from it, from which the client imported its own @service.
 */
struct side {
	bool serves;
	int socket;
	int session;
	__u64 endpoint;
	__u64 service;
	struct nxia_end end;
	struct ring ring;
};

struct exchange {
	const char *name;
	void (*client)(struct side *s);
	void (*server)(struct side *s);
};

/* The end of a side */

/* The last holder of the service is gone, however it went. */
static void expect_event(struct side *s)
{
	struct pollfd poller = { s->session, POLLIN, 0 };
	struct nxia_event event;

	EXPECT_EQ(poll(&poller, 1, GUARD_MS), 1);
	EXPECT_OK(nxia_event(s->session, &event));
	EXPECT_EQ(event.type, NXIA_EVENT_LAST_REFERENCE);
	EXPECT_EQ(event.handle, s->service);
	EXPECT_EQ(event.badge, BADGE);
	EXPECT_ERR(nxia_event(s->session, &event), EAGAIN);
}

__noreturn static void side_end(struct side *s)
{
	if (s->serves) {
		/* What is on its way to it would be a holder, too. */
		nxia_close(s->session, s->end.handle);
		expect_event(s);
	}
	child_done();
}

/* The peer is gone: the channel says so in every way, and for good. */
__noreturn static void side_over(struct side *s)
{
	struct pollfd poller = { s->end.fd, POLLIN, 0 };

	if (s->ring.fd) {
		EXPECT_EQ(poll(&poller, 1, GUARD_MS), 1);
		EXPECT(poller.revents & POLLHUP);
		EXPECT_ERR(nxia_notify(s->end.fd), EPIPE);
	}
	side_end(s);
}

/* For calls that fail with EPIPE or ECONNREFUSED if the peer is gone. */
static int or_over(struct side *s, int result, const char *call)
{
	if (result == -EPIPE || result == -ECONNREFUSED)
		side_over(s);
	if (result < 0) {
		test_fail("%s: %s", call, result_name(result));
		_exit(1);
	}
	return result;
}

#define OR_OVER(s, call)	or_over(s, call, #call)

/* What all exchanges are made of */

static void open_channel(struct side *s)
{
	OR_OVER(s, nxia_connect(s->session, s->service, page_size(),
				page_size(), &s->end));
	ring_map(&s->ring, &s->end);
}

/* The client connects, or the event says that it never will. */
static void take_channel(struct side *s)
{
	int file = nxia_fd(s->session, s->endpoint);
	struct pollfd pollers[] = {
		{ file, POLLIN, 0 }, { s->session, POLLIN, 0 },
	};
	struct nxia_accept accepted;
	int result;

	REQUIRE(poll(pollers, 2, GUARD_MS) > 0);
	result = nxia_accept(s->session, s->endpoint, &s->end, &accepted);
	close(file);
	if (result == -EAGAIN)
		side_end(s);
	REQUIRE_OK(result);
	ring_map(&s->ring, &s->end);
}

static void put(struct side *s, __u64 message)
{
	REQUIRE(ring_put(&s->ring, &message, MESSAGE));
	OR_OVER(s, nxia_notify(s->end.fd));
}

static __u64 get(struct side *s)
{
	__u64 message = 0;

	while (!ring_get(&s->ring, &message, MESSAGE))
		OR_OVER(s, nxia_wait(s->end.fd, NXIA_WAIT_READ,
				     NXIA_WAIT_FOREVER));
	return message;
}

static void give(struct side *s, __u64 handle, __u64 rights)
{
	struct nxia_transfer_cap cap = { handle, rights, 0 };

	OR_OVER(s, nxia_transfer(s->session, s->end.handle, &cap, 1, NULL));
	put(s, 1);
}

static __u64 take(struct side *s)
{
	struct nxia_transfer_cap cap;
	__u32 count = 1;

	EXPECT_EQ(get(s), 1);
	OR_OVER(s, nxia_receive(s->session, s->end.handle, &cap, &count, NULL));
	return cap.handle;
}

/* The exchanges */

static void connect_client(struct side *s)
{
	open_channel(s);
	EXPECT_EQ(get(s), 42);
}

static void connect_server(struct side *s)
{
	take_channel(s);
	put(s, 42);
}

static void message_client(struct side *s)
{
	open_channel(s);
	for (__u64 i = 0; i < 3; i++) {
		put(s, i);
		EXPECT_EQ(get(s), ~i);
	}
	EXPECT_OK(nxia_close(s->session, s->end.handle));
}

static void message_server(struct side *s)
{
	take_channel(s);
	for (__u64 i = 0; i < 3; i++) {
		EXPECT_EQ(get(s), i);
		put(s, ~i);
	}
	EXPECT_OK(nxia_close(s->session, s->end.handle));
}

static __u64 trade(struct side *s, __u64 message)
{
	__u64 got = 0;

	REQUIRE(ring_put(&s->ring, &message, MESSAGE));
	do
		OR_OVER(s, nxia_notify_wait(s->end.fd, NXIA_WAIT_READ,
					    NXIA_WAIT_FOREVER));
	while (!ring_get(&s->ring, &got, MESSAGE));
	return got;
}

static void pong_client(struct side *s)
{
	open_channel(s);
	for (__u64 i = 0; i < 3; i++)
		EXPECT_EQ(trade(s, 2 * i), 2 * i + 1);
	put(s, 6);
}

static void pong_server(struct side *s)
{
	take_channel(s);
	EXPECT_EQ(get(s), 0);
	for (__u64 i = 0; i < 3; i++)
		EXPECT_EQ(trade(s, 2 * i + 1), 2 * i + 2);
}

static void transfer_client(struct side *s)
{
	struct nxia_query query;
	__u64 got;

	open_channel(s);
	got = take(s);
	EXPECT_OK(nxia_query(s->session, got, &query));
	EXPECT_EQ(query.badge, BADGE);
	give(s, s->service, NXIA_RIGHT_CONNECT);
	EXPECT_EQ(get(s), 2);
}

static void transfer_server(struct side *s)
{
	__u64 got;

	take_channel(s);
	give(s, s->service, NXIA_RIGHT_CONNECT);
	got = take(s);
	EXPECT_OK(nxia_close(s->session, got));
	put(s, 2);
}

static char *map_region(struct side *s, __u64 handle, int protection)
{
	int file = nxia_fd(s->session, handle);
	char *map = mmap(NULL, REGION_SIZE, protection, MAP_SHARED, file, 0);

	REQUIRE(map != MAP_FAILED);
	close(file);
	return map;
}

static void region_client(struct side *s)
{
	__u64 region;
	char *map;

	REQUIRE_OK(nxia_region_create(s->session, REGION_SIZE,
				      NXIA_RIGHTS_REGION, &region));
	map = map_region(s, region, PROT_READ | PROT_WRITE);
	memset(map, 'x', REGION_SIZE);
	EXPECT_OK(nxia_freeze(s->session, region));
	open_channel(s);
	give(s, region, NXIA_RIGHT_READ | NXIA_RIGHT_MAP);
	EXPECT_EQ(get(s), 'x');
	munmap(map, REGION_SIZE);
	EXPECT_OK(nxia_close(s->session, region));
}

static void region_server(struct side *s)
{
	__u64 region;
	char *map;

	take_channel(s);
	region = take(s);
	map = map_region(s, region, PROT_READ);
	/* It stays, whatever becomes of who made it. */
	EXPECT_EQ(map[0], 'x');
	put(s, map[REGION_SIZE - 1]);
	EXPECT_EQ(map[1], 'x');
}

static void revoke_client(struct side *s)
{
	struct nxia_query query;
	__u64 got;
	int result;

	open_channel(s);
	got = take(s);
	put(s, 2);
	EXPECT_EQ(get(s), 3);
	result = nxia_query(s->session, got, &query);
	EXPECT_ERR(result, EKEYREVOKED);
	put(s, 4);
}

static void revoke_server(struct side *s)
{
	__u64 lent = make_child(s->session, s->endpoint,
				NXIA_RIGHTS_ENDPOINT, 0);

	take_channel(s);
	give(s, lent, NXIA_RIGHT_CONNECT);
	EXPECT_EQ(get(s), 2);
	EXPECT_OK(nxia_revoke(s->session, lent));
	put(s, 3);
	EXPECT_EQ(get(s), 4);
}

static void shutdown_client(struct side *s)
{
	open_channel(s);
	put(s, 1);
	put(s, 2);
	OR_OVER(s, nxia_shutdown(s->end.fd));
	EXPECT_EQ(get(s), 3);
}

static void shutdown_server(struct side *s)
{
	struct pollfd poller = { 0, POLLIN | POLLRDHUP, 0 };
	__u64 sum = 0, message;
	int result;

	take_channel(s);
	do {
		result = nxia_wait(s->end.fd, NXIA_WAIT_READ,
				   NXIA_WAIT_FOREVER);
		while (ring_get(&s->ring, &message, MESSAGE))
			sum += message;
	} while (result >= 0);
	EXPECT_ERR(result, EPIPE);
	poller.fd = s->end.fd;
	EXPECT_EQ(poll(&poller, 1, 0), 1);
	if (poller.revents & POLLHUP)
		side_end(s);
	EXPECT(poller.revents & POLLRDHUP);
	EXPECT_EQ(sum, 3);
	put(s, sum);
}

#define SECRET		"a secret"
#define SEALED_SIZE	(sizeof(SECRET) + 24 + NXIA_SEAL_TAG)

static void seal_client(struct side *s)
{
	char sealed[SEALED_SIZE], secret[] = SECRET;
	struct bytes out = { sealed, sizeof(sealed) };
	__u64 scope;

	open_channel(s);
	scope = take(s);
	EXPECT_OK(nxia_seal(s->session, scope,
			    (struct bytes){ secret, sizeof(secret) }, &out,
			    (struct bytes){}));
	REQUIRE(ring_put(&s->ring, sealed, sizeof(sealed)));
	put(s, 2);
	EXPECT_EQ(get(s), 3);
}

static void seal_server(struct side *s)
{
	char sealed[SEALED_SIZE], plain[sizeof(SECRET)] = "";
	struct bytes out = { plain, sizeof(plain) };
	__u64 scope = make_scope(s->session, 1);

	take_channel(s);
	give(s, scope, NXIA_RIGHT_SEAL);
	while (!ring_get(&s->ring, sealed, sizeof(sealed)))
		OR_OVER(s, nxia_wait(s->end.fd, NXIA_WAIT_READ,
				     NXIA_WAIT_FOREVER));
	EXPECT_OK(nxia_unseal(s->session, scope,
			      (struct bytes){ sealed, sizeof(sealed) }, &out,
			      (struct bytes){}));
	EXPECT(!strcmp(plain, SECRET));
	EXPECT_EQ(get(s), 2);
	put(s, 3);
}

/* Before the exchange: not traced, and never cut */

static void client_begin(struct side *s)
{
	int file = pass_receive(s->socket);

	s->session = nxia_session();
	REQUIRE_OK(nxia_import(s->session, file, CLIENT_RIGHTS, &s->service));
	close(file);
	EXPECT_EQ(write(s->socket, "", 1), 1);
}

static void server_begin(struct side *s)
{
	char byte;
	int file;

	s->session = nxia_session();
	s->endpoint = make_endpoint(s->session);
	s->service = make_child(s->session, s->endpoint, SERVICE_RIGHTS,
				BADGE);
	file = nxia_fd(s->session, s->service);
	REQUIRE(file >= 0);
	pass_send(s->socket, file);
	close(file);
	EXPECT_EQ(read(s->socket, &byte, 1), 1);
	REQUIRE_OK(nxia_watch(s->session, s->service));
}

/* Ready to be traced: the tracer takes it from here. */
static void stop(void)
{
	EXPECT_EQ(ptrace(PTRACE_TRACEME, 0, 0, 0), 0);
	raise(SIGSTOP);
}

static pid_t start(const struct exchange *exchange, bool serves, int socket,
		   bool traced)
{
	struct side s = { .serves = serves, .socket = socket };
	pid_t pid = child_start();

	if (pid)
		return pid;
	(serves ? server_begin : client_begin)(&s);
	if (traced)
		stop();
	(serves ? exchange->server : exchange->client)(&s);
	side_end(&s);
}

/* The tracer */

/* Does the module see this call? */
static bool is_step(__u64 number)
{
	switch (number) {
	case SYS_ioctl:
	case SYS_mmap:
	case SYS_munmap:
	case SYS_poll:
	case SYS_close:
		return true;
	default:
		return false;
	}
}

/*
 * Run until a system call begins or returns; false at the end of the process.
 * Tells the number of the call when it begins.
 */
static bool run_to_call(pid_t pid, __u64 *number)
{
	struct __ptrace_syscall_info info;
	int status, signal = 0;

	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, signal);
		REQUIRE(waitpid(pid, &status, 0) == pid);
		if (!WIFSTOPPED(status)) {
			EXPECT_EQ(status, 0);
			return false;
		}
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80))
			break;
	}
	EXPECT(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0);
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		*number = info.entry.nr;
	return true;
}

/* Let it into the call, and somewhere. */
static void run_within(pid_t pid, int step)
{
	ptrace(PTRACE_SYSCALL, pid, 0, 0);
	usleep(step * 37 % 1000);
}

/* Kill the traced process at a step; false if it got to its end before. */
static bool cut(pid_t pid, int step)
{
	__u64 number = 0;
	int at = 0;

	while (run_to_call(pid, &number)) {
		if (!is_step(number))
			continue;
		if (++at == step)
			break;
		/* Between the begin and the return of a call is a step, too. */
		if (at % 3 == 1 && ++at == step) {
			run_within(pid, step);
			break;
		}
	}
	if (at != step)
		return false;
	child_kill(pid);
	return true;
}

static bool cut_exchange(const struct exchange *exchange, bool server,
			 int step)
{
	int sockets[2], status;
	pid_t pids[2];
	bool was_cut;

	pass_init(sockets);
	for (int serves = 0; serves < 2; serves++)
		pids[serves] = start(exchange, serves, sockets[serves],
				     serves == server);
	close(sockets[0]);
	close(sockets[1]);
	REQUIRE(waitpid(pids[server], &status, 0) == pids[server]);
	REQUIRE(WIFSTOPPED(status));
	REQUIRE(!ptrace(PTRACE_SETOPTIONS, pids[server], 0,
			PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	was_cut = cut(pids[server], step);
	child_join(pids[!server]);
	return was_cut;
}

static void expect_base(int session, const struct nxia_info *base, int step)
{
	struct nxia_info now = nxia_info(session);

	if (now.caps != base->caps || now.objects != base->objects ||
	    now.pages != base->pages)
		test_fail("step %d left caps %lld, objects %lld, pages %lld",
			  step, (long long)(now.caps - base->caps),
			  (long long)(now.objects - base->objects),
			  (long long)(now.pages - base->pages));
}

static void cut_all(const struct exchange *exchange, bool server)
{
	int session = nxia_session(), step = 1;
	struct nxia_info base = nxia_info(session);
	bool was_cut;

	do {
		int failures = test_report->failures;

		was_cut = cut_exchange(exchange, server, step);
		expect_base(session, &base, step);
		if (test_report->failures != failures)
			printf("# that was at step %d\n", step);
	} while (was_cut && ++step < STEPS_MAX);
	EXPECT(step > 5 && step < STEPS_MAX);
	printf("# %d steps\n", step - 1);
}

static void cut_client(void)
{
	cut_all(test_arg, false);
}

static void cut_server(void)
{
	cut_all(test_arg, true);
}

static const struct exchange exchanges[] = {
	{ "CONNECT and ACCEPT", connect_client, connect_server },
	{ "messages", message_client, message_server },
	{ "NOTIFY_WAIT", pong_client, pong_server },
	{ "TRANSFER and RECEIVE", transfer_client, transfer_server },
	{ "a frozen region", region_client, region_server },
	{ "REVOKE", revoke_client, revoke_server },
	{ "SHUTDOWN", shutdown_client, shutdown_server },
	{ "SEAL", seal_client, seal_server },
};

__constructor static void add_exchanges(void)
{
	static char names[2 * ARRAY_SIZE(exchanges)][80];

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(exchanges); i++) {
		const struct exchange *exchange = &exchanges[i / 2];

		snprintf(names[i], sizeof(names[i]),
			 "kill -9 of the %s at every step: %s",
			 i % 2 ? "server" : "client", exchange->name);
		test_add(names[i], i % 2 ? cut_server : cut_client, exchange);
	}
}
