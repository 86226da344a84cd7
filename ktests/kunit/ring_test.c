// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic of the rings.
 */
#include <kunit/test.h>

#include "ring.h"

#define SIZE	4096ULL

static u64 used(u64 producer, u64 consumer)
{
	struct nxia_index p = { .index = producer }, c = { .index = consumer };

	return nxia_ring_used(&p, &c, SIZE);
}

static void used_counts(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, used(0, 0));
	KUNIT_EXPECT_EQ(test, 1, used(1, 0));
	KUNIT_EXPECT_EQ(test, SIZE, used(SIZE, 0));
	KUNIT_EXPECT_EQ(test, SIZE - 1, used(10 * SIZE, 9 * SIZE + 1));
}

static void used_counts_over_the_wrap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, used(U64_MAX, U64_MAX));
	KUNIT_EXPECT_EQ(test, 1, used(0, U64_MAX));
	KUNIT_EXPECT_EQ(test, SIZE, used(SIZE - 1, U64_MAX));
	KUNIT_EXPECT_EQ(test, 5, used(2, U64_MAX - 2));
}

static void used_tells_the_impossible(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, U64_MAX, used(SIZE + 1, 0));
	KUNIT_EXPECT_EQ(test, U64_MAX, used(0, 1));
	KUNIT_EXPECT_EQ(test, U64_MAX, used(U64_MAX, 0));
	KUNIT_EXPECT_EQ(test, U64_MAX, used(1ULL << 63, 0));
	KUNIT_EXPECT_EQ(test, U64_MAX, used(SIZE, U64_MAX));
}

static void wanted_is_clamped(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, nxia_ring_wanted(0, SIZE));
	KUNIT_EXPECT_EQ(test, 1, nxia_ring_wanted(1, SIZE));
	KUNIT_EXPECT_EQ(test, 100, nxia_ring_wanted(100, SIZE));
	KUNIT_EXPECT_EQ(test, SIZE, nxia_ring_wanted(SIZE, SIZE));
	KUNIT_EXPECT_EQ(test, SIZE, nxia_ring_wanted(SIZE + 1, SIZE));
	KUNIT_EXPECT_EQ(test, SIZE, nxia_ring_wanted(U64_MAX, SIZE));
}

static void sizes_are_powers_of_two(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, nxia_ring_size_ok(PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, nxia_ring_size_ok(NXIA_RING_MAX));
	KUNIT_EXPECT_FALSE(test, nxia_ring_size_ok(0));
	KUNIT_EXPECT_FALSE(test, nxia_ring_size_ok(PAGE_SIZE / 2));
	KUNIT_EXPECT_FALSE(test, nxia_ring_size_ok(PAGE_SIZE + 1));
	KUNIT_EXPECT_FALSE(test, nxia_ring_size_ok(3 * PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, nxia_ring_size_ok(2 * NXIA_RING_MAX));
	KUNIT_EXPECT_FALSE(test, nxia_ring_size_ok(1ULL << 63));
	KUNIT_EXPECT_FALSE(test, nxia_ring_size_ok(U64_MAX));
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(used_counts),
	KUNIT_CASE(used_counts_over_the_wrap),
	KUNIT_CASE(used_tells_the_impossible),
	KUNIT_CASE(wanted_is_clamped),
	KUNIT_CASE(sizes_are_powers_of_two),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "nxia_ring",
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
