/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels at NXIA's own objects.
 */
#ifndef NXIA_LABEL_H
#define NXIA_LABEL_H

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/types.h>

struct nxia_call;

/**
 * struct nxia_identity - what policy makes of a task
 * @label: tags of the information that it may hold; 0 is unlabelled
 * @may_drop: tags that it is trusted to declassify
 * @domain: number of its domain, 0 if it is in none
 * @flags: NXIA_DOMAIN_* of its domain
 *
 * All zero where the kernel has no LSM shim.
 */
struct nxia_identity {
	u64 label;
	u64 may_drop;
	u32 domain;
	u32 flags;
};

/**
 * nxia_label_stopped() - tags of @from that keep information from what has @to
 * @from: who has the information
 * @to: label of where it would go
 */
static inline u64 nxia_label_stopped(const struct nxia_identity *from, u64 to)
{
	return from->label & ~from->may_drop & ~to;
}

int nxia_label_flow(const struct nxia_identity *from, u64 to, const char *operation);
int nxia_label_exchange(const struct nxia_identity *from, const struct nxia_identity *to,
			const char *operation);
int nxia_label_other_cred(const struct file *file);
int nxia_label_local_only(const char *operation);
int nxia_label_enter(struct nxia_call *call);

/**
 * nxia_label_file() - may the current task use a file of NXIA?
 * @file: a session, or what stands for a capability
 *
 * Return: 0, or -EACCES if it was opened by a task of another identity.
 */
static inline int nxia_label_file(const struct file *file)
{
	return likely(file->f_cred == current_cred()) ? 0 : nxia_label_other_cred(file);
}

#endif
