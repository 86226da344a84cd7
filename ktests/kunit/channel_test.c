// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of channels, mapped as by a process.
 */
#include <kunit/test.h>

#include "pair.h"
#include "user_memory.h"

#define RW	(PROT_READ | PROT_WRITE)
#define HALF(size)	(2 * PAGE_SIZE + 2 * (size))

static void halves_are_shared(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned long own = user_mapped(test, p->client.file, RW, NXIA_MMAP_OWN, HALF(TX));
	unsigned long peer = user_mapped(test, p->server.file, PROT_READ, NXIA_MMAP_PEER,
					 HALF(TX));

	KUNIT_EXPECT_EQ(test, 0, user_store(own, 11));
	KUNIT_EXPECT_EQ(test, 11, user_load(peer));
	KUNIT_EXPECT_EQ(test, 11, nxia_end_of(p->client.cap)->producer->index);
	KUNIT_EXPECT_EQ(test, 0, user_store(own + PAGE_SIZE, 12));
	KUNIT_EXPECT_EQ(test, 12, nxia_end_of(p->client.cap)->consumer->index);
	nxia_end_of(p->client.cap)->consumer->want = 13;
	KUNIT_EXPECT_EQ(test, 13, user_load(peer + PAGE_SIZE +
					    offsetof(struct nxia_index, want)));
}

static void data_is_mapped_twice(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned long own = user_mapped(test, p->server.file, RW, NXIA_MMAP_OWN, HALF(RX));
	unsigned long peer = user_mapped(test, p->client.file, PROT_READ, NXIA_MMAP_PEER,
					 HALF(RX));
	unsigned long data = own + 2 * PAGE_SIZE, seen = peer + 2 * PAGE_SIZE, at;

	for (at = 0; at < RX; at += PAGE_SIZE / 2) {
		KUNIT_EXPECT_EQ(test, 0, user_store(data + at, at + 1));
		KUNIT_EXPECT_EQ(test, at + 1, user_load(data + RX + at));
		KUNIT_EXPECT_EQ(test, at + 1, user_load(seen + at));
		KUNIT_EXPECT_EQ(test, at + 1, user_load(seen + RX + at));
	}
	KUNIT_EXPECT_EQ(test, 0, user_store(data + 2 * RX - 8, 77));
	KUNIT_EXPECT_EQ(test, 77, user_load(seen + RX - 8));
}

static void peer_half_is_read_only(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned long peer = user_mapped(test, p->client.file, PROT_READ, NXIA_MMAP_PEER,
					 HALF(RX));

	KUNIT_EXPECT_EQ(test, -EACCES, user_map(test, p->client.file, RW, NXIA_MMAP_PEER,
						HALF(RX)));
	KUNIT_EXPECT_EQ(test, 0, user_load(peer));
	KUNIT_EXPECT_EQ(test, -EFAULT, user_store(peer, 1));
	KUNIT_EXPECT_EQ(test, 0, nxia_end_of(p->server.cap)->producer->index);
}

static void only_halves_are_mapped(struct kunit *test)
{
	struct pair *p = test->priv;
	struct file *file = p->client.file;

	KUNIT_EXPECT_EQ(test, -EINVAL, user_map(test, file, RW, NXIA_MMAP_OWN, HALF(RX)));
	KUNIT_EXPECT_EQ(test, -EINVAL, user_map(test, file, RW, NXIA_MMAP_OWN, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, -EINVAL, user_map(test, file, RW, PAGE_SIZE, HALF(TX)));
	KUNIT_EXPECT_EQ(test, -EINVAL, user_map(test, file, PROT_READ,
						NXIA_MMAP_PEER + PAGE_SIZE, HALF(RX)));
}

static void revoke_takes_mappings(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned long own = user_mapped(test, p->client.file, RW, NXIA_MMAP_OWN, HALF(TX));
	unsigned long peer = user_mapped(test, p->server.file, PROT_READ, NXIA_MMAP_PEER,
					 HALF(TX));

	KUNIT_EXPECT_EQ(test, 0, user_store(own, 1));
	KUNIT_EXPECT_EQ(test, 1, user_load(peer));
	pair_revoke(test, p);
	KUNIT_EXPECT_EQ(test, -EFAULT, user_store(own, 2));
	KUNIT_EXPECT_EQ(test, -1, user_load(own + HALF(TX) - 8));
	KUNIT_EXPECT_EQ(test, -1, user_load(peer));
	KUNIT_EXPECT_EQ(test, 1, nxia_end_of(p->client.cap)->producer->index);
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, user_map(test, p->client.file, RW,
						     NXIA_MMAP_OWN, HALF(TX)));
}

static void close_takes_own_mappings(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned long own = user_mapped(test, p->client.file, RW, NXIA_MMAP_OWN, HALF(TX));
	unsigned long peer = user_mapped(test, p->server.file, PROT_READ, NXIA_MMAP_PEER,
					 HALF(TX));

	KUNIT_EXPECT_EQ(test, 0, user_store(own, 1));
	KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(p->session, p->client.handle));
	KUNIT_EXPECT_EQ(test, -EFAULT, user_store(own, 2));
	KUNIT_EXPECT_EQ(test, 1, user_load(peer));
	KUNIT_EXPECT_TRUE(test, nxia_end_of(p->client.cap)->gone);
	KUNIT_EXPECT_FALSE(test, nxia_end_of(p->server.cap)->gone);
}

static struct kunit_case channel_cases[] = {
	KUNIT_CASE(halves_are_shared),
	KUNIT_CASE(data_is_mapped_twice),
	KUNIT_CASE(peer_half_is_read_only),
	KUNIT_CASE(only_halves_are_mapped),
	KUNIT_CASE(revoke_takes_mappings),
	KUNIT_CASE(close_takes_own_mappings),
	{}
};

static struct kunit_suite channel_suite = {
	.name = "nxia_channel",
	.init = pair_init,
	.exit = pair_exit,
	.test_cases = channel_cases,
};

kunit_test_suite(channel_suite);
