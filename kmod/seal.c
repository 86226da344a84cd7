// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sealed data: chunks that are encrypted, authenticated and in order.
 *
 * STREAM over XChaCha20-Poly1305; "Sealed data" in the UAPI header is the format.
 * User memory is copied chunk by chunk, once, and touched without any lock.
 */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <kunit/visibility.h>
#include <crypto/chacha20poly1305.h>

#include "cap.h"
#include "compat.h"
#include "seal.h"

#define HEADER	sizeof(struct nxia_sealed)
#define SEALED_CHUNK	(NXIA_SEAL_CHUNK + NXIA_SEAL_TAG)

static_assert(HEADER == 24);
static_assert(NXIA_SEAL_TAG == CHACHA20POLY1305_AUTHTAG_SIZE);
static_assert(NXIA_SCOPE_KEY_SIZE == CHACHA20POLY1305_KEY_SIZE);
static_assert(sizeof_field(struct nxia_sealed, nonce) + 5 == XCHACHA20POLY1305_NONCE_SIZE);

/**
 * struct work - one SEAL or UNSEAL
 * @header: of the sealed data
 * @ad: follows @header: together the associated data of the first chunk
 * @ad_size: bytes of @ad
 * @chunk: in and out
 */
struct work {
	struct nxia_sealed header;
	u8 ad[NXIA_SEAL_AD_MAX];
	size_t ad_size;
	u8 chunk[SEALED_CHUNK];
};

static_assert(offsetof(struct work, ad) == HEADER);

/**
 * struct nxia_seal_way - to encrypt or to decrypt
 * @in_chunk: bytes of a chunk of the input
 * @header_in: bytes before the first chunk of the input
 * @out_size: how much @in_size bytes give, or an error
 * @header: makes and writes the header, or reads and checks it
 * @crypt: what becomes of the @size bytes in the chunk; their new number, or an
 *	error
 */
struct nxia_seal_way {
	size_t in_chunk;
	size_t header_in;
	s64 (*out_size)(u64 in_size);
	int (*header)(struct work *work, const struct nxia_seal *arg, u64 *written);
	int (*crypt)(struct work *work, size_t size, const u8 *ad, size_t ad_size,
		     const u8 *nonce, const u8 *key);
};

/* Writes the next bytes of the output; *@written counts also those before a fault. */
static int put(const struct nxia_seal *arg, u64 *written, const void *from, size_t size)
{
	size_t left = copy_to_user(u64_to_user_ptr(arg->out + *written), from, size);

	*written += size - left;
	return left ? -EFAULT : 0;
}

/*
 * SEAL
 */

static s64 sealed_size(u64 in_size)
{
	if (in_size > NXIA_SEAL_MAX)
		return -E2BIG;
	return HEADER + in_size +
	       NXIA_SEAL_TAG * max(1ULL, DIV_ROUND_UP_ULL(in_size, NXIA_SEAL_CHUNK));
}

static int new_header(struct work *work, const struct nxia_seal *arg, u64 *written)
{
	memcpy(work->header.magic, NXIA_SEAL_MAGIC, sizeof(work->header.magic));
	work->header.version = NXIA_SEAL_VERSION;
	get_random_bytes(work->header.nonce, sizeof(work->header.nonce));
	return put(arg, written, &work->header, HEADER);
}

static int encrypt(struct work *work, size_t size, const u8 *ad, size_t ad_size,
		   const u8 *nonce, const u8 *key)
{
	xchacha20poly1305_encrypt(work->chunk, work->chunk, size, ad, ad_size, nonce, key);
	return size + NXIA_SEAL_TAG;
}

const struct nxia_seal_way nxia_seal_encrypt = {
	.in_chunk = NXIA_SEAL_CHUNK,
	.out_size = sealed_size,
	.header = new_header,
	.crypt = encrypt,
};
EXPORT_SYMBOL_IF_KUNIT(nxia_seal_encrypt);

/*
 * UNSEAL
 */

static s64 plain_size(u64 in_size)
{
	u64 tags;

	if (in_size > sealed_size(NXIA_SEAL_MAX))
		return -E2BIG;
	if (in_size < HEADER + NXIA_SEAL_TAG)
		return -EBADMSG;
	in_size -= HEADER;
	tags = NXIA_SEAL_TAG * DIV_ROUND_UP_ULL(in_size, SEALED_CHUNK);
	return in_size < tags ? -EBADMSG : in_size - tags;
}

static int old_header(struct work *work, const struct nxia_seal *arg, u64 *written)
{
	if (copy_from_user(&work->header, u64_to_user_ptr(arg->in), HEADER))
		return -EFAULT;
	if (memcmp(work->header.magic, NXIA_SEAL_MAGIC, sizeof(work->header.magic)) ||
	    work->header.version != NXIA_SEAL_VERSION)
		return -EBADMSG;
	return 0;
}

static int decrypt(struct work *work, size_t size, const u8 *ad, size_t ad_size,
		   const u8 *nonce, const u8 *key)
{
	if (size < NXIA_SEAL_TAG ||
	    !xchacha20poly1305_decrypt(work->chunk, work->chunk, size, ad, ad_size, nonce, key))
		return -EBADMSG;
	return size - NXIA_SEAL_TAG;
}

const struct nxia_seal_way nxia_seal_decrypt = {
	.in_chunk = SEALED_CHUNK,
	.header_in = HEADER,
	.out_size = plain_size,
	.header = old_header,
	.crypt = decrypt,
};
EXPORT_SYMBOL_IF_KUNIT(nxia_seal_decrypt);

/*
 * Chunks
 */

static void make_nonce(u8 *nonce, const struct work *work, u32 number, bool last)
{
	const size_t random = sizeof(work->header.nonce);

	memcpy(nonce, work->header.nonce, random);
	put_unaligned_be32(number, nonce + random);
	nonce[random + 4] = last;
}

static int crypt_chunk(const struct nxia_seal_way *way, struct work *work,
		       const u8 *key, size_t size, u32 number, bool last)
{
	u8 nonce[XCHACHA20POLY1305_NONCE_SIZE];
	const u8 *ad = number ? NULL : (const u8 *)&work->header;
	size_t ad_size = number ? 0 : HEADER + work->ad_size;

	make_nonce(nonce, work, number, last);
	return way->crypt(work, size, ad, ad_size, nonce, key);
}

/* Why not to go on, or 0. */
static int interrupted(const struct nxia_cap *cap)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : nxia_cap_error(cap);
}

/* All chunks. */
static int crypt_all(const struct nxia_seal_way *way, struct work *work,
		     const struct nxia_cap *cap, const u8 *key,
		     const struct nxia_seal *arg, u64 *written)
{
	u64 at = way->header_in;
	u32 number = 0;

	do {
		size_t size = min(arg->in_size - at, (u64)way->in_chunk);
		int got = interrupted(cap);

		if (got)
			return got;
		if (copy_from_user(work->chunk, u64_to_user_ptr(arg->in + at), size))
			return -EFAULT;
		at += size;
		got = crypt_chunk(way, work, key, size, number++, at == arg->in_size);
		if (got < 0)
			return got;
		got = put(arg, written, work->chunk, got);
		if (got)
			return got;
	} while (at < arg->in_size);
	return 0;
}

static int run(const struct nxia_seal_way *way, struct work *work,
	       const struct nxia_cap *cap, const u8 *key, const struct nxia_seal *arg)
{
	u64 written = 0;
	int err;

	work->ad_size = arg->ad_size;
	if (copy_from_user(work->ad, u64_to_user_ptr(arg->ad), arg->ad_size))
		return -EFAULT;
	err = way->header(work, arg, &written) ?:
	      crypt_all(way, work, cap, key, arg, &written);
	/* What no one may rely on is not left to be taken for something. */
	if (err && clear_user(u64_to_user_ptr(arg->out), written))
		return -EFAULT;
	return err;
}

/**
 * nxia_seal_run() - SEAL or UNSEAL
 * @way: which of them
 * @cap: whose death ends it
 * @key: %NXIA_SCOPE_KEY_SIZE bytes
 * @arg: the argument; out_size is changed
 *
 * Return: 0 or an error, of which EMSGSIZE also tells out_size.
 */
int nxia_seal_run(const struct nxia_seal_way *way, const struct nxia_cap *cap,
		  const u8 *key, struct nxia_seal *arg)
{
	s64 size = way->out_size(arg->in_size);
	struct work *work;
	bool fits;
	int err;

	if (arg->ad_size > NXIA_SEAL_AD_MAX)
		return -E2BIG;
	if (size < 0)
		return size;
	fits = size <= arg->out_size;
	arg->out_size = size;
	if (!fits)
		return -EMSGSIZE;
	work = kvzalloc(sizeof(*work), GFP_KERNEL_ACCOUNT);
	if (!work)
		return -ENOMEM;
	err = run(way, work, cap, key, arg);
	kvfree_sensitive(work, sizeof(*work));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_seal_run);
