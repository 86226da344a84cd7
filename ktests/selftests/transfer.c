// SPDX-License-Identifier: GPL-2.0-only
/* TRANSFER and RECEIVE: capabilities that travel over a channel. */
#include "nxia_main.h"
#include "nxia_pair.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

/* One capability over a channel, from the client's end. */
static int send_one(struct pair *p, __u64 handle, __u64 rights, __u64 badge)
{
	struct nxia_transfer_cap cap = { handle, rights, badge };

	return nxia_transfer(p->session, p->client.handle, &cap, 1, NULL);
}

static int receive_one(struct pair *p, struct nxia_transfer_cap *cap)
{
	__u32 count = 1;
	int result = nxia_receive(p->session, p->server.handle, cap, &count,
				  NULL);

	if (!result)
		EXPECT_EQ(count, 1);
	return result;
}

static __u64 caps_now(struct pair *p)
{
	return nxia_info(p->session).caps;
}

/* What arrives */

TEST(batch, "TRANSFER: a batch arrives in order, with rights and badges")
{
	struct nxia_transfer_cap out[3], in[16];
	struct nxia_query query;
	struct pair p;
	__u64 sequence, object;
	__u32 count = ARRAY_SIZE(in);

	pair_init(&p, 1, 1);
	REQUIRE_OK(nxia_query(p.session, p.endpoint, &query));
	object = query.object;
	out[0] = (struct nxia_transfer_cap){ p.endpoint, ALL, 0 };
	out[1] = (struct nxia_transfer_cap){ p.endpoint, NXIA_RIGHT_CONNECT, 7 };
	out[2] = (struct nxia_transfer_cap){ p.endpoint, NXIA_RIGHT_READ, ~0ULL };
	REQUIRE_OK(nxia_transfer(p.session, p.client.handle, out, 3,
				 &sequence));
	EXPECT_EQ(sequence, 1);
	REQUIRE_OK(nxia_receive(p.session, p.server.handle, in, &count,
				&sequence));
	EXPECT_EQ(sequence, 1);
	EXPECT_EQ(count, 3);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(in[i].rights, out[i].rights);
		EXPECT_EQ(in[i].badge, out[i].badge);
		EXPECT_OK(nxia_query(p.session, in[i].handle, &query));
		EXPECT_EQ(query.rights, out[i].rights);
		EXPECT_EQ(query.badge, out[i].badge);
		EXPECT_EQ(query.object, object);
		EXPECT(in[i].handle != p.endpoint);
	}
	EXPECT(in[0].handle != in[1].handle && in[1].handle != in[2].handle);
}

TEST(sequence, "TRANSFER: batches are numbered from 1 in each direction")
{
	struct nxia_transfer_cap cap;
	struct pair p;
	__u64 sequence;
	__u32 count;

	pair_init(&p, 1, 1);
	for (__u64 i = 1; i <= 5; i++) {
		cap = (struct nxia_transfer_cap){ p.endpoint, ALL, i };
		REQUIRE_OK(nxia_transfer(p.session, p.client.handle, &cap, 1,
					 &sequence));
		EXPECT_EQ(sequence, i);
	}
	REQUIRE_OK(nxia_transfer(p.session, p.server.handle, &cap, 1,
				 &sequence));
	EXPECT_EQ(sequence, 1);
	for (__u64 i = 1; i <= 5; i++) {
		count = 1;
		REQUIRE_OK(nxia_receive(p.session, p.server.handle, &cap,
					&count, &sequence));
		EXPECT_EQ(sequence, i);
		EXPECT_EQ(cap.badge, i);
	}
	count = 1;
	REQUIRE_OK(nxia_receive(p.session, p.client.handle, &cap, &count,
				&sequence));
	EXPECT_EQ(sequence, 1);
}

TEST(keeps_badge, "TRANSFER: badge 0 keeps the badge of the capability")
{
	struct nxia_transfer_cap cap;
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE_OK(send_one(&p, make_child(p.session, p.endpoint, ALL, 5), ALL,
			    0));
	REQUIRE_OK(receive_one(&p, &cap));
	EXPECT_EQ(cap.badge, 5);
}

TEST(works, "TRANSFER: a received endpoint can be connected to")
{
	struct nxia_transfer_cap cap;
	struct nxia_end client, server;
	struct nxia_accept accepted;
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE_OK(send_one(&p, p.endpoint, NXIA_RIGHT_CONNECT, 77));
	REQUIRE_OK(receive_one(&p, &cap));
	REQUIRE_OK(nxia_connect(p.session, cap.handle, page_size(),
				page_size(), &client));
	REQUIRE_OK(nxia_accept(p.session, p.endpoint, &server, &accepted));
	EXPECT_EQ(accepted.badge, 77);
}

TEST(across, "TRANSFER: between two processes, and REVOKE after it")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);
	__u64 endpoint = make_endpoint(session);
	struct nxia_transfer_cap cap = { endpoint, NXIA_RIGHT_CONNECT, 3 };
	struct nxia_accept accepted;
	struct gate ready, revoked;
	struct nxia_end server;
	struct ring ring;
	pid_t child;

	gate_init(&ready);
	gate_init(&revoked);
	child = child_start();
	if (!child) {
		struct nxia_query query;
		struct nxia_end end;
		__u32 count = 1;
		int other = make_client(page_size(), page_size(), &end);

		EXPECT_EQ(nxia_wait(end.fd, NXIA_WAIT_READ, NXIA_WAIT_FOREVER),
			  NXIA_WAIT_READ);
		REQUIRE_OK(nxia_receive(other, end.handle, &cap, &count, NULL));
		EXPECT_OK(nxia_query(other, cap.handle, &query));
		EXPECT_EQ(query.badge, 3);
		gate_open(&ready);
		gate_pass(&revoked);
		EXPECT_ERR(nxia_query(other, cap.handle, &query), EKEYREVOKED);
		child_done();
	}
	while (nxia_accept(session, registry, &server, &accepted) == -EAGAIN)
		usleep(1000);
	ring_map(&ring, &server);
	REQUIRE_OK(nxia_transfer(session, server.handle, &cap, 1, NULL));
	REQUIRE(ring_send(&ring, "x", 1));
	gate_pass(&ready);
	EXPECT_EQ(nxia_revoke(session, endpoint), 1);
	gate_open(&revoked);
	child_join(child);
}

/* What is refused, whole */

/* A batch of a good entry, @bad and a good entry: nothing must go. */
static int send_with(struct pair *p, struct nxia_transfer_cap bad)
{
	struct nxia_transfer_cap caps[3] = {
		{ p->endpoint, ALL, 0 }, bad, { p->endpoint, ALL, 0 },
	};
	struct nxia_query before, after;
	__u64 held = caps_now(p);
	__u32 count = 3;
	int result;

	REQUIRE_OK(nxia_query(p->session, p->endpoint, &before));
	result = nxia_transfer(p->session, p->client.handle, caps, 3, NULL);
	REQUIRE_OK(nxia_query(p->session, p->endpoint, &after));
	EXPECT_EQ(after.descendants, before.descendants);
	EXPECT_EQ(caps_now(p), held);
	EXPECT_ERR(nxia_receive(p->session, p->server.handle, caps, &count,
				NULL), EAGAIN);
	return result;
}

TEST(entry_ebadf, "TRANSFER: EBADF for an entry that is no handle")
{
	struct pair p;
	int other = nxia_session();

	pair_init(&p, 1, 1);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){ 0, ALL, 0 }),
		   EBADF);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){ ~0ULL, ALL, 0 }),
		   EBADF);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		1ULL << 40 | make_endpoint(other), ALL, 0 }), EBADF);
}

TEST(entry_revoked, "TRANSFER: EKEYREVOKED for an entry that was revoked")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		make_revoked(p.session, p.endpoint, ALL), ALL, 0 }),
		EKEYREVOKED);
}

TEST(entry_rights, "TRANSFER: EINVAL for an entry with rights of no use")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		p.endpoint, 0, 0 }), EINVAL);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		p.endpoint, ALL | NXIA_RIGHT_WRITE, 0 }), EINVAL);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		p.endpoint, ~0ULL, 0 }), EINVAL);
}

TEST(entry_eperm, "TRANSFER: EPERM for an entry that lacks what it takes")
{
	struct pair p;
	__u64 all, no_transfer, no_derive, no_read, badged;

	pair_init(&p, 1, 1);
	all = p.endpoint;
	no_transfer = make_child(p.session, all, ALL & ~NXIA_RIGHT_TRANSFER, 0);
	no_derive = make_child(p.session, all, ALL & ~NXIA_RIGHT_DERIVE, 0);
	no_read = make_child(p.session, all, ALL & ~NXIA_RIGHT_READ, 0);
	badged = make_child(p.session, all, ALL, 1);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		no_transfer, NXIA_RIGHT_CONNECT, 0 }), EPERM);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		no_derive, NXIA_RIGHT_CONNECT, 9 }), EPERM);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		no_read, NXIA_RIGHT_READ, 0 }), EPERM);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){ no_read, ALL, 0 }),
		   EPERM);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){ badged, ALL, 2 }),
		   EPERM);
	EXPECT_ERR(send_with(&p, (struct nxia_transfer_cap){
		p.client.handle, NXIA_RIGHT_READ, 0 }), EPERM);
	EXPECT_OK(send_one(&p, no_derive, NXIA_RIGHT_CONNECT, 0));
}

TEST(count_range, "TRANSFER: EINVAL for an empty batch, E2BIG for a large one")
{
	struct nxia_transfer_cap caps[NXIA_TRANSFER_MAX + 1];
	struct pair p;
	__u32 count = ARRAY_SIZE(caps);

	pair_init(&p, 1, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(caps); i++)
		caps[i] = (struct nxia_transfer_cap){ p.endpoint, ALL, 0 };
	EXPECT_ERR(nxia_transfer(p.session, p.client.handle, caps, 0, NULL),
		   EINVAL);
	EXPECT_ERR(nxia_transfer(p.session, p.client.handle, caps, count, NULL),
		   E2BIG);
	EXPECT_ERR(nxia_transfer(p.session, p.client.handle, caps, ~0U, NULL),
		   E2BIG);
	EXPECT_OK(nxia_transfer(p.session, p.client.handle, caps, count - 1,
				NULL));
	EXPECT_OK(nxia_receive(p.session, p.server.handle, caps, &count, NULL));
	EXPECT_EQ(count, NXIA_TRANSFER_MAX);
}

TEST(count_too_large, "TRANSFER: E2BIG for a large batch")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(nxia_transfer(p.session, p.client.handle, NULL,
				 NXIA_TRANSFER_MAX + 1, NULL), E2BIG);
}

TEST(bad_caps, "TRANSFER: EFAULT for caps that cannot be read")
{
	struct nxia_transfer_cap *caps;
	size_t page = page_size();
	struct pair p;
	char *map;

	pair_init(&p, 1, 1);
	map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(map + page, page);
	caps = (struct nxia_transfer_cap *)(map + page) - 1;
	*caps = (struct nxia_transfer_cap){ p.endpoint, ALL, 0 };
	EXPECT_ERR(nxia_transfer(p.session, p.client.handle, NULL, 1, NULL),
		   EFAULT);
	EXPECT_ERR(nxia_transfer(p.session, p.client.handle, caps, 2, NULL),
		   EFAULT);
	EXPECT_ERR(nxia_transfer(p.session, p.client.handle,
				 (void *)0xffff800000000000, 1, NULL), EFAULT);
	EXPECT_OK(nxia_transfer(p.session, p.client.handle, caps, 1, NULL));
}

TEST(queue_full, "TRANSFER: EAGAIN when 64 batches wait")
{
	struct nxia_transfer_cap cap;
	struct pair p;

	pair_init(&p, 1, 1);
	for (int i = 0; i < NXIA_TRANSFER_BATCHES; i++)
		REQUIRE_OK(send_one(&p, p.endpoint, NXIA_RIGHT_CONNECT, 1 + i));
	EXPECT_ERR(send_one(&p, p.endpoint, NXIA_RIGHT_CONNECT, 0), EAGAIN);
	REQUIRE_OK(receive_one(&p, &cap));
	EXPECT_EQ(cap.badge, 1);
	EXPECT_OK(send_one(&p, p.endpoint, NXIA_RIGHT_CONNECT, 0));
	EXPECT_ERR(send_one(&p, p.endpoint, NXIA_RIGHT_CONNECT, 0), EAGAIN);
}

TEST(peer_gone, "TRANSFER: EPIPE when the peer is gone")
{
	struct pair p;
	__u64 held;

	pair_init(&p, 1, 1);
	EXPECT_OK(nxia_close(p.session, p.server.handle));
	held = caps_now(&p);
	EXPECT_ERR(send_one(&p, p.endpoint, ALL, 0), EPIPE);
	EXPECT_EQ(caps_now(&p), held);
}

TEST(send_unwritable, "TRANSFER: EFAULT if sequence cannot be written: is sent")
{
	struct nxia_transfer_cap cap;
	struct nxia_transfer *call;
	struct pair p;

	pair_init(&p, 1, 1);
	cap = (struct nxia_transfer_cap){ p.endpoint, ALL, 0 };
	call = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*call = (struct nxia_transfer){
		.channel = p.client.handle, .caps = (uintptr_t)&cap, .count = 1,
	};
	mprotect(call, page_size(), PROT_READ);
	EXPECT_ERR(nxia_call(p.session, NXIA_IOC_TRANSFER, call), EFAULT);
	EXPECT_OK(receive_one(&p, &cap));
}

/* RECEIVE */

TEST(receive_none, "RECEIVE: EAGAIN when no batch waits")
{
	struct nxia_transfer_cap cap;
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT_ERR(receive_one(&p, &cap), EAGAIN);
}

TEST(receive_gone, "RECEIVE: EPIPE when no batch waits and the peer is gone")
{
	struct nxia_transfer_cap cap;
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE_OK(send_one(&p, p.endpoint, NXIA_RIGHT_CONNECT, 8));
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_OK(receive_one(&p, &cap));
	EXPECT_EQ(cap.badge, 8);
	EXPECT_ERR(receive_one(&p, &cap), EPIPE);
}

TEST(receive_small, "RECEIVE: EMSGSIZE tells the length, the batch still waits")
{
	struct nxia_transfer_cap out[3], in[3];
	struct pair p;
	__u32 count;

	pair_init(&p, 1, 1);
	for (int i = 0; i < 3; i++)
		out[i] = (struct nxia_transfer_cap){ p.endpoint, ALL, 1 + i };
	REQUIRE_OK(nxia_transfer(p.session, p.client.handle, out, 3, NULL));
	for (__u32 room = 0; room < 3; room++) {
		count = room;
		EXPECT_ERR(nxia_receive(p.session, p.server.handle, in, &count,
					NULL), EMSGSIZE);
		EXPECT_EQ(count, 3);
	}
	EXPECT_OK(nxia_receive(p.session, p.server.handle, in, &count, NULL));
	EXPECT_EQ(in[2].badge, 3);
}

TEST(receive_unwritable, "RECEIVE: EFAULT closes the capabilities of the batch")
{
	struct pair p;
	__u64 held;
	__u32 count = 1;

	pair_init(&p, 1, 1);
	held = caps_now(&p);
	REQUIRE_OK(send_one(&p, p.endpoint, ALL, 0));
	EXPECT_ERR(nxia_receive(p.session, p.server.handle, NULL, &count,
				NULL), EFAULT);
	EXPECT_EQ(caps_now(&p), held);
	EXPECT_ERR(nxia_receive(p.session, p.server.handle, NULL, &count,
				NULL), EAGAIN);
}

/* In flight */

TEST(flight_counts, "TRANSFER: what is in flight is a descendant and charged")
{
	struct nxia_transfer_cap cap;
	struct nxia_query query;
	struct pair p;
	__u64 held;

	pair_init(&p, 1, 1);
	held = caps_now(&p);
	REQUIRE_OK(send_one(&p, p.endpoint, ALL, 0));
	EXPECT_EQ(caps_now(&p), held + 1);
	EXPECT_OK(nxia_query(p.session, p.endpoint, &query));
	EXPECT_EQ(query.descendants, 3);
	REQUIRE_OK(receive_one(&p, &cap));
	EXPECT_EQ(caps_now(&p), held + 1);
	EXPECT_OK(nxia_query(p.session, p.endpoint, &query));
	EXPECT_EQ(query.descendants, 3);
}

TEST(flight_sender, "TRANSFER: the sender's user pays until the RECEIVE")
{
	int session = nxia_session();
	__u64 registry = make_registry(session);
	struct nxia_transfer_cap cap = { registry, NXIA_RIGHT_CONNECT, 1 };
	struct nxia_accept accepted;
	struct gate sent, received;
	struct nxia_end server;
	__u64 held;
	pid_t child;

	gate_init(&sent);
	gate_init(&received);
	child = child_start();
	if (!child) {
		struct nxia_end end;
		__u32 count = 1;
		int other;

		become_user(1000);
		other = make_client(page_size(), page_size(), &end);
		gate_open(&received);
		gate_pass(&sent);
		held = nxia_info(other).caps;
		EXPECT_OK(nxia_receive(other, end.handle, &cap, &count, NULL));
		EXPECT_EQ(nxia_info(other).caps, held + 1);
		gate_open(&received);
		gate_pass(&sent);
		child_done();
	}
	gate_pass(&received);
	REQUIRE_OK(nxia_accept(session, registry, &server, &accepted));
	held = nxia_info(session).caps;
	REQUIRE_OK(nxia_transfer(session, server.handle, &cap, 1, NULL));
	EXPECT_EQ(nxia_info(session).caps, held + 1);
	gate_open(&sent);
	gate_pass(&received);
	EXPECT_EQ(nxia_info(session).caps, held);
	gate_open(&sent);
	child_join(child);
}

TEST(flight_revoked, "REVOKE: in flight: keeps its place, answers EKEYREVOKED")
{
	struct nxia_transfer_cap out[3], in[3];
	struct nxia_query query;
	struct pair p;
	__u64 other;
	__u32 count = 3;

	pair_init(&p, 1, 1);
	other = make_endpoint(p.session);
	out[0] = (struct nxia_transfer_cap){ other, ALL, 1 };
	out[1] = (struct nxia_transfer_cap){
		make_child(p.session, other, ALL, 0), ALL, 2 };
	out[2] = (struct nxia_transfer_cap){ p.endpoint, NXIA_RIGHT_READ, 3 };
	REQUIRE_OK(nxia_transfer(p.session, p.client.handle, out, 3, NULL));
	EXPECT_EQ(nxia_revoke(p.session, other), 3);
	EXPECT_OK(nxia_receive(p.session, p.server.handle, in, &count, NULL));
	EXPECT_EQ(count, 3);
	EXPECT(in[0].handle && in[1].handle && in[0].handle != in[1].handle);
	EXPECT_ERR(nxia_query(p.session, in[0].handle, &query), EKEYREVOKED);
	EXPECT_ERR(nxia_query(p.session, in[1].handle, &query), EKEYREVOKED);
	EXPECT_OK(nxia_query(p.session, in[2].handle, &query));
	EXPECT_OK(nxia_close(p.session, in[0].handle));
	EXPECT_ERR(nxia_query(p.session, in[0].handle, &query), EBADF);
}

TEST(flight_parent_closed, "CLOSE: of the sender's leaves what is in flight")
{
	struct nxia_transfer_cap cap;
	struct nxia_query query;
	struct pair p;
	__u64 middle;

	pair_init(&p, 1, 1);
	middle = make_child(p.session, p.endpoint, ALL, 0);
	REQUIRE_OK(send_one(&p, middle, ALL, 6));
	EXPECT_OK(nxia_close(p.session, middle));
	EXPECT_OK(receive_one(&p, &cap));
	EXPECT_OK(nxia_query(p.session, cap.handle, &query));
	EXPECT_EQ(nxia_revoke(p.session, p.endpoint), 3);
	EXPECT_ERR(nxia_query(p.session, cap.handle, &query), EKEYREVOKED);
}

TEST(flight_channel_revoked, "REVOKE: of the channel closes what is in flight")
{
	struct nxia_query query;
	struct pair p;
	__u64 other, held;

	pair_init(&p, 1, 1);
	other = make_endpoint(p.session);
	held = caps_now(&p);
	for (int i = 0; i < 10; i++)
		REQUIRE_OK(send_one(&p, other, ALL, 0));
	EXPECT_EQ(caps_now(&p), held + 10);
	EXPECT_OK(nxia_revoke(p.session, p.endpoint));
	EXPECT_OK(nxia_close(p.session, p.client.handle));
	EXPECT_OK(nxia_close(p.session, p.server.handle));
	EXPECT_OK(nxia_query(p.session, other, &query));
	EXPECT_EQ(query.descendants, 0);
}

TEST(flight_receiver_closes, "CLOSE: of the receiver's end closes what waits")
{
	struct nxia_query query;
	struct pair p;
	__u64 other, held;

	pair_init(&p, 1, 1);
	other = make_endpoint(p.session);
	held = caps_now(&p);
	for (int i = 0; i < 10; i++)
		REQUIRE_OK(send_one(&p, other, ALL, 0));
	EXPECT_OK(nxia_close(p.session, p.server.handle));
	ring_unmap(&p.b);
	close(p.server.fd);
	EXPECT_EQ(caps_now(&p), held - 1);
	EXPECT_OK(nxia_query(p.session, other, &query));
	EXPECT_EQ(query.descendants, 0);
}

TEST(flight_no_reader, "endpoint: READ in flight does not count as who accepts")
{
	struct nxia_transfer_cap cap;
	struct nxia_accept accepted;
	struct nxia_end client, server;
	struct pair p;
	__u64 other, connector;

	pair_init(&p, 1, 1);
	other = make_endpoint(p.session);
	connector = make_child(p.session, other, NXIA_RIGHT_CONNECT, 0);
	REQUIRE_OK(nxia_connect(p.session, connector, page_size(), page_size(),
				&client));
	REQUIRE_OK(send_one(&p, other, NXIA_RIGHT_READ, 0));
	EXPECT_ERR(nxia_wait(client.fd, NXIA_WAIT_READ, 0), ETIMEDOUT);
	EXPECT_OK(nxia_close(p.session, other));
	EXPECT_ERR(nxia_wait(client.fd, NXIA_WAIT_READ, 0), EPIPE);
	EXPECT_ERR(nxia_connect(p.session, connector, page_size(), page_size(),
				&client), ECONNREFUSED);
	EXPECT_OK(receive_one(&p, &cap));
	EXPECT_OK(nxia_connect(p.session, connector, page_size(), page_size(),
			       &client));
	EXPECT_OK(nxia_accept(p.session, cap.handle, &server, &accepted));
	EXPECT_OK(nxia_close(p.session, cap.handle));
	EXPECT_ERR(nxia_connect(p.session, connector, page_size(), page_size(),
				&client), ECONNREFUSED);
}

/*
 * An endpoint whose only capability with READ is in flight on a connection that
 * waits in its own backlog holds itself.  The runner sees what is left.
 */
TEST(cycle, "TRANSFER: an endpoint cannot keep itself in its own backlog")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session);
	struct nxia_transfer_cap cap = { endpoint, ALL, 0 };
	struct nxia_end client;

	REQUIRE_OK(nxia_connect(session, endpoint, page_size(), page_size(),
				&client));
	EXPECT_OK(nxia_transfer(session, client.handle, &cap, 1, NULL));
	EXPECT_OK(nxia_close(session, endpoint));
}

TEST(cycle_of_two, "TRANSFER: two endpoints cannot keep each other")
{
	int session = nxia_session();
	__u64 a = make_endpoint(session), b = make_endpoint(session);
	struct nxia_transfer_cap cap_a = { a, ALL, 0 }, cap_b = { b, ALL, 0 };
	struct nxia_end to_a, to_b;

	REQUIRE_OK(nxia_connect(session, a, page_size(), page_size(), &to_a));
	REQUIRE_OK(nxia_connect(session, b, page_size(), page_size(), &to_b));
	EXPECT_OK(nxia_transfer(session, to_a.handle, &cap_b, 1, NULL));
	EXPECT_OK(nxia_transfer(session, to_b.handle, &cap_a, 1, NULL));
	EXPECT_OK(nxia_close(session, a));
	EXPECT_OK(nxia_close(session, b));
	close(to_a.fd);
	close(to_b.fd);
}

TEST(cycle_closed, "TRANSFER: a cycle is freed when the client's end closes")
{
	int session = nxia_session();
	struct nxia_info before = nxia_info(session);
	__u64 endpoint = make_endpoint(session);
	struct nxia_transfer_cap cap = { endpoint, ALL, 0 };
	struct nxia_end client;

	REQUIRE_OK(nxia_connect(session, endpoint, page_size(), page_size(),
				&client));
	EXPECT_OK(nxia_transfer(session, client.handle, &cap, 1, NULL));
	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_OK(nxia_close(session, client.handle));
	close(client.fd);
	for (int i = 0; i < 400; i++) {
		if (nxia_info(session).caps == before.caps)
			break;
		usleep(10000);
	}
	EXPECT_EQ(nxia_info(session).caps, before.caps);
}
