/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Regions: shared memory that can be made immutable.
 */
#ifndef NXIA_REGION_H
#define NXIA_REGION_H

#include <linux/types.h>

struct nxia_call;
struct nxia_cap;

int nxia_region_create(struct nxia_call *call);
int nxia_region_freeze(struct nxia_call *call);
int nxia_region_narrow(struct nxia_cap *cap, u64 offset, u64 length);

#endif
