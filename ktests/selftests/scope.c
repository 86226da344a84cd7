// SPDX-License-Identifier: GPL-2.0-only
/* Scopes: which keys they take, and what SEAL and UNSEAL promise. */
#include <pthread.h>

#include "nxia_main.h"
#include "nxia_pair.h"
#include "nxia_scope.h"

#define ALL	NXIA_RIGHTS_SCOPE
#define HEADER	sizeof(struct nxia_sealed)
#define CHUNK	((size_t)NXIA_SEAL_CHUNK)
#define SEALED_CHUNK	(CHUNK + NXIA_SEAL_TAG)

/* What no plain text of these tests has, and no cleared output. */
#define UNTOUCHED	0xa5

static const struct bytes no_ad;

static struct bytes bytes_new(size_t size)
{
	/* Never NULL, also for nothing. */
	struct bytes bytes = { malloc(size + 1), size };

	REQUIRE(bytes.at);
	memset(bytes.at, UNTOUCHED, size + 1);
	return bytes;
}

/* Plain text that has neither 0 nor UNTOUCHED in it. */
static struct bytes plain_new(size_t size)
{
	struct bytes plain = bytes_new(size);
	__u8 *at = plain.at;

	for (size_t i = 0; i < size; i++)
		at[i] = 1 + (i * 31 + i / CHUNK) % 100;
	return plain;
}

static struct bytes copy_of(struct bytes bytes)
{
	struct bytes copy = bytes_new(bytes.size);

	memcpy(copy.at, bytes.at, bytes.size);
	return copy;
}

static bool same(struct bytes a, struct bytes b)
{
	return a.size == b.size && !memcmp(a.at, b.at, a.size);
}

/* A scope and something that was sealed under it. */
struct sealed {
	int session;
	__u64 scope;
	struct bytes ad;
	struct bytes plain;
	struct bytes bytes;
};

static void seal(struct sealed *s)
{
	s->bytes = bytes_new(sealed_size(s->plain.size));
	REQUIRE_OK(nxia_seal(s->session, s->scope, s->plain, &s->bytes,
			     s->ad));
}

static void sealed_init(struct sealed *s, size_t size)
{
	s->session = nxia_session();
	s->scope = make_scope(s->session, 1);
	s->ad = (struct bytes){ "associated", 10 };
	s->plain = plain_new(size);
	seal(s);
}

static void sealed_free(struct sealed *s)
{
	free(s->plain.at);
	free(s->bytes.at);
}

/* UNSEAL of @bytes fails, and what may have been written is cleared. */
static bool expect_broken(struct sealed *s, __u64 scope, struct bytes bytes,
			  struct bytes ad, const char *what)
{
	struct bytes out = bytes_new(bytes.size);
	int result = nxia_unseal(s->session, scope, bytes, &out, ad);
	size_t left = 0;

	for (size_t i = 0; i < bytes.size; i++)
		left += ((__u8 *)out.at)[i] &&
			((__u8 *)out.at)[i] != UNTOUCHED;
	if (result != -EBADMSG || left)
		test_fail("%s: %s, %zu bytes left", what, result_name(result),
			  left);
	free(out.at);
	return result == -EBADMSG && !left;
}

static void expect_whole(struct sealed *s)
{
	struct bytes out = bytes_new(s->plain.size);

	EXPECT_OK(nxia_unseal(s->session, s->scope, s->bytes, &out, s->ad));
	EXPECT_EQ(out.size, s->plain.size);
	EXPECT(same(out, s->plain));
	free(out.at);
}

/* Keys */

TEST(created, "SCOPE_CREATE: gives a capability with its rights")
{
	int session = nxia_session();
	struct nxia_info before = nxia_info(session), after;
	struct nxia_query query;
	__u64 scope;

	REQUIRE_OK(nxia_scope_create(session, make_key(1), NXIA_RIGHT_SEAL,
				     &scope));
	after = nxia_info(session);
	EXPECT_EQ(after.caps, before.caps + 1);
	EXPECT_EQ(after.objects, before.objects + 1);
	EXPECT_EQ(after.pages, before.pages);
	EXPECT_OK(nxia_query(session, scope, &query));
	EXPECT_EQ(query.type, NXIA_TYPE_SCOPE);
	EXPECT_EQ(query.rights, NXIA_RIGHT_SEAL);
	EXPECT_EQ(query.badge, 0);
	EXPECT_EQ(query.offset | query.size | query.state, 0);
}

TEST(bad_rights, "SCOPE_CREATE: EINVAL for no rights, or for others")
{
	int session = nxia_session(), key = make_key(1);
	__u64 scope;

	EXPECT_ERR(nxia_scope_create(session, key, 0, &scope), EINVAL);
	for (int bit = 0; bit < 64; bit++) {
		int result = nxia_scope_create(session, key, 1ULL << bit,
					       &scope);

		EXPECT_EQ(result, ALL & 1ULL << bit ? 0 : -EINVAL);
	}
}

TEST(key_type, "SCOPE_CREATE: EINVAL for a key of another type")
{
	int session = nxia_session();
	__u8 bytes[NXIA_SCOPE_KEY_SIZE] = { 1 };
	__u64 scope;

	make_key(1);
	EXPECT_ERR(nxia_scope_create(session, key_add("user", "nxia:user", bytes,
						      sizeof(bytes)),
				     ALL, &scope), EINVAL);
	EXPECT_ERR(nxia_scope_create(session, KEY_SPEC_PROCESS_KEYRING, ALL,
				     &scope), EINVAL);
}

TEST(key_name, "SCOPE_CREATE: EINVAL for a key that is another subsystem's")
{
	static const char *const names[] = {
		"fscrypt:0123456789abcdef", "nxi:a", "Nxia:a", "anxia:a",
	};
	int session = nxia_session();
	__u8 bytes[NXIA_SCOPE_KEY_SIZE] = { 1 };
	__u64 scope;

	make_key(1);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		int key = key_add("logon", names[i], bytes, sizeof(bytes));

		REQUIRE_OK(key);
		EXPECT_ERR(nxia_scope_create(session, key, ALL, &scope),
			   EINVAL);
	}
}

TEST(key_size, "SCOPE_CREATE: EINVAL for a key of another length")
{
	static const size_t sizes[] = { 1, 16, 31, 33, 64, 4096 };
	int session = nxia_session();
	char bytes[4096] = "";
	__u64 scope;

	make_key(1);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		int key = key_add("logon", "nxia:size", bytes, sizes[i]);

		REQUIRE_OK(key);
		EXPECT_ERR(nxia_scope_create(session, key, ALL, &scope),
			   EINVAL);
	}
}

TEST(key_absent, "SCOPE_CREATE: ENOKEY when there is no such key")
{
	int session = nxia_session(), key = make_key(1);
	__u64 scope;

	EXPECT_ERR(nxia_scope_create(session, 0x7fffffff, ALL, &scope),
		   ENOKEY);
	EXPECT_OK(nxia_scope_create(session, key, ALL, &scope));
	/* A serial number of 0 names nothing that could be there. */
	EXPECT_ERR(nxia_scope_create(session, 0, ALL, &scope), EINVAL);
}

TEST(key_permission, "SCOPE_CREATE: EACCES without search permission")
{
	int session = nxia_session(), key = make_key(1);
	__u64 scope;

	/* View, read, write, link and setattr, but not search, for all. */
	REQUIRE_OK(key_control(KEYCTL_SETPERM, key, 0x37373737));
	EXPECT_ERR(nxia_scope_create(session, key, ALL, &scope), EACCES);
	REQUIRE_OK(key_control(KEYCTL_SETPERM, key, 0x3f3f3f3f));
	EXPECT_OK(nxia_scope_create(session, key, ALL, &scope));
}

TEST(key_of_user, "SCOPE_CREATE: EACCES for the key of another user")
{
	int key = make_key(1);
	pid_t child = child_start();
	__u64 scope;

	if (!child) {
		become_user(1000);
		syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
		EXPECT_ERR(nxia_scope_create(nxia_session(), key, ALL, &scope),
			   EACCES);
		child_done();
	}
	child_join(child);
}

TEST(key_revoked, "SCOPE_CREATE: EKEYREVOKED for a key that was revoked")
{
	int session = nxia_session(), key = make_key(1);
	__u64 scope;

	REQUIRE_OK(key_control(KEYCTL_REVOKE, key, 0));
	EXPECT_ERR(nxia_scope_create(session, key, ALL, &scope), EKEYREVOKED);
}

TEST(key_expired, "SCOPE_CREATE: EKEYEXPIRED for a key that has expired")
{
	int session = nxia_session(), key = make_key(1);
	__u64 scope;

	REQUIRE_OK(key_control(KEYCTL_SET_TIMEOUT, key, 1));
	sleep(3);
	EXPECT_ERR(nxia_scope_create(session, key, ALL, &scope), EKEYEXPIRED);
}

TEST(key_gone, "SCOPE_CREATE: the scope outlives the key")
{
	struct sealed s = { .session = nxia_session() };
	int key = make_key(1);

	REQUIRE_OK(nxia_scope_create(s.session, key, ALL, &s.scope));
	s.plain = plain_new(100);
	seal(&s);
	REQUIRE_OK(key_control(KEYCTL_REVOKE, key, 0));
	REQUIRE_OK(key_control(KEYCTL_UNLINK, key, KEY_SPEC_PROCESS_KEYRING));
	expect_whole(&s);
	/* A new scope under a key of the same bytes is as good. */
	s.scope = make_scope(s.session, 1);
	expect_whole(&s);
}

TEST(key_hidden, "SCOPE_CREATE: no one can read the key")
{
	int session = nxia_session(), key = make_key(1), file;
	char bytes[64];
	__u64 scope;

	REQUIRE_OK(nxia_scope_create(session, key, ALL, &scope));
	EXPECT_EQ(syscall(SYS_keyctl, KEYCTL_READ, key, bytes, sizeof(bytes),
			  0), -1);
	EXPECT_EQ(errno, EOPNOTSUPP);
	file = nxia_fd(session, scope);
	REQUIRE_OK(file);
	EXPECT_EQ(read(file, bytes, sizeof(bytes)), -1);
	EXPECT_EQ(mmap(NULL, page_size(), PROT_READ, MAP_SHARED, file, 0),
		  MAP_FAILED);
	EXPECT_ERR(nxia_notify(file), ENOTTY);
}

/* Round trips */

TEST(sizes, "SEAL, UNSEAL: give back what went in, at every kind of size")
{
	static const size_t sizes[] = {
		0, 1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1,
		2 * CHUNK, 2 * CHUNK + 1, (1 << 20) + 3,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct sealed s;

		sealed_init(&s, sizes[i]);
		EXPECT_EQ(s.bytes.size, sealed_size(sizes[i]));
		expect_whole(&s);
		sealed_free(&s);
		close(s.session);
	}
}

TEST(hidden, "SEAL: the output has none of the input in it")
{
	struct sealed s;

	sealed_init(&s, 3 * CHUNK);
	EXPECT(!memmem(s.bytes.at, s.bytes.size, s.plain.at, 8));
	EXPECT(!memmem(s.bytes.at, s.bytes.size, s.plain.at + 2 * CHUNK, 8));
	EXPECT(!memmem(s.bytes.at, s.bytes.size, s.ad.at, s.ad.size));
}

TEST(header, "SEAL: begins with the magic and the version")
{
	struct nxia_sealed *header;
	struct sealed s;

	sealed_init(&s, 1);
	header = s.bytes.at;
	EXPECT(!memcmp(header->magic, NXIA_SEAL_MAGIC, sizeof(header->magic)));
	EXPECT_EQ(header->version, NXIA_SEAL_VERSION);
}

TEST(nonces, "SEAL: no two have the same nonce, nor the same text")
{
	struct nxia_sealed *a, *b;
	struct sealed s;

	sealed_init(&s, 64);
	for (int i = 0; i < 100; i++) {
		struct bytes old = s.bytes;

		seal(&s);
		a = old.at;
		b = s.bytes.at;
		EXPECT(memcmp(a->nonce, b->nonce, sizeof(a->nonce)));
		EXPECT(memcmp(old.at + HEADER, s.bytes.at + HEADER, 64));
		free(old.at);
	}
}

TEST(bounds, "SEAL, UNSEAL: write not a byte beyond what they tell")
{
	struct sealed s;
	struct bytes out;

	sealed_init(&s, CHUNK + 5);
	out = bytes_new(s.bytes.size + 100);
	EXPECT_OK(nxia_seal(s.session, s.scope, s.plain, &out, s.ad));
	EXPECT_EQ(out.size, s.bytes.size);
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(((__u8 *)out.at)[s.bytes.size + i], UNTOUCHED);
	memset(out.at, UNTOUCHED, s.bytes.size);
	out.size = s.bytes.size + 100;
	EXPECT_OK(nxia_unseal(s.session, s.scope, s.bytes, &out, s.ad));
	EXPECT_EQ(out.size, s.plain.size);
	EXPECT_EQ(((__u8 *)out.at)[s.plain.size], UNTOUCHED);
}

TEST(ad_sizes, "SEAL: associated data of 0 to 4096 bytes")
{
	static const size_t sizes[] = { 0, 1, 15, 16, 4095, 4096 };
	struct sealed s;
	struct bytes ad;

	sealed_init(&s, 10);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		ad = plain_new(sizes[i]);
		s.ad = ad;
		seal(&s);
		expect_whole(&s);
	}
	ad = plain_new(4097);
	s.bytes.size = sealed_size(10);
	EXPECT_ERR(nxia_seal(s.session, s.scope, s.plain, &s.bytes, ad),
		   E2BIG);
	EXPECT_ERR(nxia_unseal(s.session, s.scope, s.bytes, &s.plain, ad),
		   E2BIG);
}

TEST(too_long, "SEAL, UNSEAL: E2BIG for more than there may be")
{
	struct sealed s;
	struct bytes in, out;

	sealed_init(&s, 10);
	in = (struct bytes){ s.plain.at, NXIA_SEAL_MAX + 1 };
	out = (struct bytes){ s.bytes.at, ~0ULL };
	EXPECT_ERR(nxia_seal(s.session, s.scope, in, &out, s.ad), E2BIG);
	in.size = ~0ULL;
	EXPECT_ERR(nxia_seal(s.session, s.scope, in, &out, s.ad), E2BIG);
	EXPECT_ERR(nxia_unseal(s.session, s.scope, in, &out, s.ad), E2BIG);
	in.size = sealed_size(NXIA_SEAL_MAX) + 1;
	EXPECT_ERR(nxia_unseal(s.session, s.scope, in, &out, s.ad), E2BIG);
}

TEST(seal_too_long, "SEAL: E2BIG beyond 1 GiB, UNSEAL: beyond what that gives")
{
	struct sealed s;
	struct bytes in, out;

	sealed_init(&s, 10);
	in = (struct bytes){ s.plain.at, NXIA_SEAL_MAX };
	out = (struct bytes){ s.bytes.at, 0 };
	EXPECT_ERR(nxia_seal(s.session, s.scope, in, &out, s.ad), EMSGSIZE);
	EXPECT_EQ(out.size, sealed_size(NXIA_SEAL_MAX));
	in.size = sealed_size(NXIA_SEAL_MAX);
	out.size = 0;
	EXPECT_ERR(nxia_unseal(s.session, s.scope, in, &out, s.ad), EMSGSIZE);
	EXPECT_EQ(out.size, NXIA_SEAL_MAX);
}

TEST(seal_room, "SEAL: EMSGSIZE tells the size, and writes nothing")
{
	struct sealed s;
	struct bytes out;

	sealed_init(&s, 1000);
	for (size_t room = 0; room < s.bytes.size; room += 101) {
		out = bytes_new(s.bytes.size);
		out.size = room;
		EXPECT_ERR(nxia_seal(s.session, s.scope, s.plain, &out, s.ad),
			   EMSGSIZE);
		EXPECT_EQ(out.size, s.bytes.size);
		for (size_t i = 0; i < out.size; i++)
			if (((__u8 *)out.at)[i] != UNTOUCHED)
				test_fail("byte %zu was written", i);
		EXPECT_OK(nxia_seal(s.session, s.scope, s.plain, &out, s.ad));
		free(out.at);
	}
}

TEST(unseal_room, "UNSEAL: EMSGSIZE tells the size, and writes nothing")
{
	struct sealed s;
	struct bytes out;

	sealed_init(&s, 1000);
	out = bytes_new(1000);
	out.size = 999;
	EXPECT_ERR(nxia_unseal(s.session, s.scope, s.bytes, &out, s.ad),
		   EMSGSIZE);
	EXPECT_EQ(out.size, 1000);
	EXPECT_EQ(*(__u8 *)out.at, UNTOUCHED);
	EXPECT_OK(nxia_unseal(s.session, s.scope, s.bytes, &out, s.ad));
	EXPECT(same(out, s.plain));
}

/* Tampering */

TEST(bit_flip, "UNSEAL: EBADMSG for every single bit that is changed")
{
	struct sealed s;

	sealed_init(&s, 20);
	for (size_t bit = 0; bit < 8 * s.bytes.size; bit++) {
		__u8 *byte = (__u8 *)s.bytes.at + bit / 8;

		*byte ^= 1 << bit % 8;
		if (!expect_broken(&s, s.scope, s.bytes, s.ad, "bit flipped"))
			test_fail("bit %zu", bit);
		*byte ^= 1 << bit % 8;
	}
	expect_whole(&s);
}

TEST(bit_flip_long, "UNSEAL: EBADMSG for a bit changed in any chunk or tag")
{
	struct sealed s;

	sealed_init(&s, 4 * CHUNK + 100);
	for (size_t at = 0; at < s.bytes.size; at += 9973) {
		((__u8 *)s.bytes.at)[at] ^= 0x10;
		expect_broken(&s, s.scope, s.bytes, s.ad, "bit in a chunk");
		((__u8 *)s.bytes.at)[at] ^= 0x10;
	}
	for (int chunk = 1; chunk <= 4; chunk++) {
		size_t tag = HEADER + chunk * SEALED_CHUNK - 1;

		((__u8 *)s.bytes.at)[tag] ^= 0x80;
		expect_broken(&s, s.scope, s.bytes, s.ad, "bit in a tag");
		((__u8 *)s.bytes.at)[tag] ^= 0x80;
	}
	expect_whole(&s);
}

static void expect_cut_broken(struct sealed *s, size_t size)
{
	struct bytes cut = { s->bytes.at, size };

	if (!expect_broken(s, s->scope, cut, s->ad, "cut short"))
		test_fail("cut to %zu of %zu", size, s->bytes.size);
}

TEST(cut, "UNSEAL: EBADMSG when it is cut short, at every length")
{
	struct sealed s;

	sealed_init(&s, 40);
	for (size_t size = 0; size < s.bytes.size; size++)
		expect_cut_broken(&s, size);
	sealed_init(&s, 0);
	for (size_t size = 0; size < s.bytes.size; size++)
		expect_cut_broken(&s, size);
}

TEST(cut_chunk, "UNSEAL: EBADMSG when it is cut at a chunk's end, or near it")
{
	static const int near[] = { -17, -16, -15, -1, 0, 1, 15, 16, 17 };
	struct sealed s;

	sealed_init(&s, 3 * CHUNK);
	for (int chunk = 0; chunk < 3; chunk++)
		for (unsigned int i = 0; i < ARRAY_SIZE(near); i++)
			expect_cut_broken(&s, HEADER + chunk * SEALED_CHUNK +
					  near[i]);
	expect_cut_broken(&s, s.bytes.size - 1);
	expect_cut_broken(&s, s.bytes.size - 16);
	expect_whole(&s);
}

TEST(longer, "UNSEAL: EBADMSG when something was added")
{
	static const size_t sizes[] = { 10, CHUNK, CHUNK + 10 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct sealed s;
		struct bytes more;

		sealed_init(&s, sizes[i]);
		more = bytes_new(s.bytes.size + SEALED_CHUNK);
		memcpy(more.at, s.bytes.at, s.bytes.size);
		for (size_t add = 1; add <= SEALED_CHUNK; add += 4095) {
			more.size = s.bytes.size + add;
			expect_broken(&s, s.scope, more, s.ad, "made longer");
		}
	}
}

/* Chunk @to of @bytes becomes chunk @from of what was sealed. */
static void put_chunk(struct bytes *bytes, int to, struct sealed *s, int from)
{
	memcpy(bytes->at + HEADER + to * SEALED_CHUNK,
	       s->bytes.at + HEADER + from * SEALED_CHUNK, SEALED_CHUNK);
}

TEST(swapped, "UNSEAL: EBADMSG when chunks have changed places")
{
	struct sealed s;

	sealed_init(&s, 4 * CHUNK);
	for (int a = 0; a < 4; a++)
		for (int b = a + 1; b < 4; b++) {
			struct bytes copy = copy_of(s.bytes);

			put_chunk(&copy, a, &s, b);
			put_chunk(&copy, b, &s, a);
			expect_broken(&s, s.scope, copy, s.ad, "swapped");
			free(copy.at);
		}
}

TEST(dropped, "UNSEAL: EBADMSG when a chunk is missing")
{
	struct sealed s;

	sealed_init(&s, 4 * CHUNK);
	for (int missing = 0; missing < 4; missing++) {
		struct bytes copy = copy_of(s.bytes);

		for (int i = missing; i < 3; i++)
			put_chunk(&copy, i, &s, i + 1);
		copy.size -= SEALED_CHUNK;
		expect_broken(&s, s.scope, copy, s.ad, "dropped");
		free(copy.at);
	}
}

TEST(doubled, "UNSEAL: EBADMSG when a chunk is there twice")
{
	struct sealed s;

	sealed_init(&s, 3 * CHUNK);
	for (int twice = 0; twice < 3; twice++) {
		struct bytes copy = bytes_new(s.bytes.size + SEALED_CHUNK);

		memcpy(copy.at, s.bytes.at, HEADER);
		for (int i = 0; i < 4; i++)
			put_chunk(&copy, i, &s, i > twice ? i - 1 : i);
		expect_broken(&s, s.scope, copy, s.ad, "doubled");
		free(copy.at);
	}
}

TEST(spliced, "UNSEAL: EBADMSG for a chunk of another SEAL of the same text")
{
	struct sealed s;
	struct bytes first;

	sealed_init(&s, 3 * CHUNK);
	first = s.bytes;
	seal(&s);
	for (int chunk = 0; chunk < 3; chunk++) {
		struct bytes copy = copy_of(first);

		put_chunk(&copy, chunk, &s, chunk);
		expect_broken(&s, s.scope, copy, s.ad, "spliced");
		free(copy.at);
	}
}

TEST(other_ad, "UNSEAL: EBADMSG for other associated data")
{
	static const struct bytes others[] = {
		{}, { "associatee", 10 }, { "associate", 9 },
		{ "associated ", 11 },
	};
	struct sealed s;

	sealed_init(&s, 2 * CHUNK);
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
		expect_broken(&s, s.scope, s.bytes, others[i], "other ad");
	s.ad = no_ad;
	seal(&s);
	expect_broken(&s, s.scope, s.bytes, others[1], "ad where none was");
	expect_whole(&s);
}

TEST(other_scope, "UNSEAL: EBADMSG under another scope")
{
	struct sealed s;

	sealed_init(&s, 100);
	expect_broken(&s, make_scope(s.session, 2), s.bytes, s.ad,
		      "other scope");
}

TEST(noise, "UNSEAL: EBADMSG for what was never sealed")
{
	struct sealed s;

	sealed_init(&s, CHUNK);
	memset(s.bytes.at, 0, s.bytes.size);
	expect_broken(&s, s.scope, s.bytes, s.ad, "zeros");
	memcpy(s.bytes.at, NXIA_SEAL_MAGIC "\1", 5);
	expect_broken(&s, s.scope, s.bytes, s.ad, "a header and zeros");
}

/* Memory that is not there */

/* @size bytes, then nothing. */
static char *before_hole(size_t size)
{
	size_t pages = (size + page_size() - 1) / page_size() * page_size();
	char *map = mmap(NULL, pages + page_size(), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(map != MAP_FAILED);
	munmap(map + pages, page_size());
	return map + pages - size;
}

TEST(seal_fault_in, "SEAL: EFAULT for input that ends in nothing; output cleared")
{
	struct sealed s;
	struct bytes in, out;

	sealed_init(&s, 10);
	in = (struct bytes){ before_hole(CHUNK + 100), CHUNK + 101 };
	out = bytes_new(sealed_size(in.size));
	EXPECT_ERR(nxia_seal(s.session, s.scope, in, &out, s.ad), EFAULT);
	for (size_t i = 0; i < HEADER + SEALED_CHUNK; i++)
		if (((__u8 *)out.at)[i])
			return test_fail("byte %zu is left", i);
}

static void expect_clear(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		if (((__u8 *)bytes.at)[i])
			return test_fail("byte %zu of %zu is left", i,
					 bytes.size);
}

TEST(unseal_fault_out, "UNSEAL: EFAULT for output that ends; all is cleared")
{
	static const size_t rooms[] = {
		1, 100, 4096, 5000, CHUNK, CHUNK + 1, CHUNK + 9000,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rooms); i++) {
		struct sealed s;
		struct bytes out;
		char *room = before_hole(rooms[i]);

		sealed_init(&s, 2 * CHUNK);
		out = (struct bytes){ room, 2 * CHUNK };
		EXPECT_ERR(nxia_unseal(s.session, s.scope, s.bytes, &out,
				       s.ad), EFAULT);
		expect_clear((struct bytes){ room, rooms[i] });
		sealed_free(&s);
	}
}

TEST(fault_ad, "SEAL: EFAULT for associated data that is not there")
{
	struct sealed s;
	struct bytes ad;

	sealed_init(&s, 10);
	ad = (struct bytes){ before_hole(10), 11 };
	EXPECT_ERR(nxia_seal(s.session, s.scope, s.plain, &s.bytes, ad),
		   EFAULT);
	EXPECT_ERR(nxia_unseal(s.session, s.scope, s.bytes, &s.plain, ad),
		   EFAULT);
}

/* Authority */

TEST(seal_right, "SEAL: EPERM without the right")
{
	struct sealed s;
	__u64 child;

	sealed_init(&s, 10);
	child = make_child(s.session, s.scope, ALL & ~NXIA_RIGHT_SEAL, 0);
	EXPECT_ERR(nxia_seal(s.session, child, s.plain, &s.bytes, s.ad), EPERM);
	EXPECT_OK(nxia_unseal(s.session, child, s.bytes, &s.plain, s.ad));
}

TEST(unseal_right, "UNSEAL: EPERM without the right")
{
	struct sealed s;
	__u64 child;

	sealed_init(&s, 10);
	child = make_child(s.session, s.scope, ALL & ~NXIA_RIGHT_UNSEAL, 0);
	EXPECT_ERR(nxia_unseal(s.session, child, s.bytes, &s.plain, s.ad),
		   EPERM);
	EXPECT_OK(nxia_seal(s.session, child, s.plain, &s.bytes, s.ad));
}

TEST(revoked, "REVOKE: ends SEAL and UNSEAL at once")
{
	struct sealed s;
	__u64 child;

	sealed_init(&s, 10);
	child = make_child(s.session, s.scope, ALL, 0);
	EXPECT_EQ(nxia_revoke(s.session, s.scope), 1);
	EXPECT_ERR(nxia_seal(s.session, child, s.plain, &s.bytes, s.ad),
		   EKEYREVOKED);
	s.bytes.size = sealed_size(10);
	EXPECT_ERR(nxia_unseal(s.session, child, s.bytes, &s.plain, s.ad),
		   EKEYREVOKED);
	s.plain.size = 10;
	expect_whole(&s);
}

struct long_seal {
	struct sealed *s;
	__u64 scope;
	struct bytes in;
	struct bytes out;
	int result;
};

static void *seal_long(void *argument)
{
	struct long_seal *work = argument;

	work->result = nxia_seal(work->s->session, work->scope, work->in,
				 &work->out, no_ad);
	return NULL;
}

#define LONG	(64UL << 20)

TEST(revoked_meanwhile, "REVOKE: ends a SEAL that runs; the output is cleared")
{
	struct long_seal work;
	pthread_t thread;
	struct sealed s;
	volatile char *out;

	sealed_init(&s, 10);
	/* Pages of zeros that take no memory. */
	work = (struct long_seal){
		.s = &s, .scope = make_child(s.session, s.scope, ALL, 0),
		.in = { mmap(NULL, LONG, PROT_READ,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), LONG },
		.out = { mmap(NULL, sealed_size(LONG), PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			 sealed_size(LONG) },
	};
	REQUIRE(work.in.at != MAP_FAILED && work.out.at != MAP_FAILED);
	out = work.out.at;
	REQUIRE(!pthread_create(&thread, NULL, seal_long, &work));
	while (!out[0])
		sched_yield();
	EXPECT_EQ(nxia_revoke(s.session, s.scope), 1);
	pthread_join(thread, NULL);
	EXPECT_ERR(work.result, EKEYREVOKED);
	expect_clear((struct bytes){ (void *)out, LONG });
}

TEST(killed_meanwhile, "SEAL: a caller that is killed ends in the middle")
{
	struct sealed s;
	struct bytes in, out;
	volatile char *first;
	pid_t child;

	sealed_init(&s, 10);
	in.size = LONG;
	in.at = mmap(NULL, LONG, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	out.size = sealed_size(LONG);
	out.at = mmap(NULL, out.size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(in.at != MAP_FAILED && out.at != MAP_FAILED);
	first = out.at;
	child = child_start();
	if (!child) {
		nxia_seal(s.session, s.scope, in, &out, no_ad);
		child_done();
	}
	while (!*first)
		sched_yield();
	child_kill(child);
	expect_clear((struct bytes){ out.at, out.size });
}

TEST(transferred, "TRANSFER: hands over a scope to read by, not to seal")
{
	struct nxia_transfer_cap cap;
	__u32 count = 1;
	struct sealed s;
	struct pair p;

	pair_init(&p, 1, 1);
	s.session = p.session;
	s.scope = make_scope(p.session, 1);
	s.plain = plain_new(1000);
	s.ad = no_ad;
	seal(&s);
	cap = (struct nxia_transfer_cap){ s.scope, NXIA_RIGHT_UNSEAL, 0 };
	REQUIRE_OK(nxia_transfer(p.session, p.client.handle, &cap, 1, NULL));
	REQUIRE_OK(nxia_receive(p.session, p.server.handle, &cap, &count,
				NULL));
	s.scope = cap.handle;
	expect_whole(&s);
	EXPECT_ERR(nxia_seal(s.session, s.scope, s.plain, &s.bytes, s.ad),
		   EPERM);
}
