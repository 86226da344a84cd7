/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations that the kernel's LSM asks, and what they have in common.
 */
#ifndef NXIA_LSM_OPS_H
#define NXIA_LSM_OPS_H

#include <linux/cred.h>
#include <linux/nxia_lsm.h>

#include "policy.h"

/* nxia_lsm_NAME() for each NAME of the kernel's linux/nxia_lsm_hooks.h. */
#define NXIA_HOOK(name, involved, params, args) int nxia_lsm_##name params;
#define NXIA_OP(name, involved, params, args) int nxia_lsm_##name params;
#include <linux/nxia_lsm_hooks.h>
#undef NXIA_HOOK
#undef NXIA_OP

/**
 * struct nxia_act - what a task does, as the audit trail tells it
 * @operation: its name, usually that of the system call
 * @path: what it does that to; of the four the first that is there counts
 * @dentry: likewise
 * @inode: likewise, if the caller may sleep
 * @target: likewise
 * @quiet: nobody is told
 */
struct nxia_act {
	const char *operation;
	const struct path *path;
	struct dentry *dentry;
	struct inode *inode;
	const char *target;
	bool quiet;
};

/* In any context, if act->inode is NULL: */
int nxia_flow_refused(u64 tags, const char *rule, const struct nxia_act *act);
int nxia_flow_between(const struct nxia_cred *from, u64 to, const char *rule,
		      const struct nxia_act *act);
int nxia_flow_in(u64 from, const char *rule, const struct nxia_act *act);
int nxia_flow_out(u64 to, const char *rule, const struct nxia_act *act);
int nxia_flow_sink(enum nxia_sink sink, u64 label, const struct nxia_act *act);
u64 nxia_flow_confined(void);

int nxia_inode_read(struct inode *inode, const struct nxia_act *act);
int nxia_inode_write(struct inode *inode, const struct nxia_act *act);
bool nxia_inode_neutral(const struct inode *inode);

#endif
