// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a user holds, and the limits on it.
 *
 * Memory is charged to the cgroup by the allocator; this is about how many
 * things there may be.  A limit that is lowered below what is used refuses new
 * things and takes nothing away.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <kunit/visibility.h>

#include "user.h"

static unsigned long limits[NXIA_CHARGE_MAX] = {
	[NXIA_CHARGE_CAPS] = 65536,
	[NXIA_CHARGE_OBJECTS] = 16384,
	[NXIA_CHARGE_PAGES] = 65536,
};

module_param_named(max_caps, limits[NXIA_CHARGE_CAPS], ulong, 0644);
MODULE_PARM_DESC(max_caps, "Most capabilities of a user");
module_param_named(max_objects, limits[NXIA_CHARGE_OBJECTS], ulong, 0644);
MODULE_PARM_DESC(max_objects, "Most objects of a user");
module_param_named(max_pages, limits[NXIA_CHARGE_PAGES], ulong, 0644);
MODULE_PARM_DESC(max_pages, "Most pages in the channels and regions of a user");

static unsigned long max_depth = 64;
module_param(max_depth, ulong, 0644);
MODULE_PARM_DESC(max_depth, "Most ancestors of a capability when it is derived");

static unsigned long max_children = 65536;
module_param(max_children, ulong, 0644);
MODULE_PARM_DESC(max_children, "Most children of a capability when one is derived");

/* Protects the set of users, and the step of a count from 0 to 1. */
static DEFINE_MUTEX(users_lock);
static DEFINE_XARRAY(users);

/* Returns the account of @uid with a reference, made if need be, or an error. */
struct nxia_user *nxia_user_find(kuid_t uid)
{
	struct nxia_user *user;
	int err;

	guard(mutex)(&users_lock);
	user = xa_load(&users, __kuid_val(uid));
	if (user)
		return nxia_user_get(user);

	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (!user)
		return ERR_PTR(-ENOMEM);
	user->uid = uid;
	refcount_set(&user->refs, 1);
	err = xa_insert(&users, __kuid_val(uid), user, GFP_KERNEL);
	if (err) {
		kfree(user);
		return ERR_PTR(err);
	}
	return user;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_user_find);

struct nxia_user *nxia_user_get(struct nxia_user *user)
{
	refcount_inc(&user->refs);
	return user;
}

void nxia_user_put(struct nxia_user *user)
{
	if (!refcount_dec_and_mutex_lock(&user->refs, &users_lock))
		return;
	xa_erase(&users, __kuid_val(user->uid));
	mutex_unlock(&users_lock);
	kfree(user);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_user_put);

int nxia_user_charge(struct nxia_user *user, enum nxia_charge what, long n)
{
	long used = atomic_long_add_return(n, &user->used[what]);

	if (used <= (long)min_t(unsigned long, nxia_user_limit(what), LONG_MAX))
		return 0;
	atomic_long_sub(n, &user->used[what]);
	return -EDQUOT;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_user_charge);

void nxia_user_uncharge(struct nxia_user *user, enum nxia_charge what, long n)
{
	atomic_long_sub(n, &user->used[what]);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_user_uncharge);

unsigned long nxia_user_limit(enum nxia_charge what)
{
	return READ_ONCE(limits[what]);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_user_limit);

unsigned long nxia_user_max_depth(void)
{
	return READ_ONCE(max_depth);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_user_max_depth);

unsigned long nxia_user_max_children(void)
{
	return READ_ONCE(max_children);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_user_max_children);

/* What is charged to all users together. */
unsigned long nxia_user_total(enum nxia_charge what)
{
	struct nxia_user *user;
	unsigned long uid, total = 0;

	guard(mutex)(&users_lock);
	xa_for_each(&users, uid, user)
		total += atomic_long_read(&user->used[what]);
	return total;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_user_total);
