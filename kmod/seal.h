/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sealed data: chunks that are encrypted, authenticated and in order.
 */
#ifndef NXIA_SEAL_H
#define NXIA_SEAL_H

#include <linux/types.h>

struct nxia_cap;
struct nxia_seal;
struct nxia_seal_way;

extern const struct nxia_seal_way nxia_seal_encrypt;
extern const struct nxia_seal_way nxia_seal_decrypt;

int nxia_seal_run(const struct nxia_seal_way *way, const struct nxia_cap *cap,
		  const u8 *key, struct nxia_seal *arg);

#endif
