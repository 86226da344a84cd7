// SPDX-License-Identifier: GPL-2.0-only
/* Endpoints: create, connect, accept, backlog, identity of the client. */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include "nxia_main.h"
#include "nxia_ring.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

static int connect_page(int session, __u64 endpoint, struct nxia_end *end)
{
	return nxia_connect(session, endpoint, page_size(), page_size(), end);
}

/* ENDPOINT_CREATE */

TEST(create_backlog, "ENDPOINT_CREATE: EINVAL for a backlog out of range")
{
	int session = nxia_session();
	__u64 handle;

	EXPECT_ERR(nxia_endpoint_create(session, 0, 0, ALL, &handle), EINVAL);
	EXPECT_ERR(nxia_endpoint_create(session, 0, NXIA_BACKLOG_MAX + 1, ALL,
					&handle), EINVAL);
	EXPECT_ERR(nxia_endpoint_create(session, 0, ~0U, ALL, &handle), EINVAL);
	EXPECT_OK(nxia_endpoint_create(session, 0, 1, ALL, &handle));
	EXPECT_OK(nxia_endpoint_create(session, 0, NXIA_BACKLOG_MAX, ALL,
				       &handle));
}

TEST(create_rights, "ENDPOINT_CREATE: EINVAL for no rights, or some of no use")
{
	int session = nxia_session();
	__u64 handle;

	EXPECT_ERR(nxia_endpoint_create(session, 0, 1, 0, &handle), EINVAL);
	EXPECT_ERR(nxia_endpoint_create(session, 0, 1, NXIA_RIGHT_WRITE,
					&handle), EINVAL);
	EXPECT_ERR(nxia_endpoint_create(session, 0, 1, ALL | NXIA_RIGHT_MAP,
					&handle), EINVAL);
	EXPECT_ERR(nxia_endpoint_create(session, 0, 1, ALL | NXIA_RIGHT_SEAL,
					&handle), EINVAL);
	EXPECT_ERR(nxia_endpoint_create(session, 0, 1, ~0ULL, &handle), EINVAL);
}

TEST(create_one_right, "ENDPOINT_CREATE: gives exactly the rights asked for")
{
	int session = nxia_session();
	struct nxia_query query;
	__u64 handle;

	REQUIRE_OK(nxia_endpoint_create(session, 0, 1, NXIA_RIGHT_READ,
					&handle));
	EXPECT_OK(nxia_query(session, handle, &query));
	EXPECT_EQ(query.rights, NXIA_RIGHT_READ);
	EXPECT_EQ(query.badge, 0);
	EXPECT_EQ(query.descendants, 0);
}

/* The registry */

TEST(registry_user, "ENDPOINT_CREATE: EPERM for the registry as a user")
{
	__u64 handle;
	int session = nxia_session();

	become_user(1000);
	EXPECT_ERR(nxia_endpoint_create(session, NXIA_ENDPOINT_REGISTRY, 1, ALL,
					&handle), EPERM);
	session = nxia_session();
	EXPECT_ERR(nxia_endpoint_create(session, NXIA_ENDPOINT_REGISTRY, 1, ALL,
					&handle), EPERM);
}

TEST(registry_ns, "ENDPOINT_CREATE: EPERM for a user namespace's root")
{
	__u64 handle;
	int session = nxia_session();

	if (unshare(CLONE_NEWUSER))
		test_skip("unshare(CLONE_NEWUSER): %s", strerror(errno));
	EXPECT_ERR(nxia_endpoint_create(session, NXIA_ENDPOINT_REGISTRY, 1, ALL,
					&handle), EPERM);
}

TEST(registry_rights, "ENDPOINT_CREATE: EINVAL for a registry without CONNECT")
{
	int session = nxia_session();
	__u64 handle;

	EXPECT_ERR(nxia_endpoint_create(session, NXIA_ENDPOINT_REGISTRY, 1,
					ALL & ~NXIA_RIGHT_CONNECT, &handle),
		   EINVAL);
	EXPECT_ERR(nxia_bootstrap(session, &handle), ENXIO);
}

TEST(registry_busy, "ENDPOINT_CREATE: EBUSY while there is a registry")
{
	int a = nxia_session(), b = nxia_session();
	__u64 registry = make_registry(a), handle;

	EXPECT_ERR(nxia_endpoint_create(b, NXIA_ENDPOINT_REGISTRY, 1, ALL,
					&handle), EBUSY);
	EXPECT_OK(nxia_close(a, registry));
	EXPECT_OK(nxia_endpoint_create(b, NXIA_ENDPOINT_REGISTRY, 1, ALL,
				       &handle));
}

TEST(bootstrap_none, "BOOTSTRAP: ENXIO without a registry")
{
	int session = nxia_session();
	__u64 registry = make_registry(session), handle;

	EXPECT_OK(nxia_close(session, registry));
	EXPECT_ERR(nxia_bootstrap(session, &handle), ENXIO);
}

TEST(bootstrap_killed, "BOOTSTRAP: ENXIO after the registry was killed")
{
	int session = nxia_session();
	struct gate ready;
	__u64 handle;
	pid_t child;

	gate_init(&ready);
	child = child_start();
	if (!child) {
		make_registry(nxia_session());
		gate_open(&ready);
		pause();
	}
	gate_pass(&ready);
	EXPECT_OK(nxia_bootstrap(session, &handle));
	child_kill(child);
	EXPECT_ERR(nxia_bootstrap(session, &handle), ENXIO);
	make_registry(session);
	EXPECT_OK(nxia_bootstrap(session, &handle));
}

TEST(bootstrap_rights, "BOOTSTRAP: gives CONNECT, each time anew")
{
	int session = nxia_session(), client = nxia_session();
	__u64 registry = make_registry(session), a, b;
	struct nxia_query query;

	REQUIRE_OK(nxia_bootstrap(client, &a));
	REQUIRE_OK(nxia_bootstrap(client, &b));
	EXPECT(a && b && a != b);
	EXPECT_OK(nxia_query(client, a, &query));
	EXPECT_EQ(query.type, NXIA_TYPE_ENDPOINT);
	EXPECT_EQ(query.rights, NXIA_RIGHT_CONNECT);
	EXPECT_EQ(query.badge, 0);
	EXPECT_OK(nxia_query(session, registry, &query));
	EXPECT_EQ(query.descendants, 2);
}

/* CONNECT */

TEST(connect_sizes, "CONNECT: EINVAL for sizes that are not allowed")
{
	int session = nxia_session();
	struct nxia_info info = nxia_info(session);
	__u64 endpoint = make_endpoint(session), page = info.ring_min;
	struct nxia_end end;
	const __u64 bad[] = {
		0, 1, page - 1, page / 2, page + 1, 3 * page,
		info.ring_max * 2, info.ring_max + page, 1ULL << 63, ~0ULL,
		(1ULL << 32), (1ULL << 32) + page, (1ULL << 63) + page,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		if (bad[i] >= page && bad[i] <= info.ring_max &&
		    !(bad[i] & (bad[i] - 1)))
			continue;
		EXPECT_ERR(nxia_connect(session, endpoint, bad[i], page, &end),
			   EINVAL);
		EXPECT_ERR(nxia_connect(session, endpoint, page, bad[i], &end),
			   EINVAL);
	}
}

TEST(connect_largest, "CONNECT: rings of the largest size work to the end")
{
	int session = nxia_session();
	struct nxia_info info = nxia_info(session);
	struct nxia_end client, server;
	struct ring ring;

	if (2 * info.ring_max / info.ring_min > info.max_pages - info.pages)
		test_skip("max_pages is too small");
	make_channel(session, make_endpoint(session), info.ring_max,
		     info.ring_min, &client, &server);
	ring_map(&ring, &client);
	ring_tx_data(&ring)[info.ring_max - 1] = 'x';
	EXPECT_EQ(ring_tx_data(&ring)[2 * info.ring_max - 1], 'x');
	ring_unmap(&ring);
	ring_map(&ring, &server);
	EXPECT_EQ(ring_rx_data(&ring)[info.ring_max - 1], 'x');
}

TEST(connect_right, "CONNECT: EPERM without CONNECT")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_end end;

	EXPECT_ERR(connect_page(session,
				make_child(session, endpoint,
					   ALL & ~NXIA_RIGHT_CONNECT, 0), &end),
		   EPERM);
}

TEST(connect_refused, "CONNECT: ECONNREFUSED when nobody could accept")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 server = make_child(session, endpoint, NXIA_RIGHT_READ, 0);
	__u64 client = make_child(session, endpoint, NXIA_RIGHT_CONNECT, 0);
	struct nxia_end end;

	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_OK(connect_page(session, client, &end));
	EXPECT_OK(nxia_close(session, server));
	EXPECT_ERR(connect_page(session, client, &end), ECONNREFUSED);
}

TEST(connect_revoked, "CONNECT: ECONNREFUSED when all readers are revoked")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 middle = make_child(session, endpoint, ALL, 0);
	__u64 client = make_child(session, endpoint, NXIA_RIGHT_CONNECT, 0);
	struct nxia_end end;

	make_child(session, middle, NXIA_RIGHT_READ, 0);
	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_OK(connect_page(session, client, &end));
	EXPECT_EQ(nxia_revoke(session, middle), 1);
	EXPECT_OK(connect_page(session, client, &end));
	EXPECT_OK(nxia_close(session, middle));
	EXPECT_ERR(connect_page(session, client, &end), ECONNREFUSED);
}

TEST(connect_backlog, "CONNECT: EAGAIN when the backlog is full")
{
	int session = nxia_session();
	struct nxia_accept accepted;
	struct nxia_end end, server;
	__u64 endpoint;

	REQUIRE_OK(nxia_endpoint_create(session, 0, 3, ALL, &endpoint));
	for (int i = 0; i < 3; i++)
		EXPECT_OK(connect_page(session, endpoint, &end));
	EXPECT_ERR(connect_page(session, endpoint, &end), EAGAIN);
	EXPECT_OK(nxia_accept(session, endpoint, &server, &accepted));
	EXPECT_OK(connect_page(session, endpoint, &end));
	EXPECT_ERR(connect_page(session, endpoint, &end), EAGAIN);
}

TEST(connect_fails_clean, "CONNECT: a refusal leaves nothing")
{
	int session = nxia_session();
	__u64 endpoint;
	struct nxia_info before, after;
	struct nxia_end end;
	int files;

	REQUIRE_OK(nxia_endpoint_create(session, 0, 1, ALL, &endpoint));
	REQUIRE_OK(connect_page(session, endpoint, &end));
	before = nxia_info(session);
	files = open_files();
	for (int i = 0; i < 20; i++) {
		EXPECT_ERR(connect_page(session, endpoint, &end), EAGAIN);
		EXPECT_ERR(nxia_connect(session, endpoint, 1, 1, &end), EINVAL);
	}
	after = nxia_info(session);
	EXPECT_EQ(after.caps, before.caps);
	EXPECT_EQ(after.objects, before.objects);
	EXPECT_EQ(after.pages, before.pages);
	EXPECT_EQ(open_files(), files);
}

TEST(connect_derived, "CONNECT: the new end is derived from the endpoint")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 child = make_child(session, endpoint, ALL, 0);
	struct nxia_query query;
	struct nxia_end end;

	REQUIRE_OK(connect_page(session, child, &end));
	EXPECT_EQ(nxia_revoke(session, child), 1);
	EXPECT_ERR(nxia_query(session, end.handle, &query), EKEYREVOKED);
}

TEST(write_before_accept, "CONNECT: the client can write before the ACCEPT")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_end client, server;
	struct nxia_accept accepted;
	struct ring ring;
	char text[5];

	REQUIRE_OK(connect_page(session, endpoint, &client));
	ring_map(&ring, &client);
	EXPECT(ring_send(&ring, "early", 5));
	EXPECT_OK(nxia_notify(client.fd));
	REQUIRE_OK(nxia_accept(session, endpoint, &server, &accepted));
	EXPECT_EQ(nxia_wait(server.fd, NXIA_WAIT_READ, 0), NXIA_WAIT_READ);
	ring_map(&ring, &server);
	EXPECT(ring_receive(&ring, text, 5));
	EXPECT(!memcmp(text, "early", 5));
}

TEST(never_accepted, "CONNECT: the client sees when the endpoint goes")
{
	int session = nxia_session(), server = nxia_session();
	__u64 registry = make_registry(server), handle;
	struct pollfd poller;
	struct nxia_end end;

	REQUIRE_OK(nxia_bootstrap(session, &handle));
	REQUIRE_OK(connect_page(session, handle, &end));
	EXPECT_ERR(nxia_wait(end.fd, NXIA_WAIT_READ, 0), ETIMEDOUT);
	EXPECT_OK(nxia_close(server, registry));
	EXPECT_ERR(nxia_wait(end.fd, NXIA_WAIT_READ, NXIA_WAIT_FOREVER), EPIPE);
	poller = (struct pollfd){ end.fd, POLLIN, 0 };
	EXPECT_EQ(poll(&poller, 1, 0), 1);
	EXPECT(poller.revents & POLLHUP);
}

TEST(gone_before_accept, "CONNECT: is dropped when the client goes before")
{
	int session = nxia_session();
	struct nxia_accept accepted;
	struct nxia_end client, server;
	struct nxia_info before;
	__u64 endpoint;

	REQUIRE_OK(nxia_endpoint_create(session, 0, 1, ALL, &endpoint));
	before = nxia_info(session);
	REQUIRE_OK(connect_page(session, endpoint, &client));
	EXPECT_OK(nxia_close(session, client.handle));
	close(client.fd);
	EXPECT_EQ(nxia_info(session).caps, before.caps);
	EXPECT_EQ(nxia_info(session).objects, before.objects);
	EXPECT_EQ(nxia_info(session).pages, before.pages);
	EXPECT_ERR(nxia_accept(session, endpoint, &server, &accepted), EAGAIN);
	EXPECT_OK(connect_page(session, endpoint, &client));
}

/* ACCEPT */

TEST(accept_none, "ACCEPT: EAGAIN when no connection waits")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_end client, server;
	struct nxia_accept accepted;

	EXPECT_ERR(nxia_accept(session, endpoint, &server, &accepted), EAGAIN);
	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	EXPECT_ERR(nxia_accept(session, endpoint, &server, &accepted), EAGAIN);
}

TEST(accept_right, "ACCEPT: EPERM without READ")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 less = make_child(session, endpoint, ALL & ~NXIA_RIGHT_READ, 0);
	struct nxia_end client, server;
	struct nxia_accept accepted;

	REQUIRE_OK(connect_page(session, endpoint, &client));
	EXPECT_ERR(nxia_accept(session, less, &server, &accepted), EPERM);
	EXPECT_OK(nxia_accept(session, endpoint, &server, &accepted));
}

TEST(accept_order, "ACCEPT: takes the oldest, with its badge and sizes")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), page = page_size();
	struct nxia_end client, server;
	struct nxia_accept accepted;
	__u64 badged;

	for (__u64 badge = 1; badge <= 5; badge++) {
		badged = make_child(session, endpoint, NXIA_RIGHT_CONNECT,
				    badge << 60 | badge);
		REQUIRE_OK(nxia_connect(session, badged, page << (badge % 2),
					page << (badge % 3), &client));
	}
	for (__u64 badge = 1; badge <= 5; badge++) {
		REQUIRE_OK(nxia_accept(session, endpoint, &server, &accepted));
		EXPECT_EQ(accepted.badge, badge << 60 | badge);
		EXPECT_EQ(accepted.rx_size, page << (badge % 2));
		EXPECT_EQ(accepted.tx_size, page << (badge % 3));
	}
}

TEST(accept_derived, "ACCEPT: any capability with READ can, and parents it")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 middle = make_child(session, endpoint, ALL, 0);
	__u64 worker = make_child(session, middle, NXIA_RIGHT_READ, 0);
	struct nxia_end client, server;
	struct nxia_accept accepted;
	struct nxia_query query;

	REQUIRE_OK(connect_page(session, endpoint, &client));
	REQUIRE_OK(nxia_accept(session, worker, &server, &accepted));
	EXPECT_EQ(nxia_revoke(session, middle), 2);
	EXPECT_ERR(nxia_query(session, server.handle, &query), EKEYREVOKED);
	EXPECT_OK(nxia_query(session, client.handle, &query));
	EXPECT_ERR(nxia_notify(client.fd), EPIPE);
}

TEST(accept_identity, "ACCEPT: tells process and effective user of the client")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);
	struct nxia_accept accepted;
	struct pollfd poller;
	struct nxia_end end;
	pid_t child = child_start();

	if (!child) {
		REQUIRE(!syscall(SYS_setresuid, -1, 1234, -1));
		make_client(page_size(), page_size(), &end);
		pause();
	}
	poller = (struct pollfd){ nxia_fd(session, registry), POLLIN, 0 };
	EXPECT_EQ(poll(&poller, 1, -1), 1);
	REQUIRE_OK(nxia_accept(session, registry, &end, &accepted));
	EXPECT_EQ(accepted.pid, child);
	EXPECT_EQ(accepted.uid, 1234);
	EXPECT_EQ(accepted.label, 0);
	EXPECT_EQ(accepted.domain, 0);
	EXPECT_EQ(accepted.badge, 0);
	child_kill(child);
}

static void *connect_thread(void *argument)
{
	struct nxia_end end;

	make_client(page_size(), page_size(), &end);
	return argument;
}

TEST(accept_thread, "ACCEPT: the process is that of the thread")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);
	struct nxia_accept accepted;
	struct nxia_end end;
	pthread_t thread;

	REQUIRE(!pthread_create(&thread, NULL, connect_thread, NULL));
	pthread_join(thread, NULL);
	REQUIRE_OK(nxia_accept(session, registry, &end, &accepted));
	EXPECT_EQ(accepted.pid, getpid());
}

TEST(accept_pid_namespace, "ACCEPT: pid is 0 for a client outside")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_accept accepted;
	struct nxia_end end;
	pid_t child;

	REQUIRE_OK(connect_page(session, endpoint, &end));
	if (unshare(CLONE_NEWPID))
		test_skip("unshare(CLONE_NEWPID): %s", strerror(errno));
	child = child_start();
	if (!child) {
		REQUIRE_OK(nxia_accept(session, endpoint, &end, &accepted));
		EXPECT_EQ(accepted.pid, 0);
		REQUIRE_OK(connect_page(session, endpoint, &end));
		REQUIRE_OK(nxia_accept(session, endpoint, &end, &accepted));
		EXPECT_EQ(accepted.pid, 1);
		child_done();
	}
	child_join(child);
}

TEST(accept_pid_inner, "ACCEPT: pid is the one in the caller's namespace")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_accept accepted;
	struct gate connected;
	struct nxia_end end;
	pid_t child;

	gate_init(&connected);
	if (unshare(CLONE_NEWPID))
		test_skip("unshare(CLONE_NEWPID): %s", strerror(errno));
	child = child_start();
	if (!child) {
		EXPECT_EQ(getpid(), 1);
		REQUIRE_OK(connect_page(session, endpoint, &end));
		gate_open(&connected);
		pause();
	}
	gate_pass(&connected);
	REQUIRE_OK(nxia_accept(session, endpoint, &end, &accepted));
	EXPECT_EQ(accepted.pid, child);
	child_kill(child);
}

TEST(accept_user_namespace, "ACCEPT: uid is the overflow uid where it has none")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_accept accepted;
	struct nxia_end end;

	REQUIRE_OK(connect_page(session, endpoint, &end));
	if (unshare(CLONE_NEWUSER))
		test_skip("unshare(CLONE_NEWUSER): %s", strerror(errno));
	REQUIRE_OK(nxia_accept(session, endpoint, &end, &accepted));
	EXPECT_EQ(accepted.uid,
		  file_number("/proc/sys/kernel/overflowuid"));
}

/* Life of an endpoint */

TEST(channel_outlives, "endpoint: accepted channels outlive it")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_end client, server;
	struct ring a, b;
	char text[2];

	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	ring_map(&a, &client);
	ring_map(&b, &server);
	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT(ring_send(&a, "hi", 2));
	EXPECT_EQ(nxia_wait(server.fd, NXIA_WAIT_READ, 0), NXIA_WAIT_READ);
	EXPECT(ring_receive(&b, text, 2));
	EXPECT_ERR(nxia_wait(client.fd, NXIA_WAIT_READ, 0), ETIMEDOUT);
}

TEST(lives_by_reader, "endpoint: lives while a capability with READ does")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 reader = make_child(session, endpoint, NXIA_RIGHT_READ, 0);
	__u64 client = make_child(session, endpoint, NXIA_RIGHT_CONNECT, 0);
	struct nxia_end end, server;
	struct nxia_accept accepted;

	REQUIRE_OK(connect_page(session, client, &end));
	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_OK(nxia_accept(session, reader, &server, &accepted));
	EXPECT_OK(connect_page(session, client, &end));
	EXPECT_OK(nxia_close(session, reader));
	EXPECT_ERR(nxia_wait(end.fd, NXIA_WAIT_READ, 0), EPIPE);
}

static void limit_files(int count)
{
	struct rlimit limit = { count, count };

	REQUIRE(!setrlimit(RLIMIT_NOFILE, &limit));
}

TEST(connect_emfile, "CONNECT: EMFILE without a free file descriptor")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_info before = nxia_info(session), after;
	struct nxia_accept accepted;
	struct nxia_end end;

	limit_files(session + 1);
	EXPECT_ERR(connect_page(session, endpoint, &end), EMFILE);
	after = nxia_info(session);
	EXPECT_EQ(after.caps, before.caps);
	EXPECT_EQ(after.objects, before.objects);
	EXPECT_EQ(after.pages, before.pages);
	EXPECT_ERR(nxia_accept(session, endpoint, &end, &accepted), EAGAIN);
}

TEST(accept_emfile, "ACCEPT: EMFILE without a free file descriptor")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_end client, server;
	struct nxia_accept accepted;

	REQUIRE_OK(connect_page(session, endpoint, &client));
	limit_files(client.fd + 1);
	EXPECT_ERR(nxia_accept(session, endpoint, &server, &accepted), EMFILE);
	close(client.fd);
	EXPECT_OK(nxia_accept(session, endpoint, &server, &accepted));
}

TEST(fd_emfile, "FD: EMFILE without a free file descriptor")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);

	limit_files(session + 1);
	EXPECT_ERR(nxia_fd(session, endpoint), EMFILE);
}

/* Run @call as a user who meets file-max; its result. */
static int with_file_max(int (*call)(int session, __u64 endpoint))
{
	static const char path[] = "/proc/sys/fs/file-max";
	long long old = file_number(path);
	struct gate ready, lowered, result;
	char text[32];
	pid_t child;
	int got;

	gate_init(&ready);
	gate_init(&lowered);
	gate_init(&result);
	child = child_start();
	if (!child) {
		int session = nxia_session();
		__u64 endpoint = make_endpoint(session);
		struct nxia_end end;

		REQUIRE_OK(connect_page(session, endpoint, &end));
		become_user(1000);
		gate_open(&ready);
		gate_pass(&lowered);
		gate_put(&result, call(session, endpoint));
		child_done();
	}
	gate_pass(&ready);
	EXPECT_OK(file_write(path, "0"));
	gate_open(&lowered);
	got = gate_get(&result);
	snprintf(text, sizeof(text), "%lld", old);
	EXPECT_OK(file_write(path, text));
	child_join(child);
	return got;
}

static int call_connect(int session, __u64 endpoint)
{
	struct nxia_end end;

	return connect_page(session, endpoint, &end);
}

static int call_accept(int session, __u64 endpoint)
{
	struct nxia_accept accepted;
	struct nxia_end end;

	return nxia_accept(session, endpoint, &end, &accepted);
}

TEST(connect_enfile, "CONNECT: ENFILE when the system has no file left")
{
	EXPECT_ERR(with_file_max(call_connect), ENFILE);
}

TEST(accept_enfile, "ACCEPT: ENFILE when the system has no file left")
{
	EXPECT_ERR(with_file_max(call_accept), ENFILE);
}

TEST(fd_enfile, "FD: ENFILE when the system has no file left")
{
	EXPECT_ERR(with_file_max(nxia_fd), ENFILE);
}

/* poll() */

static short poll_now(int file)
{
	struct pollfd poller = { file, POLLIN | POLLOUT, 0 };

	EXPECT_OK(poll(&poller, 1, 0));
	return poller.revents;
}

TEST(poll_pending, "endpoint: POLLIN exactly while a connection waits")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	int file = nxia_fd(session, endpoint);
	struct nxia_end client, server;
	struct nxia_accept accepted;

	EXPECT_EQ(poll_now(file) & POLLIN, 0);
	REQUIRE_OK(connect_page(session, endpoint, &client));
	REQUIRE_OK(connect_page(session, endpoint, &client));
	EXPECT(poll_now(file) & POLLIN);
	REQUIRE_OK(nxia_accept(session, endpoint, &server, &accepted));
	EXPECT(poll_now(file) & POLLIN);
	REQUIRE_OK(nxia_accept(session, endpoint, &server, &accepted));
	EXPECT_EQ(poll_now(file) & POLLIN, 0);
}

TEST(poll_no_read, "endpoint: POLLERR without READ")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	int file = nxia_fd(session, make_child(session, endpoint,
					       NXIA_RIGHT_CONNECT, 0));
	struct nxia_end client;

	REQUIRE_OK(connect_page(session, endpoint, &client));
	EXPECT(poll_now(file) & POLLERR);
	EXPECT_EQ(poll_now(file) & POLLIN, 0);
}

TEST(poll_dead, "endpoint: POLLERR when closed or revoked")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 child = make_child(session, endpoint, ALL, 0);
	int file = nxia_fd(session, endpoint);
	int child_file = nxia_fd(session, child);

	EXPECT_EQ(poll_now(child_file), 0);
	EXPECT_OK(nxia_revoke(session, endpoint));
	EXPECT(poll_now(child_file) & POLLERR);
	EXPECT_EQ(poll_now(file), 0);
	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT(poll_now(file) & POLLERR);
}

/* A child that polls the endpoint's file; its exit tells that it woke. */
static pid_t poll_in_child(int file, short want)
{
	pid_t child = child_start();
	struct pollfd poller = { file, POLLIN, 0 };

	if (!child) {
		EXPECT_EQ(poll(&poller, 1, -1), 1);
		EXPECT(poller.revents & want);
		child_done();
	}
	until_asleep(child);
	return child;
}

TEST(poll_wakes, "endpoint: a sleeping poll() wakes for a connection")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_end client;
	pid_t child = poll_in_child(nxia_fd(session, endpoint), POLLIN);

	REQUIRE_OK(connect_page(session, endpoint, &client));
	child_join(child);
}

TEST(poll_wakes_revoke, "endpoint: a sleeping poll() wakes for REVOKE")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 reader = make_child(session, endpoint, NXIA_RIGHT_READ, 0);
	pid_t child = poll_in_child(nxia_fd(session, reader), POLLERR);

	EXPECT_EQ(nxia_revoke(session, endpoint), 1);
	child_join(child);
}

TEST(poll_wakes_close, "endpoint: a sleeping poll() wakes for CLOSE")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	pid_t child = poll_in_child(nxia_fd(session, endpoint), POLLERR);

	EXPECT_OK(nxia_close(session, endpoint));
	child_join(child);
}

TEST(endpoint_notify, "NOTIFY: ENOTTY on the file of an endpoint or a session")
{
	int session = nxia_session();

	EXPECT_ERR(nxia_notify(nxia_fd(session, make_endpoint(session))),
		   ENOTTY);
	EXPECT_ERR(nxia_notify(session), ENOTTY);
}

TEST(endpoint_wait, "WAIT: ENOTTY on the file of an endpoint")
{
	int session = nxia_session();
	int file = nxia_fd(session, make_endpoint(session));

	EXPECT_ERR(nxia_wait(file, NXIA_WAIT_READ, 0), ENOTTY);
	EXPECT_ERR(nxia_notify_wait(file, NXIA_WAIT_READ, 0), ENOTTY);
}
