/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's side of the LSM shim, where the kernel has it.
 */
#ifndef NXIA_LSM_H
#define NXIA_LSM_H

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/string.h>
#include <linux/types.h>

#include "label.h"

#if IS_ENABLED(CONFIG_SECURITY_NXIA)

int nxia_lsm_start(void);
void nxia_lsm_stop(void);
int nxia_lsm_keep(void);
bool nxia_lsm_enforcing(void);
void nxia_lsm_identity(const struct cred *cred, struct nxia_identity *identity);
int nxia_lsm_enter(u32 domain);

#else

static inline int nxia_lsm_start(void)
{
	return 0;
}

static inline void nxia_lsm_stop(void)
{
}

static inline int nxia_lsm_keep(void)
{
	return -EOPNOTSUPP;
}

static inline bool nxia_lsm_enforcing(void)
{
	return false;
}

static inline void nxia_lsm_identity(const struct cred *cred,
				     struct nxia_identity *identity)
{
	memset(identity, 0, sizeof(*identity));
}

static inline int nxia_lsm_enter(u32 domain)
{
	return -EOPNOTSUPP;
}

#endif

#endif
