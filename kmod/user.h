/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a user holds, and the limits on it.
 */
#ifndef NXIA_USER_H
#define NXIA_USER_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/uidgid.h>

enum nxia_charge {
	NXIA_CHARGE_CAPS,
	NXIA_CHARGE_OBJECTS,
	NXIA_CHARGE_PAGES,
	NXIA_CHARGE_MAX,
};

/**
 * struct nxia_user - account of one user
 * @uid: the user, the same for all of its sessions
 * @refs: one for each session, object and capability that is charged here
 * @used: what is charged now
 */
struct nxia_user {
	kuid_t uid;
	refcount_t refs;
	atomic_long_t used[NXIA_CHARGE_MAX];
};

struct nxia_user *nxia_user_find(kuid_t uid);
struct nxia_user *nxia_user_get(struct nxia_user *user);
void nxia_user_put(struct nxia_user *user);

int nxia_user_charge(struct nxia_user *user, enum nxia_charge what, long n);
void nxia_user_uncharge(struct nxia_user *user, enum nxia_charge what, long n);

unsigned long nxia_user_limit(enum nxia_charge what);
unsigned long nxia_user_max_depth(void);
unsigned long nxia_user_max_children(void);
unsigned long nxia_user_total(enum nxia_charge what);

#endif
