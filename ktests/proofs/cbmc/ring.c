// SPDX-License-Identifier: GPL-2.0-only
/*
 * cbmc: the arithmetic of kmod/ring.h, as it is compiled, for all values.
 *
 * Each check is an entry point.  What a load of an index gives is for the entry
 * point to say: the loads of nxia_ring_used() are, in this order, of the
 * consumer's index, the producer's, and the consumer's once more.
 */
#include "ring.h"

u64 nondet_u64(void);

#define assume(condition)	__CPROVER_assume(condition)
#define check(condition)	__CPROVER_assert(condition, #condition)

static u64 loads[3];
static unsigned int loaded;

u64 shim_load(const u64 *word)
{
	return loads[loaded++];
}

static u64 used(u64 first, u64 end, u64 start, u64 size)
{
	static const struct nxia_index producer, consumer;

	loads[0] = first;
	loads[1] = end;
	loads[2] = start;
	loaded = 0;
	return nxia_ring_used(&producer, &consumer, size);
}

static u64 any_size(void)
{
	u64 size = nondet_u64();

	assume(nxia_ring_size_ok(size));
	return size;
}

/* A size is one of the 13 powers of two from a page to 16 MiB. */
void size_is_power_of_two(void)
{
	u64 size = nondet_u64(), power;
	bool listed = false;

	for (power = 4096; power <= 16777216; power *= 2)
		listed |= size == power;
	check(nxia_ring_size_ok(size) == listed);
}

/* Whatever the process has written, a wait is for 1 to size bytes. */
void want_is_in_range(void)
{
	u64 size = any_size(), want = nondet_u64();
	u64 wanted = nxia_ring_wanted(want, size);

	check(wanted >= 1 && wanted <= size);
	check(want == 0 || want > size || wanted == want);
}

/* Whatever is loaded: never more than size; impossible only if nothing moved. */
void hostile_indices_are_bounded(void)
{
	u64 first = nondet_u64(), end = nondet_u64(), start = nondet_u64();
	u64 size = any_size(), bytes = used(first, end, start, size);

	check(bytes <= size || bytes == U64_MAX);
	check(bytes != U64_MAX || (first == start && end - start > size));
}

/* Indices at rest: the distance, also across the wrap; else impossible. */
void indices_at_rest_are_exact(void)
{
	u64 consumer = nondet_u64(), distance = nondet_u64(), size = any_size();
	u64 bytes = used(consumer, consumer + distance, consumer, size);

	check(bytes == (distance <= size ? distance : U64_MAX));
}

/*
 * Honest sides that move between the loads: never impossible, never more than
 * there is at the end.  By the time of each load the consumer has moved on by
 * @moved1, then by @moved2, and @there1, then @there2 bytes are in the ring.
 */
void honest_sides_are_not_poisoned(void)
{
	u64 moved1 = nondet_u64(), moved2 = nondet_u64();
	u64 there1 = nondet_u64(), there2 = nondet_u64();
	u64 start = nondet_u64(), size = any_size(), bytes;

	assume(moved1 < 1ULL << 62 && moved2 < 1ULL << 62);
	assume(there1 <= size && there2 <= size);
	/* The producer does not go back. */
	assume(moved2 + there2 >= there1);
	bytes = used(start - moved2 - moved1, start - moved2 + there1, start, size);
	check(bytes != U64_MAX);
	check(bytes <= there2);
}
