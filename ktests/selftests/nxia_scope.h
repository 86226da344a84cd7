/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys, and SEAL and UNSEAL. */
#ifndef NXIA_SCOPE_H
#define NXIA_SCOPE_H

#include <linux/keyctl.h>

#include "nxia_call.h"

/* Returns the serial number or a negative errno. */
static inline int key_add(const char *type, const char *description,
			  const void *payload, size_t size)
{
	long key = syscall(SYS_add_key, type, description, payload, size,
			   KEY_SPEC_PROCESS_KEYRING);

	return key < 0 ? -errno : key;
}

static inline int key_control(int operation, int key, unsigned long argument)
{
	long result = syscall(SYS_keyctl, operation, key, argument, 0, 0);

	return result < 0 ? -errno : result;
}

/* The bytes of key number @number. */
static inline void key_bytes(int number, __u8 bytes[NXIA_SCOPE_KEY_SIZE])
{
	for (int i = 0; i < NXIA_SCOPE_KEY_SIZE; i++)
		bytes[i] = 7 * i + number;
}

static inline int make_key(int number)
{
	__u8 bytes[NXIA_SCOPE_KEY_SIZE];
	char name[32];
	int key;

	key_bytes(number, bytes);
	snprintf(name, sizeof(name), "nxia:%d", number);
	key = key_add("logon", name, bytes, sizeof(bytes));
	if (key == -ENOSYS)
		test_skip("this kernel has no keys");
	REQUIRE_OK(key);
	return key;
}

/* A scope under key number @number, with all rights. */
static inline __u64 make_scope(int session, int number)
{
	__u64 scope;

	REQUIRE_OK(nxia_scope_create(session, make_key(number),
				     NXIA_RIGHTS_SCOPE, &scope));
	return scope;
}

/* What a SEAL of @size bytes gives. */
static inline size_t sealed_size(size_t size)
{
	size_t chunks = (size + NXIA_SEAL_CHUNK - 1) / NXIA_SEAL_CHUNK;

	return sizeof(struct nxia_sealed) + size +
	       NXIA_SEAL_TAG * (chunks ? chunks : 1);
}

struct bytes {
	void *at;
	size_t size;
};

/* @out->size: in: room; out: as the kernel left it */
static inline int seal_call(int session, unsigned long request, __u64 scope,
			    struct bytes in, struct bytes *out,
			    struct bytes ad)
{
	struct nxia_seal a = {
		.scope = scope, .ad = (uintptr_t)ad.at, .ad_size = ad.size,
		.in = (uintptr_t)in.at, .in_size = in.size,
		.out = (uintptr_t)out->at, .out_size = out->size,
	};
	int result = nxia_call(session, request, &a);

	out->size = a.out_size;
	return result;
}

static inline int nxia_seal(int session, __u64 scope, struct bytes in,
			    struct bytes *out, struct bytes ad)
{
	return seal_call(session, NXIA_IOC_SEAL, scope, in, out, ad);
}

static inline int nxia_unseal(int session, __u64 scope, struct bytes in,
			      struct bytes *out, struct bytes ad)
{
	return seal_call(session, NXIA_IOC_UNSEAL, scope, in, out, ad);
}

#endif /* NXIA_SCOPE_H */
