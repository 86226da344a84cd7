/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Channels: two rings in shared pages, and the life of their ends.
 */
#ifndef NXIA_CHANNEL_H
#define NXIA_CHANNEL_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "cap.h"
#include "label.h"
#include "ring.h"

struct nxia_endpoint;

enum nxia_channel_end {
	NXIA_CLIENT,
	NXIA_SERVER,
};

/**
 * struct nxia_end - one end of a channel
 * @peer: the other end
 * @size: bytes of the ring that this end sends in
 * @nr_pages: of its half: two of indices, then data
 * @pages: them
 * @producer: kernel's address of the first page
 * @consumer: kernel's address of the second page
 * @mapping: where all mappings by this end are found, of either half
 * @map_lock: held shared by page faults of this end, exclusively while its
 *	mappings are taken away
 * @wait: who sleeps on this end
 * @gone: no one holds it any more; protected by the channel's lock, read
 *	without it
 * @shut: it sends no more; likewise
 * @remote: its session is one of a remote domain; written before there is a capability
 *	to it, read without a lock
 * @yields_on: 1 + number of the processor on which a task that waits on this end lets
 *	others run before it sleeps, or 0; a hint, read and written without a lock
 * @batches: capabilities that wait for RECEIVE; protected by the channel's lock
 * @nr_batches: their number; likewise
 * @last_batch: number of the newest; likewise
 */
struct nxia_end {
	struct nxia_end *peer;
	u64 size;
	unsigned int nr_pages;
	struct page **pages;
	struct nxia_index *producer;
	struct nxia_index *consumer;
	struct address_space mapping;
	struct rw_semaphore map_lock;
	wait_queue_head_t wait;
	bool gone;
	bool shut;
	bool remote;
	int yields_on;
	struct list_head batches;
	unsigned int nr_batches;
	u64 last_batch;
};

/**
 * struct nxia_peer - who connected, as the kernel saw it then
 * @badge: of the capability that it connected with
 * @pid: its process; a reference
 * @uid: its effective user
 * @identity: its label and domain
 */
struct nxia_peer {
	u64 badge;
	struct pid *pid;
	kuid_t uid;
	struct nxia_identity identity;
};

/**
 * struct nxia_channel - a channel
 * @object: what its two capabilities refer to
 * @end: of the client and of the server
 * @lock: see the ends
 * @poisoned: impossible indices were seen; only ever set
 * @client: who connected
 * @pending: link in the backlog of @endpoint; protected by the endpoint's lock
 * @endpoint: what it connected to; a reference
 */
struct nxia_channel {
	struct nxia_object object;
	struct nxia_end end[2];
	spinlock_t lock; /* @gone, @shut and the batches of both ends */
	bool poisoned;
	struct nxia_peer client;
	struct list_head pending;
	struct nxia_endpoint *endpoint;
};

struct nxia_channel *nxia_channel_create(struct nxia_user *user,
					 struct nxia_endpoint *endpoint, u64 badge,
					 u64 tx_size, u64 rx_size);
void nxia_channel_end_gone(struct nxia_channel *channel, unsigned int end);

/* Something happened that ends any sleep. */
static inline void nxia_channel_wake(struct nxia_channel *channel)
{
	wake_up_all(&channel->end[NXIA_CLIENT].wait);
	wake_up_all(&channel->end[NXIA_SERVER].wait);
}

static inline struct nxia_channel *nxia_channel_of(struct nxia_object *object)
{
	return container_of(object, struct nxia_channel, object);
}

static inline struct nxia_end *nxia_end_of(const struct nxia_cap *cap)
{
	return &nxia_channel_of(cap->object)->end[cap->end];
}

static inline struct nxia_end *nxia_peer_of(const struct nxia_cap *cap)
{
	return nxia_end_of(cap)->peer;
}

#endif
