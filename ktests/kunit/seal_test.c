// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sealed data, against a second computation of the format, and tampering.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include <crypto/chacha20poly1305.h>

#include "cap.h"
#include "compat.h"
#include "seal.h"
#include "user_memory.h"

#define HEADER	sizeof(struct nxia_sealed)
#define CHUNK	NXIA_SEAL_CHUNK
#define MOST	(2 * CHUNK + 3)
#define SEALED_MOST	(HEADER + MOST + 3 * NXIA_SEAL_TAG)

static const u8 ad[] = "associated";

/* A capability that only says whether it was revoked, and room in user memory. */
struct fixture {
	struct nxia_cap cap;
	u8 key[NXIA_SCOPE_KEY_SIZE];
	u8 plain[MOST];
	u8 sealed[SEALED_MOST];
	u8 got[SEALED_MOST];
	unsigned long in, out, ad;
};

static int seal_init(struct kunit *test)
{
	struct fixture *f = kvzalloc(sizeof(*f), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	for (i = 0; i < sizeof(f->key); i++)
		f->key[i] = i * 7 + 1;
	for (i = 0; i < sizeof(f->plain); i++)
		f->plain[i] = i * 13 + i / 251;
	return 0;
}

static void seal_exit(struct kunit *test)
{
	kvfree(test->priv);
}

static void map_all(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned long size = PAGE_ALIGN(SEALED_MOST);

	f->in = user_mapped(test, NULL, PROT_READ | PROT_WRITE, 0, size);
	f->out = user_mapped(test, NULL, PROT_READ | PROT_WRITE, 0, size);
	f->ad = user_mapped(test, NULL, PROT_READ | PROT_WRITE, 0, PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, 0, copy_to_user((void __user *)f->ad, ad, sizeof(ad)));
}

/* What comes out is in f->got; returns its size, or a negative errno. */
static s64 run(struct kunit *test, const struct nxia_seal_way *way, const u8 *in, size_t size)
{
	struct fixture *f = test->priv;
	struct nxia_seal arg = {
		.ad = f->ad, .ad_size = sizeof(ad), .in = f->in, .in_size = size,
		.out = f->out, .out_size = SEALED_MOST,
	};
	int err;

	KUNIT_ASSERT_EQ(test, 0, copy_to_user((void __user *)f->in, in, size));
	KUNIT_ASSERT_EQ(test, 0, clear_user((void __user *)f->out, SEALED_MOST));
	err = nxia_seal_run(way, &f->cap, f->key, &arg);
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(f->got, (void __user *)f->out, SEALED_MOST));
	return err ?: (s64)arg.out_size;
}

/* The format, written down a second time. */
static size_t expected(struct fixture *f, const struct nxia_sealed *header, size_t size,
		       u8 *out)
{
	u8 first_ad[HEADER + sizeof(ad)], nonce[XCHACHA20POLY1305_NONCE_SIZE];
	size_t at = 0, to = HEADER;
	u32 number = 0;

	memcpy(out, header, HEADER);
	memcpy(first_ad, header, HEADER);
	memcpy(first_ad + HEADER, ad, sizeof(ad));
	do {
		size_t part = min(size - at, (size_t)CHUNK);

		memcpy(nonce, header->nonce, 19);
		put_unaligned_be32(number, nonce + 19);
		nonce[23] = at + part == size;
		xchacha20poly1305_encrypt(out + to, f->plain + at, part,
					  number ? NULL : first_ad,
					  number ? 0 : sizeof(first_ad), nonce, f->key);
		number++;
		at += part;
		to += part + NXIA_SEAL_TAG;
	} while (at < size);
	return to;
}

static const size_t sizes[] = {
	0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, MOST,
};

static void seal_gives_the_format(struct kunit *test)
{
	struct fixture *f = test->priv;
	int i;

	map_all(test);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		s64 size = run(test, &nxia_seal_encrypt, f->plain, sizes[i]);
		const struct nxia_sealed *header = (const void *)f->got;

		KUNIT_EXPECT_MEMEQ(test, header->magic, NXIA_SEAL_MAGIC, 4);
		KUNIT_EXPECT_EQ(test, NXIA_SEAL_VERSION, header->version);
		KUNIT_EXPECT_EQ(test, size, expected(f, header, sizes[i], f->sealed));
		KUNIT_EXPECT_TRUE(test, !memcmp(f->got, f->sealed, size));
	}
}

static void unseal_takes_the_format(struct kunit *test)
{
	static const struct nxia_sealed header = {
		.magic = { 'N', 'X', 'I', 'A' }, .version = 1, .nonce = { 1, 2, 3 },
	};
	struct fixture *f = test->priv;
	int i;

	map_all(test);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t size = expected(f, &header, sizes[i], f->sealed);

		KUNIT_EXPECT_EQ(test, sizes[i],
				run(test, &nxia_seal_decrypt, f->sealed, size));
		KUNIT_EXPECT_TRUE(test, !memcmp(f->got, f->plain, sizes[i]));
	}
}

static void expect_refused(struct kunit *test, size_t size)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, -EBADMSG, run(test, &nxia_seal_decrypt, f->sealed, size));
	KUNIT_EXPECT_NULL(test, memchr_inv(f->got, 0, sizeof(f->got)));
}

static void changed_is_refused(struct kunit *test)
{
	struct fixture *f = test->priv;
	s64 size, i;

	map_all(test);
	size = run(test, &nxia_seal_encrypt, f->plain, 30);
	KUNIT_ASSERT_GT(test, size, 0);
	memcpy(f->sealed, f->got, size);
	for (i = 0; i < size; i++) {
		f->sealed[i] ^= 1 << i % 8;
		expect_refused(test, size);
		f->sealed[i] ^= 1 << i % 8;
	}
	for (i = 0; i < size; i++)
		expect_refused(test, i);
	f->sealed[size] = 0;
	expect_refused(test, size + 1);
	f->key[0]++;
	expect_refused(test, size);
	f->key[0]--;
	KUNIT_EXPECT_EQ(test, 30, run(test, &nxia_seal_decrypt, f->sealed, size));
}

static void cut_at_a_chunk_is_refused(struct kunit *test)
{
	struct fixture *f = test->priv;
	s64 size;

	map_all(test);
	size = run(test, &nxia_seal_encrypt, f->plain, 2 * CHUNK);
	KUNIT_ASSERT_GT(test, size, 0);
	memcpy(f->sealed, f->got, size);
	expect_refused(test, HEADER + CHUNK + NXIA_SEAL_TAG);
	expect_refused(test, size - NXIA_SEAL_TAG);
	memmove(f->sealed + HEADER, f->sealed + HEADER + CHUNK + NXIA_SEAL_TAG,
		CHUNK + NXIA_SEAL_TAG);
	expect_refused(test, size);
	expect_refused(test, HEADER + CHUNK + NXIA_SEAL_TAG);
}

static void revoked_ends_it(struct kunit *test)
{
	struct fixture *f = test->priv;

	map_all(test);
	f->cap.error = -EKEYREVOKED;
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, run(test, &nxia_seal_encrypt, f->plain, 10));
	KUNIT_EXPECT_NULL(test, memchr_inv(f->got, 0, sizeof(f->got)));
}

static int run_sizes(struct fixture *f, const struct nxia_seal_way *way, u64 in, u64 *out,
		     u32 ad_size)
{
	struct nxia_seal arg = { .in_size = in, .out_size = *out, .ad_size = ad_size };
	int err = nxia_seal_run(way, &f->cap, f->key, &arg);

	*out = arg.out_size;
	return err;
}

static void sizes_are_checked(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 out = 0;

	KUNIT_EXPECT_EQ(test, -EMSGSIZE, run_sizes(f, &nxia_seal_encrypt, 0, &out, 0));
	KUNIT_EXPECT_EQ(test, HEADER + NXIA_SEAL_TAG, out);
	out = 0;
	KUNIT_EXPECT_EQ(test, -EMSGSIZE,
			run_sizes(f, &nxia_seal_encrypt, NXIA_SEAL_MAX, &out, 0));
	KUNIT_EXPECT_EQ(test, HEADER + NXIA_SEAL_MAX + (NXIA_SEAL_MAX / CHUNK) * NXIA_SEAL_TAG,
			out);
	KUNIT_EXPECT_EQ(test, -E2BIG,
			run_sizes(f, &nxia_seal_encrypt, NXIA_SEAL_MAX + 1, &out, 0));
	KUNIT_EXPECT_EQ(test, -E2BIG, run_sizes(f, &nxia_seal_encrypt, U64_MAX, &out, 0));
	KUNIT_EXPECT_EQ(test, -E2BIG, run_sizes(f, &nxia_seal_decrypt, U64_MAX, &out, 0));
	KUNIT_EXPECT_EQ(test, -E2BIG,
			run_sizes(f, &nxia_seal_encrypt, 0, &out, NXIA_SEAL_AD_MAX + 1));
	KUNIT_EXPECT_EQ(test, -EBADMSG, run_sizes(f, &nxia_seal_decrypt, 39, &out, 0));
}

static struct kunit_case seal_cases[] = {
	KUNIT_CASE(seal_gives_the_format),
	KUNIT_CASE(unseal_takes_the_format),
	KUNIT_CASE(changed_is_refused),
	KUNIT_CASE(cut_at_a_chunk_is_refused),
	KUNIT_CASE(revoked_ends_it),
	KUNIT_CASE(sizes_are_checked),
	{}
};

static struct kunit_suite seal_suite = {
	.name = "nxia_seal",
	.init = seal_init,
	.exit = seal_exit,
	.test_cases = seal_cases,
};

kunit_test_suite(seal_suite);
