/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scopes: keys that stay in the kernel.
 */
#ifndef NXIA_SCOPE_H
#define NXIA_SCOPE_H

struct nxia_call;

int nxia_scope_create(struct nxia_call *call);
int nxia_scope_seal(struct nxia_call *call);
int nxia_scope_unseal(struct nxia_call *call);

#endif
