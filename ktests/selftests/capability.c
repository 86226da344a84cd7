// SPDX-License-Identifier: GPL-2.0-only
/* Capabilities: derive, query, revoke, close; the tree that they form. */
#include "nxia_main.h"
#include "nxia_ring.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

static const __u64 endpoint_rights[] = {
	NXIA_RIGHT_CONNECT, NXIA_RIGHT_READ,   NXIA_RIGHT_DERIVE,
	NXIA_RIGHT_TRANSFER, NXIA_RIGHT_REVOKE, NXIA_RIGHT_REMOTE,
	NXIA_RIGHT_INSPECT,
};

static const __u64 foreign_rights[] = {
	NXIA_RIGHT_WRITE, NXIA_RIGHT_MAP, NXIA_RIGHT_SEAL, NXIA_RIGHT_UNSEAL,
	1ULL << 11, 1ULL << 32, 1ULL << 63,
};

static __u64 descendants(int session, __u64 handle)
{
	struct nxia_query query;

	REQUIRE_OK(nxia_query(session, handle, &query));
	return query.descendants;
}

TEST(query_endpoint, "QUERY: tells type, rights, badge and object")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 child = make_child(session, endpoint, NXIA_RIGHT_CONNECT, 42);
	struct nxia_query parent_query, query;

	EXPECT_OK(nxia_query(session, endpoint, &parent_query));
	EXPECT_EQ(parent_query.type, NXIA_TYPE_ENDPOINT);
	EXPECT_EQ(parent_query.rights, ALL);
	EXPECT_EQ(parent_query.badge, 0);
	EXPECT_EQ(parent_query.descendants, 1);
	EXPECT_OK(nxia_query(session, child, &query));
	EXPECT_EQ(query.type, NXIA_TYPE_ENDPOINT);
	EXPECT_EQ(query.rights, NXIA_RIGHT_CONNECT);
	EXPECT_EQ(query.badge, 42);
	EXPECT_EQ(query.object, parent_query.object);
	EXPECT_EQ(query.descendants, 0);
}

TEST(query_channel, "QUERY: both ends of a channel have its number")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 badged = make_child(session, endpoint, NXIA_RIGHT_CONNECT, 9);
	struct nxia_end client, server;
	struct nxia_query a, b, e;
	struct nxia_accept accepted;

	REQUIRE_OK(nxia_connect(session, badged, page_size(), page_size(),
				&client));
	REQUIRE_OK(nxia_accept(session, endpoint, &server, &accepted));
	EXPECT_OK(nxia_query(session, client.handle, &a));
	EXPECT_OK(nxia_query(session, server.handle, &b));
	EXPECT_OK(nxia_query(session, endpoint, &e));
	EXPECT_EQ(a.type, NXIA_TYPE_CHANNEL);
	EXPECT_EQ(b.type, NXIA_TYPE_CHANNEL);
	EXPECT_EQ(a.rights, NXIA_RIGHTS_CHANNEL);
	EXPECT_EQ(b.rights, NXIA_RIGHTS_CHANNEL);
	EXPECT_EQ(a.badge, 9);
	EXPECT_EQ(a.object, b.object);
	EXPECT(a.object != e.object);
}

TEST(query_inspect, "QUERY: without INSPECT the descendants are not told")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 blind = make_child(session, endpoint, ALL & ~NXIA_RIGHT_INSPECT,
				 0);

	make_child(session, blind, NXIA_RIGHT_CONNECT, 0);
	EXPECT_EQ(descendants(session, blind), 0);
	EXPECT_EQ(descendants(session, endpoint), 2);
}

TEST(query_generations, "QUERY: counts descendants over all generations")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 child = make_child(session, endpoint, ALL, 0);
	struct nxia_end client, server;

	make_child(session, child, ALL, 0);
	make_child(session, child, ALL, 0);
	EXPECT_EQ(descendants(session, endpoint), 3);
	EXPECT_EQ(descendants(session, child), 2);
	make_channel(session, child, page_size(), page_size(), &client,
		     &server);
	EXPECT_EQ(descendants(session, endpoint), 5);
	EXPECT_EQ(descendants(session, child), 4);
}

TEST(derive_each_right, "DERIVE: gives exactly the rights asked for")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_query query;

	for (unsigned int i = 0; i < ARRAY_SIZE(endpoint_rights); i++) {
		__u64 one = endpoint_rights[i];

		REQUIRE_OK(nxia_query(session, make_child(session, endpoint,
							  one, 0), &query));
		EXPECT_EQ(query.rights, one);
		REQUIRE_OK(nxia_query(session, make_child(session, endpoint,
							  ALL & ~one, 0),
				      &query));
		EXPECT_EQ(query.rights, ALL & ~one);
	}
}

TEST(derive_no_rights, "DERIVE: EINVAL for no rights, or some of no use")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), handle;

	EXPECT_ERR(nxia_derive(session, endpoint, 0, 0, &handle), EINVAL);
	for (unsigned int i = 0; i < ARRAY_SIZE(foreign_rights); i++)
		EXPECT_ERR(nxia_derive(session, endpoint,
				       ALL | foreign_rights[i], 0, &handle),
			   EINVAL);
}

TEST(derive_more_rights, "DERIVE: EPERM for a right that the parent lacks")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), handle;

	for (unsigned int i = 0; i < ARRAY_SIZE(endpoint_rights); i++) {
		__u64 one = endpoint_rights[i];
		__u64 less = make_child(session, endpoint, ALL & ~one, 0);

		EXPECT_ERR(nxia_derive(session, less, ALL, 0, &handle), EPERM);
		EXPECT_ERR(nxia_derive(session, less, one, 0, &handle), EPERM);
	}
}

TEST(derive_right, "DERIVE: EPERM without DERIVE")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), handle;
	__u64 less = make_child(session, endpoint, ALL & ~NXIA_RIGHT_DERIVE, 0);

	EXPECT_ERR(nxia_derive(session, less, NXIA_RIGHT_CONNECT, 0, &handle),
		   EPERM);
}

TEST(derive_channel, "DERIVE: EPERM on a channel end")
{
	int session = nxia_session();
	struct nxia_end client, server;
	__u64 handle;

	make_channel(session, make_endpoint(session), page_size(), page_size(),
		     &client, &server);
	EXPECT_ERR(nxia_derive(session, client.handle, NXIA_RIGHT_READ, 0,
			       &handle), EPERM);
	EXPECT_ERR(nxia_derive(session, server.handle, NXIA_RIGHT_READ, 0,
			       &handle), EPERM);
}

TEST(derive_badge, "DERIVE: EPERM for another badge than the parent's")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), handle;
	__u64 badged = make_child(session, endpoint, ALL, ~0ULL);
	struct nxia_query query;

	EXPECT_ERR(nxia_derive(session, badged, ALL, 1, &handle), EPERM);
	EXPECT_OK(nxia_derive(session, badged, ALL, ~0ULL, &handle));
	EXPECT_OK(nxia_query(session, handle, &query));
	EXPECT_EQ(query.badge, ~0ULL);
	EXPECT_OK(nxia_derive(session, badged, ALL, 0, &handle));
	EXPECT_OK(nxia_query(session, handle, &query));
	EXPECT_EQ(query.badge, ~0ULL);
}

TEST(revoke_tree, "REVOKE: destroys every descendant and nothing else")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 child = make_child(session, endpoint, ALL, 0);
	__u64 sibling = make_child(session, endpoint, ALL, 0);
	__u64 grandchild = make_child(session, child, ALL, 0);
	__u64 last = make_child(session, grandchild, ALL, 0);
	struct nxia_query query;

	EXPECT_EQ(nxia_revoke(session, child), 2);
	EXPECT_ERR(nxia_query(session, grandchild, &query), EKEYREVOKED);
	EXPECT_ERR(nxia_query(session, last, &query), EKEYREVOKED);
	EXPECT_OK(nxia_query(session, child, &query));
	EXPECT_OK(nxia_query(session, sibling, &query));
	EXPECT_EQ(descendants(session, endpoint), 2);
	EXPECT_EQ(nxia_revoke(session, child), 0);
	EXPECT_EQ(nxia_revoke(session, endpoint), 2);
	EXPECT_ERR(nxia_query(session, child, &query), EKEYREVOKED);
}

TEST(revoke_again, "REVOKE: the capability can be derived from again")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_query query;
	__u64 old = make_child(session, endpoint, ALL, 0), new;

	EXPECT_EQ(nxia_revoke(session, endpoint), 1);
	new = make_child(session, endpoint, ALL, 0);
	EXPECT(new != old);
	EXPECT_OK(nxia_query(session, new, &query));
}

TEST(revoke_right, "REVOKE: EPERM without REVOKE")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 less = make_child(session, endpoint, ALL & ~NXIA_RIGHT_REVOKE, 0);
	__u64 child = make_child(session, less, NXIA_RIGHT_CONNECT, 0);
	struct nxia_end client, server;
	struct nxia_query query;

	EXPECT_ERR(nxia_revoke(session, less), EPERM);
	EXPECT_OK(nxia_query(session, child, &query));
	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	EXPECT_ERR(nxia_revoke(session, client.handle), EPERM);
}

TEST(revoke_channel, "REVOKE: destroys the channel ends too")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 child = make_child(session, endpoint, NXIA_RIGHT_CONNECT, 0);
	struct nxia_end client, server;
	struct nxia_accept accepted;
	struct nxia_query query;

	REQUIRE_OK(nxia_connect(session, child, page_size(), page_size(),
				&client));
	REQUIRE_OK(nxia_accept(session, endpoint, &server, &accepted));
	EXPECT_EQ(nxia_revoke(session, endpoint), 3);
	EXPECT_ERR(nxia_query(session, client.handle, &query), EKEYREVOKED);
	EXPECT_ERR(nxia_query(session, server.handle, &query), EKEYREVOKED);
	EXPECT_ERR(nxia_notify(client.fd), EKEYREVOKED);
	EXPECT_ERR(nxia_notify(server.fd), EKEYREVOKED);
}

TEST(revoke_client_only, "REVOKE: of the client's capability spares the server")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 parent = make_child(session, endpoint, ALL, 0);
	__u64 child = make_child(session, parent, NXIA_RIGHT_CONNECT, 0);
	struct nxia_end client, server;
	struct nxia_accept accepted;
	struct nxia_query query;

	REQUIRE_OK(nxia_connect(session, child, page_size(), page_size(),
				&client));
	REQUIRE_OK(nxia_accept(session, endpoint, &server, &accepted));
	EXPECT_EQ(nxia_revoke(session, parent), 2);
	EXPECT_ERR(nxia_query(session, client.handle, &query), EKEYREVOKED);
	EXPECT_OK(nxia_query(session, server.handle, &query));
	EXPECT_ERR(nxia_notify(server.fd), EPIPE);
	EXPECT_ERR(nxia_wait(server.fd, NXIA_WAIT_READ, 0), EPIPE);
}

TEST(revoke_across, "REVOKE: reaches other sessions before it returns")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);
	struct gate ready, revoked;
	pid_t child;

	gate_init(&ready);
	gate_init(&revoked);
	child = child_start();
	if (!child) {
		struct nxia_query query;
		struct nxia_end end;
		int other = nxia_session();
		__u64 handle;

		REQUIRE_OK(nxia_bootstrap(other, &handle));
		gate_open(&ready);
		gate_pass(&revoked);
		EXPECT_ERR(nxia_query(other, handle, &query), EKEYREVOKED);
		EXPECT_ERR(nxia_connect(other, handle, page_size(), page_size(),
					&end), EKEYREVOKED);
		EXPECT_OK(nxia_bootstrap(other, &handle));
		child_done();
	}
	gate_pass(&ready);
	EXPECT_EQ(nxia_revoke(session, registry), 1);
	gate_open(&revoked);
	child_join(child);
}

TEST(close_reparents, "CLOSE: an ancestor can still revoke the children")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 middle = make_child(session, endpoint, ALL, 0);
	__u64 last = make_child(session, middle, ALL, 0);
	struct nxia_query query;

	EXPECT_OK(nxia_close(session, middle));
	EXPECT_ERR(nxia_query(session, middle, &query), EBADF);
	EXPECT_OK(nxia_query(session, last, &query));
	EXPECT_EQ(descendants(session, endpoint), 1);
	EXPECT_EQ(nxia_revoke(session, endpoint), 1);
	EXPECT_ERR(nxia_query(session, last, &query), EKEYREVOKED);
}

TEST(close_root, "CLOSE: of the first capability leaves its children")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 a = make_child(session, endpoint, ALL, 0);
	__u64 b = make_child(session, endpoint, ALL, 0);
	struct nxia_query query;

	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_EQ(nxia_revoke(session, a), 0);
	EXPECT_OK(nxia_query(session, b, &query));
}

TEST(close_twice, "CLOSE: EBADF for a handle that was closed")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);

	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_ERR(nxia_close(session, endpoint), EBADF);
	EXPECT_ERR(nxia_close(session, 0), EBADF);
}

TEST(close_revoked, "CLOSE: a revoked handle can be closed, once")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	__u64 dead = make_revoked(session, endpoint, ALL);
	struct nxia_query query;

	EXPECT_ERR(nxia_query(session, dead, &query), EKEYREVOKED);
	EXPECT_OK(nxia_close(session, dead));
	EXPECT_ERR(nxia_query(session, dead, &query), EBADF);
	EXPECT_ERR(nxia_close(session, dead), EBADF);
}

TEST(deep, "REVOKE: of a chain of 60 generations")
{
	int session = nxia_session();
	__u64 root = make_endpoint(session), handle = root;
	struct nxia_query query;

	for (int i = 0; i < 60; i++)
		handle = make_child(session, handle, ALL, 0);
	EXPECT_EQ(descendants(session, root), 60);
	EXPECT_EQ(nxia_revoke(session, root), 60);
	EXPECT_ERR(nxia_query(session, handle, &query), EKEYREVOKED);
}

TEST(deep_close, "CLOSE: a chain of 60 generations, from the middle")
{
	int session = nxia_session();
	__u64 root = make_endpoint(session), chain[60];

	for (int i = 0; i < 60; i++)
		chain[i] = make_child(session, i ? chain[i - 1] : root, ALL, 0);
	for (int i = 0; i < 59; i++)
		EXPECT_OK(nxia_close(session, chain[(i + 30) % 59]));
	EXPECT_EQ(descendants(session, root), 1);
	EXPECT_EQ(nxia_revoke(session, root), 1);
}

TEST(wide, "REVOKE: of 1000 children")
{
	int session = nxia_session();
	__u64 root = make_endpoint(session), handle = 0;
	struct nxia_query query;

	for (int i = 0; i < 1000; i++)
		handle = make_child(session, root, ALL, 1 + i);
	EXPECT_EQ(nxia_revoke(session, root), 1000);
	EXPECT_ERR(nxia_query(session, handle, &query), EKEYREVOKED);
}

TEST(fd_of_closed, "FD: EBADF for a handle that was closed")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);

	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_ERR(nxia_fd(session, endpoint), EBADF);
}
