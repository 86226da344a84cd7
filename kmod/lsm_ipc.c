// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about SysV IPC and keys. The operations on SysV objects are called
 * under RCU and spinlocks.
 */
#include <linux/ipc.h>
#include <linux/key.h>
#include <linux/key-type.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "lsm_ops.h"

#define RULE_OBJECT	"label of the object"

/* All who are in the namespace can try keys: it is like an open directory. */
int nxia_lsm_ipc_create(struct kern_ipc_perm *perm)
{
	if (perm->key == IPC_PRIVATE)
		return 0;
	return nxia_flow_out(0, "SysV key",
			     &(struct nxia_act){ .operation = "create IPC" });
}

int nxia_lsm_ipc_permission(struct kern_ipc_perm *ipcp, short flag)
{
	struct nxia_act act = { .operation = "use IPC" };
	u64 label = nxia_ipc_label(ipcp);
	int err = 0;

	if (flag & 0444 || !(flag & 0222))
		err = nxia_flow_in(label, RULE_OBJECT, &act);
	if (!err && flag & 0222)
		err = nxia_flow_out(label, RULE_OBJECT, &act);
	return err;
}

/* The sender may be the one who hands a message to a task that waits. */
int nxia_lsm_ipc_receive(struct kern_ipc_perm *perm, struct task_struct *target)
{
	struct nxia_act act = { .operation = "msgrcv" };
	u64 label = nxia_ipc_label(perm), tags;
	const struct nxia_cred *cred;

	guard(rcu)();
	cred = nxia_cred_get(__task_cred(target));
	tags = label & ~cred->label;
	if (tags)
		return nxia_flow_refused(tags, RULE_OBJECT, &act);
	return nxia_flow_between(cred, label, RULE_OBJECT, &act);
}

int nxia_lsm_ipc_show(struct kern_ipc_perm *ipcp)
{
	return nxia_flow_in(nxia_ipc_label(ipcp), RULE_OBJECT,
			    &(struct nxia_act){ .quiet = true });
}

/*
 * Keys. A program of the system answers for a key that is missing: it is told what
 * is looked for, by a key of this type.
 */
int nxia_lsm_key_create(struct key *key)
{
	struct nxia_act act = { .operation = "request_key" };

	if (strcmp(key->type->name, ".request_key_auth"))
		return 0;
	return nxia_flow_out(0, "cannot be followed", &act);
}

int nxia_lsm_key_permission(struct key *key, unsigned int need)
{
	struct nxia_act act = { .operation = "use key" };

	switch (need) {
	case KEY_DEFER_PERM_CHECK:
		return 0;
	case KEY_NEED_VIEW:
	case KEY_NEED_READ:
	case KEY_NEED_SEARCH:
	case KEY_NEED_LINK:
	case KEY_NEED_UNLINK:
		act.quiet = need == KEY_NEED_VIEW || need == KEY_NEED_SEARCH;
		return nxia_flow_in(nxia_key_label(key), RULE_OBJECT, &act);
	}
	return nxia_flow_in(nxia_key_label(key), RULE_OBJECT, &act) ?:
	       nxia_flow_out(nxia_key_label(key), RULE_OBJECT, &act);
}
