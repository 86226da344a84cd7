// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sealed data by another's hand: libsodium opens what SEAL made and UNSEAL opens
 * what libsodium made, by the format that nxia.h describes and nothing else.
 */
#include <endian.h>
#include <sodium.h>

#include "nxia_main.h"
#include "nxia_scope.h"

#define HEADER	sizeof(struct nxia_sealed)
#define CHUNK	((size_t)NXIA_SEAL_CHUNK)
#define TAG	NXIA_SEAL_TAG

_Static_assert(TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(NXIA_SCOPE_KEY_SIZE ==
	       crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");

struct nonce {
	__u8 random[19];
	__u8 number[4];
	__u8 last;
};

_Static_assert(sizeof(struct nonce) ==
	       crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");

static struct nonce nonce_of(const struct nxia_sealed *header, __u32 number,
			     bool last)
{
	__u32 big = htobe32(number);
	struct nonce nonce = { .last = last };

	memcpy(nonce.random, header->nonce, sizeof(nonce.random));
	memcpy(nonce.number, &big, sizeof(big));
	return nonce;
}

/* The associated data of the first chunk: the header and the caller's. */
static struct bytes first_ad(const struct nxia_sealed *header, struct bytes ad)
{
	struct bytes all = { malloc(HEADER + ad.size), HEADER + ad.size };

	REQUIRE(all.at);
	memcpy(all.at, header, HEADER);
	memcpy(all.at + HEADER, ad.at, ad.size);
	return all;
}

/* UNSEAL by libsodium; false if it is not authentic. */
static bool sodium_open(const __u8 *key, struct bytes sealed, struct bytes ad,
			void *out)
{
	const struct nxia_sealed *header = sealed.at;
	struct bytes all = first_ad(header, ad);
	size_t at = HEADER;
	bool good = true;

	for (__u32 number = 0; good && at < sealed.size; number++) {
		size_t left = sealed.size - at;
		size_t size = left > CHUNK + TAG ? CHUNK + TAG : left;
		struct nonce nonce = nonce_of(header, number, size == left);

		good = !crypto_aead_xchacha20poly1305_ietf_decrypt(
			out + number * CHUNK, NULL, NULL, sealed.at + at, size,
			number ? NULL : all.at, number ? 0 : all.size,
			(void *)&nonce, key);
		at += size;
	}
	free(all.at);
	return good;
}

/* SEAL by libsodium. */
static void sodium_seal(const __u8 *key, struct bytes plain, struct bytes ad,
			struct bytes *sealed)
{
	struct nxia_sealed *header = sealed->at;
	size_t at = 0, to = HEADER;
	struct bytes all;
	__u32 number = 0;

	memcpy(header->magic, NXIA_SEAL_MAGIC, sizeof(header->magic));
	header->version = NXIA_SEAL_VERSION;
	randombytes_buf(header->nonce, sizeof(header->nonce));
	all = first_ad(header, ad);
	do {
		size_t left = plain.size - at;
		size_t size = left > CHUNK ? CHUNK : left;
		struct nonce nonce = nonce_of(header, number, size == left);

		crypto_aead_xchacha20poly1305_ietf_encrypt(
			sealed->at + to, NULL, plain.at + at, size,
			number ? NULL : all.at, number ? 0 : all.size, NULL,
			(void *)&nonce, key);
		number++;
		at += size;
		to += size + TAG;
	} while (at < plain.size);
	sealed->size = to;
	free(all.at);
}

static const size_t sizes[] = {
	0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, (1 << 20) + 3,
};

static const struct bytes ads[] = { {}, { "associated", 10 } };

static struct bytes bytes_new(size_t size)
{
	struct bytes bytes = { malloc(size + 1), size };

	REQUIRE(bytes.at);
	randombytes_buf(bytes.at, size);
	return bytes;
}

static void open_one(int session, size_t size, struct bytes ad)
{
	struct bytes plain = bytes_new(size), out = bytes_new(size);
	struct bytes sealed = bytes_new(sealed_size(size));
	__u8 key[NXIA_SCOPE_KEY_SIZE];

	key_bytes(1, key);
	REQUIRE_OK(nxia_seal(session, make_scope(session, 1), plain, &sealed,
			     ad));
	EXPECT(sodium_open(key, sealed, ad, out.at));
	EXPECT(!memcmp(plain.at, out.at, size));
	key_bytes(2, key);
	EXPECT(!sodium_open(key, sealed, ad, out.at));
	free(plain.at);
	free(out.at);
	free(sealed.at);
}

TEST(opens, "SEAL: libsodium opens what it made")
{
	int session = nxia_session();

	REQUIRE(sodium_init() >= 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		for (unsigned int j = 0; j < ARRAY_SIZE(ads); j++)
			open_one(session, sizes[i], ads[j]);
}

static void seal_one(int session, size_t size, struct bytes ad)
{
	struct bytes plain = bytes_new(size), out = bytes_new(size);
	struct bytes sealed = bytes_new(sealed_size(size));
	__u8 key[NXIA_SCOPE_KEY_SIZE];

	key_bytes(1, key);
	sodium_seal(key, plain, ad, &sealed);
	EXPECT_EQ(sealed.size, sealed_size(size));
	EXPECT_OK(nxia_unseal(session, make_scope(session, 1), sealed, &out,
			      ad));
	EXPECT_EQ(out.size, size);
	EXPECT(!memcmp(plain.at, out.at, size));
	EXPECT_ERR(nxia_unseal(session, make_scope(session, 2), sealed, &out,
			       ad), EBADMSG);
	free(plain.at);
	free(out.at);
	free(sealed.at);
}

TEST(seals, "UNSEAL: opens what libsodium sealed")
{
	int session = nxia_session();

	REQUIRE(sodium_init() >= 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		for (unsigned int j = 0; j < ARRAY_SIZE(ads); j++)
			seal_one(session, sizes[i], ads[j]);
}
