/* SPDX-License-Identifier: GPL-2.0-only */
/* A channel with both ends mapped in this process. */
#ifndef NXIA_PAIR_H
#define NXIA_PAIR_H

#include "nxia_ring.h"

struct pair {
	int session;
	__u64 endpoint;
	struct nxia_end client, server;
	/* a is mapped from the client's end, b from the server's. */
	struct ring a, b;
};

/* Rings of @tx pages from client to server and of @rx back. */
static inline void pair_init(struct pair *p, __u64 tx, __u64 rx)
{
	p->session = nxia_session();
	p->endpoint = make_endpoint(p->session);
	make_channel(p->session, p->endpoint, tx * page_size(),
		     rx * page_size(), &p->client, &p->server);
	ring_map(&p->a, &p->client);
	ring_map(&p->b, &p->server);
}

/* Fill the ring from a to b but for @space bytes. */
static inline void pair_fill(struct pair *p, size_t space)
{
	while (ring_space(&p->a) > space)
		REQUIRE(ring_put(&p->a, "", 1));
}

/* Take @length bytes of that. */
static inline void pair_drain(struct pair *p, size_t length)
{
	char byte;

	while (length--)
		REQUIRE(ring_get(&p->b, &byte, 1));
}

#endif /* NXIA_PAIR_H */
