// SPDX-License-Identifier: GPL-2.0-only
/* Sessions: what an open of /dev/nxia is, and what is left when it ends. */
#include <poll.h>
#include <sys/stat.h>

#include "nxia_main.h"
#include "nxia_pass.h"
#include "nxia_ring.h"

TEST(is_device, "session: /dev/nxia is a character device")
{
	struct stat status;

	REQUIRE(!stat("/dev/nxia", &status));
	EXPECT(S_ISCHR(status.st_mode));
}

TEST(info, "INFO: tells version, sizes and limits")
{
	struct nxia_info info = nxia_info(nxia_session());

	EXPECT_EQ(info.abi_version, NXIA_ABI_VERSION);
	EXPECT_EQ(info.flags & ~(NXIA_INFO_ENFORCING | NXIA_INFO_REGISTRY), 0);
	EXPECT_EQ(info.transfer_max, NXIA_TRANSFER_MAX);
	EXPECT_EQ(info.ring_min, page_size());
	EXPECT(info.ring_max >= info.ring_min);
	EXPECT_EQ(info.ring_max & (info.ring_max - 1), 0);
	EXPECT(info.caps <= info.max_caps);
	EXPECT(info.objects <= info.max_objects);
	EXPECT(info.pages <= info.max_pages);
}

TEST(info_numbers, "INFO: each session has a number of its own")
{
	int a = nxia_session(), b = nxia_session();

	EXPECT(nxia_info(a).session != nxia_info(b).session);
	EXPECT_EQ(nxia_info(a).session, nxia_info(a).session);
}

TEST(info_counts, "INFO: counts what the user has")
{
	int a = nxia_session(), b = nxia_session();
	struct nxia_info before = nxia_info(a), after;
	struct nxia_end client;
	__u64 endpoint = make_endpoint(a);
	__u64 page = before.ring_min;

	after = nxia_info(b);
	EXPECT_EQ(after.caps, before.caps + 1);
	EXPECT_EQ(after.objects, before.objects + 1);
	EXPECT_EQ(after.pages, before.pages);
	REQUIRE_OK(nxia_connect(a, endpoint, page, 2 * page, &client));
	after = nxia_info(b);
	EXPECT_EQ(after.caps, before.caps + 2);
	EXPECT(after.objects > before.objects + 1);
	EXPECT(after.pages >= before.pages + 3);
}

TEST(info_registry, "INFO: tells whether there is a registry")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);

	EXPECT(nxia_info(session).flags & NXIA_INFO_REGISTRY);
	EXPECT_OK(nxia_close(session, registry));
	EXPECT(!(nxia_info(session).flags & NXIA_INFO_REGISTRY));
}

TEST(separate, "session: a handle means nothing in another session")
{
	int a = nxia_session(), b = nxia_session();
	struct nxia_query query;
	__u64 endpoint = make_endpoint(a);

	EXPECT_OK(nxia_query(a, endpoint, &query));
	EXPECT_ERR(nxia_query(b, endpoint, &query), EBADF);
	EXPECT_ERR(nxia_close(b, endpoint), EBADF);
	EXPECT_OK(nxia_query(a, endpoint, &query));
}

TEST(shared_by_fork, "session: a forked process has the same session")
{
	int session = nxia_session();
	struct nxia_query query;
	__u64 endpoint = make_endpoint(session);
	pid_t child = child_start();

	if (!child) {
		EXPECT_OK(nxia_close(session, endpoint));
		child_done();
	}
	child_join(child);
	EXPECT_ERR(nxia_query(session, endpoint, &query), EBADF);
}

TEST(passed, "session: who is handed its file acts with it")
{
	struct nxia_query query;
	int session, sockets[2];
	__u64 endpoint, before;
	pid_t child;

	pass_init(sockets);
	child = child_start();
	if (!child) {
		int file = pass_receive(sockets[1]);

		become_user(1000);
		make_endpoint(file);
		make_endpoint(file);
		child_done();
	}
	session = nxia_session();
	endpoint = make_endpoint(session);
	before = nxia_info(session).caps;
	pass_send(sockets[0], session);
	child_join(child);
	/* The opener pays, and what the other has made stays. */
	EXPECT_EQ(nxia_info(session).caps, before + 2);
	EXPECT_OK(nxia_query(session, endpoint, &query));
}

TEST(passed_in_flight, "session: a file that is under way keeps it alive")
{
	int observer = nxia_session(), session = nxia_session(), sockets[2];
	__u64 before = nxia_info(observer).caps;

	pass_init(sockets);
	make_endpoint(session);
	pass_send(sockets[0], session);
	close(session);
	EXPECT_EQ(nxia_info(observer).caps, before + 1);
	session = pass_receive(sockets[1]);
	make_endpoint(session);
	pass_send(sockets[0], session);
	close(session);
	EXPECT_EQ(nxia_info(observer).caps, before + 2);
	/* Never received. */
	close(sockets[0]);
	close(sockets[1]);
	for (int i = 0; i < 400 && nxia_info(observer).caps != before; i++)
		usleep(10000);
	EXPECT_EQ(nxia_info(observer).caps, before);
}

/* A process that has opened a session and then runs another program. */
static pid_t start_program(bool keeps)
{
	pid_t child = child_start();
	int session;

	if (child)
		return child;
	session = nxia_session();
	make_registry(session);
	if (keeps)
		fcntl(session, F_SETFD, 0);
	execlp("sleep", "sleep", "1000", NULL);
	_exit(1);
}

static bool registry_becomes(int session, bool exists)
{
	for (int i = 0; i < 1000; i++) {
		if (exists == !!(nxia_info(session).flags & NXIA_INFO_REGISTRY))
			return true;
		usleep(10000);
	}
	return false;
}

static bool runs_program(pid_t pid)
{
	char path[64], name[32] = "";
	int file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	if (read(file, name, sizeof(name) - 1) < 0)
		*name = 0;
	close(file);
	return !strcmp(name, "sleep\n");
}

TEST(exec, "session: exec() ends it, unless its file stays open")
{
	int session = nxia_session();
	pid_t child = start_program(true);

	while (!runs_program(child))
		usleep(1000);
	EXPECT(nxia_info(session).flags & NXIA_INFO_REGISTRY);
	child_kill(child);
	EXPECT(registry_becomes(session, false));
	child = start_program(false);
	while (!runs_program(child))
		usleep(1000);
	EXPECT(registry_becomes(session, false));
	child_kill(child);
}

TEST(ends_with_last, "session: lives until its last file is closed")
{
	int session = nxia_session(), copy = dup(session);
	struct nxia_query query;
	__u64 endpoint = make_endpoint(session);

	close(session);
	EXPECT_OK(nxia_query(copy, endpoint, &query));
}

TEST(handles_unique, "session: a handle is never 0 and never used again")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	static __u64 seen[2000];

	for (unsigned int i = 0; i < ARRAY_SIZE(seen); i++) {
		seen[i] = make_child(session, endpoint, NXIA_RIGHT_CONNECT, 0);
		EXPECT(seen[i] && seen[i] != endpoint);
		for (unsigned int j = i > 50 ? i - 50 : 0; j < i; j++)
			EXPECT(seen[j] != seen[i]);
		EXPECT_OK(nxia_close(session, seen[i]));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(seen); i++)
		for (unsigned int j = 0; j < i; j++)
			if (seen[i] == seen[j])
				test_fail("%llx came twice", seen[i]);
}

TEST(files_cloexec, "FD: all files are close-on-exec")
{
	int session = nxia_session(), file;
	__u64 endpoint = make_endpoint(session);
	struct nxia_end client, server;

	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	file = nxia_fd(session, endpoint);
	EXPECT_EQ(fcntl(client.fd, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(server.fd, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(file, F_GETFD), FD_CLOEXEC);
}

TEST(handle_of_file, "HANDLE: tells what a file stands for")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), handle;
	struct nxia_end client, server;

	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	EXPECT_OK(nxia_handle(session, client.fd, &handle));
	EXPECT_EQ(handle, client.handle);
	EXPECT_OK(nxia_handle(session, server.fd, &handle));
	EXPECT_EQ(handle, server.handle);
	EXPECT_OK(nxia_handle(session, nxia_fd(session, endpoint), &handle));
	EXPECT_EQ(handle, endpoint);
}

TEST(handle_revoked, "HANDLE: answers for a revoked capability too")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), handle;
	struct nxia_end client, server;

	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	EXPECT_OK(nxia_revoke(session, endpoint));
	EXPECT_OK(nxia_handle(session, client.fd, &handle));
	EXPECT_EQ(handle, client.handle);
}

TEST(handle_bad_file, "HANDLE: EBADF for another kind of file")
{
	int session = nxia_session();
	struct gate gate;
	__u64 handle;

	gate_init(&gate);
	EXPECT_ERR(nxia_handle(session, gate.fds[0], &handle), EBADF);
	EXPECT_ERR(nxia_handle(session, session, &handle), EBADF);
	EXPECT_ERR(nxia_handle(session, -1, &handle), EBADF);
	EXPECT_ERR(nxia_handle(session, 1000000, &handle), EBADF);
}

TEST(handle_closed, "HANDLE: EBADF once the capability is closed")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), handle;
	int file = nxia_fd(session, endpoint);

	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_ERR(nxia_handle(session, file, &handle), EBADF);
}

TEST(handle_other, "HANDLE: EXDEV for a file of another session")
{
	int a = nxia_session(), b = nxia_session();
	int file = nxia_fd(a, make_endpoint(a));
	__u64 handle;

	EXPECT_ERR(nxia_handle(b, file, &handle), EXDEV);
}

TEST(file_not_authority, "FD: closing a file does not close the capability")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_end client, server;
	struct nxia_query query;
	int again;

	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	close(client.fd);
	EXPECT_OK(nxia_query(session, client.handle, &query));
	EXPECT_ERR(nxia_wait(server.fd, NXIA_WAIT_READ, 0), ETIMEDOUT);
	again = nxia_fd(session, client.handle);
	REQUIRE_OK(again);
	EXPECT_OK(nxia_notify(again));
}

TEST(file_passed, "FD: a file works in a process that was handed it")
{
	int session, sockets[2];
	struct nxia_end client, server;
	struct ring ring;
	char text[4];
	pid_t child;

	pass_init(sockets);
	child = child_start();
	if (!child) {
		struct nxia_end end = { .tx_size = page_size(),
					.rx_size = page_size() };

		end.fd = pass_receive(sockets[1]);
		ring_map(&ring, &end);
		EXPECT(ring_send(&ring, "ping", 4));
		child_done();
	}
	session = nxia_session();
	make_channel(session, make_endpoint(session), page_size(), page_size(),
		     &client, &server);
	ring_map(&ring, &server);
	pass_send(sockets[0], client.fd);
	EXPECT_EQ(nxia_wait(server.fd, NXIA_WAIT_READ, NXIA_WAIT_FOREVER),
		  NXIA_WAIT_READ);
	EXPECT(ring_get(&ring, text, 4));
	EXPECT(!memcmp(text, "ping", 4));
	child_join(child);
}

TEST(end_kills_files, "session: its end closes files and mappings")
{
	int session = nxia_session();
	struct nxia_end client, server;
	struct ring ring;

	make_channel(session, make_endpoint(session), page_size(), page_size(),
		     &client, &server);
	ring_map(&ring, &client);
	EXPECT_EQ(probe(ring.own, true), 0);
	close(session);
	EXPECT_EQ(probe(ring.own, true), SIGBUS);
	EXPECT_EQ(probe(ring.peer, false), SIGBUS);
	EXPECT_ERR(nxia_notify(client.fd), EBADF);
	EXPECT_ERR(nxia_wait(server.fd, NXIA_WAIT_READ, 0), EBADF);
}

/* A client that holds all kinds of things until it is killed. */
static void hoard(struct gate *ready)
{
	struct nxia_end end, client, server;
	struct ring ring;
	int session = make_client(page_size(), page_size(), &end);
	__u64 endpoint = make_endpoint(session);
	struct nxia_transfer_cap cap = { endpoint, NXIA_RIGHT_CONNECT, 7 };

	ring_map(&ring, &end);
	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	REQUIRE_OK(nxia_connect(session, endpoint, page_size(), page_size(),
				&client));
	for (int i = 0; i < 50; i++)
		make_child(session, endpoint, NXIA_RIGHT_CONNECT, 0);
	REQUIRE_OK(nxia_transfer(session, end.handle, &cap, 1, NULL));
	REQUIRE_OK(nxia_transfer(session, server.handle, &cap, 1, NULL));
	gate_open(ready);
	nxia_wait(end.fd, NXIA_WAIT_READ, NXIA_WAIT_FOREVER);
	child_done();
}

TEST(kill_leaves_nothing, "session: kill -9 closes all that it held")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);
	struct nxia_info before = nxia_info(session);
	struct nxia_end server;
	struct nxia_accept accepted;
	struct pollfd poller;
	struct gate ready;
	pid_t child;

	gate_init(&ready);
	child = child_start();
	if (!child)
		hoard(&ready);
	gate_pass(&ready);
	REQUIRE_OK(nxia_accept(session, registry, &server, &accepted));
	until_asleep(child);
	child_kill(child);
	poller = (struct pollfd){ server.fd, POLLIN, 0 };
	EXPECT_EQ(poll(&poller, 1, -1), 1);
	EXPECT(poller.revents & POLLHUP);
	EXPECT_OK(nxia_close(session, server.handle));
	close(server.fd);
	for (int i = 0; i < 400; i++) {
		if (nxia_info(session).caps == before.caps)
			break;
		usleep(10000);
	}
	EXPECT_EQ(nxia_info(session).caps, before.caps);
	EXPECT_EQ(nxia_info(session).objects, before.objects);
	EXPECT_EQ(nxia_info(session).pages, before.pages);
}

TEST(unprivileged, "session: any user may open one")
{
	become_user(1000);
	make_endpoint(nxia_session());
}
