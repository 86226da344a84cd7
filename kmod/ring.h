/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic of the rings.  The indices are the processes' own: any value can
 * come, and can change between two looks.
 */
#ifndef NXIA_RING_H
#define NXIA_RING_H

#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/types.h>

#include <uapi/linux/nxia.h>

#define NXIA_RING_MAX	(16ULL << 20)

static inline bool nxia_ring_size_ok(u64 size)
{
	return is_power_of_2(size) && size >= PAGE_SIZE && size <= NXIA_RING_MAX;
}

/* How many bytes a side waits for that has @want in its page. */
static inline u64 nxia_ring_wanted(u64 want, u64 size)
{
	return clamp(want, 1ULL, size);
}

/**
 * nxia_ring_used - how many bytes are in a ring
 * @producer: page that the producer writes
 * @consumer: page that the consumer writes
 * @size: of the ring in bytes
 *
 * Both sides can move while this looks, so what is impossible counts only if
 * neither index has moved meanwhile.  If one has, the answer is what a later
 * look would find: a caller that sleeps is woken for it.
 *
 * Returns at most @size, or U64_MAX if the indices are impossible.
 */
static inline u64 nxia_ring_used(const struct nxia_index *producer,
				 const struct nxia_index *consumer, u64 size)
{
	/* Pairs with the release store of the consumer. */
	u64 first = smp_load_acquire(&consumer->index);
	/* Pairs with the release store of the producer. */
	u64 end = smp_load_acquire(&producer->index);
	/* Not before @end, which the acquire above sees to. */
	u64 start = READ_ONCE(consumer->index);

	if (end - start <= size)
		return end - start;
	return start == first ? U64_MAX : 0;
}

#endif
