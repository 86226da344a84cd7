// SPDX-License-Identifier: GPL-2.0-only
/* IMPORT: a capability that travelled as a file descriptor. */
#include "nxia_main.h"
#include "nxia_pair.h"
#include "nxia_pass.h"
#include "nxia_region.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

TEST(imported, "IMPORT: gives a child, in the session that asks")
{
	int a = nxia_session(), b = nxia_session();
	struct nxia_query from, to;
	__u64 handle = make_child(a, make_endpoint(a), ALL, 42), child;

	EXPECT_OK(nxia_import(b, nxia_fd(a, handle),
			      NXIA_RIGHT_CONNECT | NXIA_RIGHT_INSPECT,
			      &child));
	EXPECT_OK(nxia_query(a, handle, &from));
	EXPECT_OK(nxia_query(b, child, &to));
	EXPECT_EQ(to.type, NXIA_TYPE_ENDPOINT);
	EXPECT_EQ(to.rights, NXIA_RIGHT_CONNECT | NXIA_RIGHT_INSPECT);
	EXPECT_EQ(to.badge, 42);
	EXPECT_EQ(to.object, from.object);
	EXPECT_EQ(from.descendants, 1);
	EXPECT_OK(nxia_close(b, child));
	EXPECT_OK(nxia_query(a, handle, &from));
	EXPECT_EQ(from.descendants, 0);
}

/* Imports what comes over the socket, and connects to it. */
__noreturn static void connect_by_socket(int socket)
{
	int session = nxia_session(), file = pass_receive(socket);
	struct nxia_end client;
	__u64 handle;

	REQUIRE_OK(nxia_import(session, file, NXIA_RIGHT_CONNECT, &handle));
	close(file);
	REQUIRE_OK(nxia_connect(session, handle, page_size(), page_size(),
				&client));
	EXPECT_ERR(nxia_wait(client.fd, NXIA_WAIT_READ, NXIA_WAIT_FOREVER),
		   EPIPE);
	child_done();
}

TEST(over_socket, "IMPORT: takes what came over a socket, to connect by it")
{
	int session, sockets[2];
	struct nxia_accept accepted;
	struct nxia_end server;
	__u64 endpoint;
	pid_t child;

	pass_init(sockets);
	child = child_start();
	if (!child)
		connect_by_socket(sockets[1]);
	session = nxia_session();
	endpoint = make_endpoint(session);
	pass_send(sockets[0], nxia_fd(session, make_child(session, endpoint,
							  ALL, 7)));
	while (nxia_accept(session, endpoint, &server, &accepted) == -EAGAIN)
		usleep(1000);
	EXPECT_EQ(accepted.badge, 7);
	EXPECT_EQ(accepted.pid, child);
	EXPECT_OK(nxia_shutdown(server.fd));
	child_join(child);
}

TEST(same_session, "IMPORT: also of a capability of the own session")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), child;
	struct nxia_query query;

	EXPECT_OK(nxia_import(session, nxia_fd(session, endpoint), ALL,
			      &child));
	EXPECT(child != endpoint);
	EXPECT_EQ(nxia_revoke(session, endpoint), 1);
	EXPECT_ERR(nxia_query(session, child, &query), EKEYREVOKED);
}

TEST(range, "IMPORT: of a part of a region is a part")
{
	int session = nxia_session(), other = nxia_session();
	__u64 region = make_region(session, 4), part, child;
	struct nxia_query query;
	volatile char *map = region_map_all(session, region, 4);

	map[2 * page_size()] = 2;
	REQUIRE_OK(nxia_derive_range(session, region, REGION_ALL,
				     2 * page_size(), page_size(), &part));
	EXPECT_OK(nxia_import(other, nxia_fd(session, part), REGION_ALL,
			      &child));
	EXPECT_OK(nxia_query(other, child, &query));
	EXPECT_EQ(query.offset, 2 * page_size());
	EXPECT_EQ(query.size, page_size());
	EXPECT_EQ(region_map_all(other, child, 1)[0], 2);
}

TEST(chain, "IMPORT: of an import; REVOKE at the top ends all")
{
	int sessions[5];
	__u64 handles[5];
	struct nxia_query query;

	sessions[0] = nxia_session();
	handles[0] = make_endpoint(sessions[0]);
	for (int i = 1; i < 5; i++) {
		sessions[i] = nxia_session();
		EXPECT_OK(nxia_import(sessions[i],
				      nxia_fd(sessions[i - 1], handles[i - 1]),
				      ALL, &handles[i]));
	}
	EXPECT_OK(nxia_query(sessions[0], handles[0], &query));
	EXPECT_EQ(query.descendants, 4);
	EXPECT_EQ(nxia_revoke(sessions[0], handles[0]), 4);
	for (int i = 1; i < 5; i++)
		EXPECT_ERR(nxia_query(sessions[i], handles[i], &query),
			   EKEYREVOKED);
}

TEST(no_transfer, "IMPORT: EPERM without TRANSFER")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), child;

	child = make_child(session, endpoint, ALL & ~NXIA_RIGHT_TRANSFER, 0);
	EXPECT_ERR(nxia_import(session, nxia_fd(session, child),
			       NXIA_RIGHT_CONNECT, &child), EPERM);
}

TEST(channel_end, "IMPORT: EPERM for the end of a channel")
{
	struct pair p;
	__u64 child;

	pair_init(&p, 1, 1);
	EXPECT_ERR(nxia_import(p.session, p.client.fd, NXIA_RIGHT_READ,
			       &child), EPERM);
}

TEST(more_rights, "IMPORT: EPERM for a right that the parent lacks")
{
	int session = nxia_session();
	__u64 handle, child;

	handle = make_child(session, make_endpoint(session),
			    NXIA_RIGHT_TRANSFER | NXIA_RIGHT_CONNECT, 0);
	EXPECT_ERR(nxia_import(session, nxia_fd(session, handle),
			       NXIA_RIGHT_CONNECT | NXIA_RIGHT_READ, &child),
		   EPERM);
	EXPECT_OK(nxia_import(session, nxia_fd(session, handle),
			      NXIA_RIGHT_CONNECT, &child));
}

TEST(bad_rights, "IMPORT: EINVAL for no rights, or for others")
{
	int session = nxia_session(), file;
	__u64 child;

	file = nxia_fd(session, make_endpoint(session));
	EXPECT_ERR(nxia_import(session, file, 0, &child), EINVAL);
	EXPECT_ERR(nxia_import(session, file, NXIA_RIGHT_SEAL, &child), EINVAL);
	EXPECT_ERR(nxia_import(session, file, 1ULL << 63, &child), EINVAL);
}

TEST(bad_file, "IMPORT: EBADF for another kind of file")
{
	int session = nxia_session();
	struct gate gate;
	__u64 child;

	gate_init(&gate);
	EXPECT_ERR(nxia_import(session, gate.fds[0], ALL, &child), EBADF);
	EXPECT_ERR(nxia_import(session, session, ALL, &child), EBADF);
	EXPECT_ERR(nxia_import(session, -1, ALL, &child), EBADF);
	EXPECT_ERR(nxia_import(session, 1000000, ALL, &child), EBADF);
}

TEST(closed, "IMPORT: EBADF once the capability is closed")
{
	int session = nxia_session(), file;
	__u64 endpoint = make_endpoint(session), child;

	file = nxia_fd(session, endpoint);
	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_ERR(nxia_import(session, file, ALL, &child), EBADF);
}

TEST(revoked, "IMPORT: EKEYREVOKED once the capability is revoked")
{
	int session = nxia_session(), file;
	__u64 endpoint = make_endpoint(session), child;

	file = nxia_fd(session, make_child(session, endpoint, ALL, 0));
	EXPECT_OK(nxia_revoke(session, endpoint));
	EXPECT_ERR(nxia_import(session, file, ALL, &child), EKEYREVOKED);
}

TEST(outlives, "IMPORT: the child outlives the file and the parent")
{
	int a = nxia_session(), b = nxia_session(), file;
	__u64 endpoint = make_endpoint(a), child;
	struct nxia_query query;

	file = nxia_fd(a, endpoint);
	EXPECT_OK(nxia_import(b, file, ALL, &child));
	close(file);
	close(a);
	EXPECT_OK(nxia_query(b, child, &query));
	make_child(b, child, ALL, 0);
}
