/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of channels start with: a session with both ends of one, made by
 * the calls that a process makes.
 */
#ifndef NXIA_KUNIT_PAIR_H
#define NXIA_KUNIT_PAIR_H

#include <kunit/test.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "account.h"
#include "call.h"
#include "channel.h"
#include "endpoint.h"
#include "session.h"

#define TX	PAGE_SIZE
#define RX	(2 * PAGE_SIZE)

struct pair_end {
	u64 handle;
	struct nxia_cap *cap;
	struct file *file;
};

struct pair {
	struct nxia_session *session;
	u64 endpoint;
	struct pair_end client, server;
};

static inline void pair_take(struct kunit *test, struct pair *p, struct pair_end *end,
			     u64 handle, int fd)
{
	end->handle = handle;
	end->cap = nxia_session_get(p->session, handle, NXIA_TYPE_CHANNEL, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, end->cap);
	end->file = fget(fd);
	KUNIT_ASSERT_NOT_NULL(test, end->file);
	close_fd(fd);
}

static inline void pair_connect(struct kunit *test, struct pair *p)
{
	struct nxia_call call = { .session = p->session };

	call.arg.connect = (struct nxia_connect) {
		.endpoint = p->endpoint, .tx_size = TX, .rx_size = RX,
	};
	KUNIT_ASSERT_EQ(test, 0, nxia_endpoint_connect(&call));
	pair_take(test, p, &p->client, call.arg.connect.handle, call.arg.connect.fd);
}

static inline void pair_accept(struct kunit *test, struct pair *p)
{
	struct nxia_call call = { .session = p->session };

	call.arg.accept = (struct nxia_accept) { .endpoint = p->endpoint };
	KUNIT_ASSERT_EQ(test, 0, nxia_endpoint_accept(&call));
	KUNIT_EXPECT_EQ(test, RX, call.arg.accept.tx_size);
	KUNIT_EXPECT_EQ(test, TX, call.arg.accept.rx_size);
	pair_take(test, p, &p->server, call.arg.accept.handle, call.arg.accept.fd);
}

static inline int pair_init(struct kunit *test)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	struct nxia_call call = {};

	KUNIT_ASSERT_NOT_NULL(test, p);
	test->priv = p;
	p->session = account_session(test);
	call.session = p->session;
	call.arg.endpoint_create = (struct nxia_endpoint_create) {
		.backlog = 4, .rights = NXIA_RIGHTS_ENDPOINT,
	};
	KUNIT_ASSERT_EQ(test, 0, nxia_endpoint_create(&call));
	p->endpoint = call.arg.endpoint_create.handle;
	pair_connect(test, p);
	pair_accept(test, p);
	return 0;
}

static inline void pair_exit(struct kunit *test)
{
	struct pair *p = test->priv;

	nxia_cap_put(p->client.cap);
	nxia_cap_put(p->server.cap);
	fput(p->client.file);
	fput(p->server.file);
	nxia_session_close(p->session);
}

/* Revokes all that derives from the endpoint, both ends of the channel included. */
static inline void pair_revoke(struct kunit *test, struct pair *p)
{
	struct nxia_cap *cap = nxia_session_get(p->session, p->endpoint, 0, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cap);
	nxia_cap_revoke(cap);
	nxia_cap_put(cap);
}

/* The client's end has sent @bytes more; it tells no one. */
static inline void pair_send(struct pair *p, u64 bytes)
{
	struct nxia_index *producer = nxia_end_of(p->client.cap)->producer;

	/* Pairs with nxia_ring_used(). */
	smp_store_release(&producer->index, producer->index + bytes);
}

/* The server's end has taken @bytes more. */
static inline void pair_receive(struct pair *p, u64 bytes)
{
	struct nxia_index *consumer = nxia_end_of(p->server.cap)->consumer;

	/* Pairs with nxia_ring_used(). */
	smp_store_release(&consumer->index, consumer->index + bytes);
}

#endif
