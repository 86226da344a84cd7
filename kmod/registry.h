/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registry: the one endpoint to which every session may be introduced.
 */
#ifndef NXIA_REGISTRY_H
#define NXIA_REGISTRY_H

#include <linux/types.h>

struct nxia_call;
struct nxia_cap;

int nxia_registry_claim(struct nxia_cap *cap);
void nxia_registry_forget(struct nxia_cap *cap);
int nxia_registry_bootstrap(struct nxia_call *call);
bool nxia_registry_exists(void);

#endif
