/* SPDX-License-Identifier: GPL-2.0-only */
/* The rings of a channel end, as the ABI describes them. */
#ifndef NXIA_RING_H
#define NXIA_RING_H

#include <stdatomic.h>
#include <stddef.h>

#include "nxia_call.h"

/*
 * A mapped end.  The half that it sends in is @own; @sent and @received are the
 * indices it has stored, kept where the peer cannot touch them.
 */
struct ring {
	int fd;
	__u64 tx_size;
	__u64 rx_size;
	char *own;
	const char *peer;
	__u64 sent;
	__u64 received;
};

static inline size_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

static inline size_t half_size(__u64 ring_size)
{
	return 2 * page_size() + 2 * ring_size;
}

static inline void ring_map(struct ring *ring, const struct nxia_end *end)
{
	void *own = mmap(NULL, half_size(end->tx_size), PROT_READ | PROT_WRITE,
			 MAP_SHARED, end->fd, NXIA_MMAP_OWN);
	void *peer = mmap(NULL, half_size(end->rx_size), PROT_READ, MAP_SHARED,
			  end->fd, NXIA_MMAP_PEER);

	REQUIRE(own != MAP_FAILED);
	REQUIRE(peer != MAP_FAILED);
	*ring = (struct ring){
		.fd = end->fd, .tx_size = end->tx_size,
		.rx_size = end->rx_size, .own = own, .peer = peer,
	};
}

static inline void ring_unmap(struct ring *ring)
{
	EXPECT_EQ(munmap(ring->own, half_size(ring->tx_size)), 0);
	EXPECT_EQ(munmap((void *)ring->peer, half_size(ring->rx_size)), 0);
}

/* The four index pages, as this end sees them. */
static inline struct nxia_index *ring_producer(struct ring *ring)
{
	return (struct nxia_index *)ring->own;
}

static inline struct nxia_index *ring_consumer(struct ring *ring)
{
	return (struct nxia_index *)(ring->own + page_size());
}

static inline const struct nxia_index *ring_peer_producer(struct ring *ring)
{
	return (const struct nxia_index *)ring->peer;
}

static inline const struct nxia_index *ring_peer_consumer(struct ring *ring)
{
	return (const struct nxia_index *)(ring->peer + page_size());
}

static inline char *ring_tx_data(struct ring *ring)
{
	return ring->own + 2 * page_size();
}

static inline const char *ring_rx_data(struct ring *ring)
{
	return ring->peer + 2 * page_size();
}

static inline __u64 word_load(const __u64 *word)
{
	return atomic_load_explicit((const _Atomic __u64 *)word,
				    memory_order_acquire);
}

static inline void word_store(__u64 *word, __u64 value)
{
	atomic_store_explicit((_Atomic __u64 *)word, value,
			      memory_order_release);
}

/* Bytes that can be sent, or received, now. */
static inline __u64 ring_space(struct ring *ring)
{
	return ring->tx_size -
	       (ring->sent - word_load(&ring_peer_consumer(ring)->index));
}

static inline __u64 ring_used(struct ring *ring)
{
	return word_load(&ring_peer_producer(ring)->index) - ring->received;
}

static inline bool wanted(__u64 want, __u64 have, __u64 size)
{
	return want && have >= (want > size ? size : want);
}

/* After a send: does the peer sleep until it has what is there now? */
static inline bool ring_data_wanted(struct ring *ring)
{
	atomic_thread_fence(memory_order_seq_cst);
	return wanted(word_load(&ring_peer_consumer(ring)->want),
		      ring->tx_size - ring_space(ring), ring->tx_size);
}

/* After a receive: does the peer sleep until there is the space that is now? */
static inline bool ring_space_wanted(struct ring *ring)
{
	atomic_thread_fence(memory_order_seq_cst);
	return wanted(word_load(&ring_peer_producer(ring)->want),
		      ring->rx_size - ring_used(ring), ring->rx_size);
}

/* Put a message into the ring, if there is space; wakes nobody. */
static inline bool ring_put(struct ring *ring, const void *message,
			    size_t length)
{
	if (ring_space(ring) < length)
		return false;
	memcpy(ring_tx_data(ring) + ring->sent % ring->tx_size, message,
	       length);
	ring->sent += length;
	word_store(&ring_producer(ring)->index, ring->sent);
	return true;
}

/* Take a message out of the ring, if it is there; wakes nobody. */
static inline bool ring_get(struct ring *ring, void *message, size_t length)
{
	if (ring_used(ring) < length)
		return false;
	memcpy(message, ring_rx_data(ring) + ring->received % ring->rx_size,
	       length);
	ring->received += length;
	word_store(&ring_consumer(ring)->index, ring->received);
	return true;
}

/* The same with the wake that the peer asked for. */
static inline bool ring_send(struct ring *ring, const void *message,
			     size_t length)
{
	if (!ring_put(ring, message, length))
		return false;
	if (ring_data_wanted(ring))
		nxia_notify(ring->fd);
	return true;
}

static inline bool ring_receive(struct ring *ring, void *message,
				size_t length)
{
	if (!ring_get(ring, message, length))
		return false;
	if (ring_space_wanted(ring))
		nxia_notify(ring->fd);
	return true;
}

#endif /* NXIA_RING_H */
