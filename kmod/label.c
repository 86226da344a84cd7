// SPDX-License-Identifier: GPL-2.0-only
/*
 * Labels at NXIA's own objects.
 *
 * A session and the files of its capabilities are for tasks of one identity: what a
 * task can do with them is decided by what is in its credentials, so one that has
 * others cannot use what it inherited or was handed.  Channels carry information both
 * ways, and regions have the label of who made them.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/string.h>

#include "audit.h"
#include "call.h"
#include "label.h"
#include "lsm.h"
#include "policy.h"

static int refuse(const char *operation, const char *rule, u64 tags, int error)
{
	nxia_audit(&(struct nxia_audit_event) {
		.kind = NXIA_AUDIT_DENIED,
		.operation = operation,
		.target = "/dev/nxia",
		.rule = rule,
		.tags = tags,
		.error = error,
	});
	return -error;
}

/**
 * nxia_label_flow() - may information of @from come to what has label @to?
 * @from: who has it
 * @to: the label of where it would go
 * @operation: what is tried, for the audit trail
 *
 * Return: 0, or -EACCES.
 */
int nxia_label_flow(const struct nxia_identity *from, u64 to, const char *operation)
{
	u64 stopped = nxia_label_stopped(from, to);

	return likely(!stopped) ? 0 : refuse(operation, "label", stopped, EACCES);
}

/**
 * nxia_label_exchange() - may information flow between two, both ways?
 * @from: one
 * @to: the other
 * @operation: what is tried, for the audit trail
 *
 * Return: 0, or -EACCES.
 */
int nxia_label_exchange(const struct nxia_identity *from, const struct nxia_identity *to,
			const char *operation)
{
	return nxia_label_flow(from, to->label, operation) ?:
	       nxia_label_flow(to, from->label, operation);
}

/* Do the credentials of two files or tasks allow the same to whoever has them? */
static bool same(const struct nxia_identity *one, const struct nxia_identity *other)
{
	return one->label == other->label && one->may_drop == other->may_drop &&
	       one->flags == other->flags;
}

/* nxia_label_file() for a task with other credentials, which may be as good. */
int nxia_label_other_cred(const struct file *file)
{
	struct nxia_identity opener, caller;

	nxia_lsm_identity(file->f_cred, &opener);
	nxia_lsm_identity(current_cred(), &caller);
	if (same(&opener, &caller))
		return 0;
	return refuse("use", "opened in another domain", opener.label ^ caller.label, EACCES);
}

/**
 * nxia_label_local_only() - a capability without REMOTE does not come to a remote domain
 * @operation: what is tried, for the audit trail
 *
 * Return: -EPERM.
 */
int nxia_label_local_only(const char *operation)
{
	return refuse(operation, "local-only", 0, EPERM);
}

/* Asks for a domain; policy is asked once more when the program is executed. */
static int enter(const char *name, size_t length)
{
	struct nxia_identity caller;
	struct nxia_domain domain;
	int err;

	err = nxia_policy_find(name, length, &domain);
	if (err)
		return err;
	nxia_lsm_identity(current_cred(), &caller);
	if (!nxia_policy_may_enter(caller.domain, domain.id) &&
	    (nxia_policy_sealed() || !capable(CAP_MAC_ADMIN)))
		return refuse("enter", "no rule lets the domain enter", 0, EPERM);
	return nxia_lsm_enter(domain.id);
}

/* NXIA_IOC_ENTER */
int nxia_label_enter(struct nxia_call *call)
{
	struct nxia_enter *arg = &call->arg.enter;
	size_t length = strnlen(arg->domain, sizeof(arg->domain));

	if (arg->flags || arg->reserved || length == sizeof(arg->domain))
		return -EINVAL;
	if (!nxia_lsm_enforcing())
		return length ? -EOPNOTSUPP : 0;
	return length ? enter(arg->domain, length) : nxia_lsm_enter(0);
}
