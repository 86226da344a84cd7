// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry: the one endpoint to which every session may be introduced.
 */
#include <linux/spinlock.h>

#include "call.h"
#include "cap.h"
#include "label.h"
#include "registry.h"
#include "session.h"

/*
 * The capability with which it was created, or NULL.  Not a reference: it is
 * forgotten when it dies, before its last reference goes.
 */
static struct nxia_cap *registry;
static DEFINE_SPINLOCK(registry_lock);

/* Makes @cap, which is not visible to anyone yet, the registry's. */
int nxia_registry_claim(struct nxia_cap *cap)
{
	bool free;

	spin_lock(&registry_lock);
	free = !registry;
	if (free)
		WRITE_ONCE(registry, cap);
	spin_unlock(&registry_lock);
	return free ? 0 : -EBUSY;
}

/* @cap has died. */
void nxia_registry_forget(struct nxia_cap *cap)
{
	spin_lock(&registry_lock);
	if (registry == cap)
		WRITE_ONCE(registry, NULL);
	spin_unlock(&registry_lock);
}

bool nxia_registry_exists(void)
{
	return READ_ONCE(registry);
}

static struct nxia_cap *registry_get(void)
{
	struct nxia_cap *cap;

	spin_lock(&registry_lock);
	cap = registry ? nxia_cap_get(registry) : NULL;
	spin_unlock(&registry_lock);
	return cap;
}

int nxia_registry_bootstrap(struct nxia_call *call)
{
	struct nxia_bootstrap *arg = &call->arg.bootstrap;
	u64 rights = NXIA_RIGHT_CONNECT;
	struct nxia_cap *parent, *cap;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	parent = registry_get();
	if (!parent)
		return -ENXIO;
	if (call->session->remote)
		rights |= NXIA_RIGHT_REMOTE;
	if (rights & ~parent->rights & NXIA_RIGHT_REMOTE) {
		nxia_cap_put(parent);
		return nxia_label_local_only("BOOTSTRAP");
	}
	cap = nxia_cap_derive(parent, call->session->user, rights, 0);
	nxia_cap_put(parent);
	if (IS_ERR(cap))
		return PTR_ERR(cap) == -EDQUOT || PTR_ERR(cap) == -ENOMEM ?
			       PTR_ERR(cap) : -ENXIO;
	return nxia_call_give(call, cap, &arg->handle);
}
