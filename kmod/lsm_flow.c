// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rule. Information at A may flow to B if and only if
 *
 *	(label(A) & ~may_drop(A)) is a subset of label(B).
 *
 * The operations say which A and B each hook is about. What is refused is told to
 * the audit trail here.
 */
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>

#include "audit.h"
#include "lsm_ops.h"

#define TARGET_SIZE	128

static const char *name_target(const struct nxia_act *act, char *text)
{
	struct dentry *alias = NULL, *dentry = act->dentry;
	const char *name = act->target;

	if (act->path)
		name = d_path(act->path, text, TARGET_SIZE);
	else if (!dentry && act->inode)
		alias = d_find_any_alias(act->inode);
	dentry = dentry ?: alias;
	if (!act->path && dentry)
		name = dentry_path_raw(dentry, text, TARGET_SIZE);
	/* Too long for the record: the last part has to do. */
	if (IS_ERR(name)) {
		if (act->path)
			dentry = act->path->dentry;
		scnprintf(text, TARGET_SIZE, "%pd", dentry);
		name = text;
	}
	dput(alias);
	return name;
}

/**
 * nxia_flow_refused() - refuse, and tell the audit trail
 * @tags: those that may not flow
 * @rule: what forbids it
 * @act: what the current task tried
 */
int nxia_flow_refused(u64 tags, const char *rule, const struct nxia_act *act)
{
	struct nxia_audit_event event = {
		.kind = NXIA_AUDIT_DENIED,
		.operation = act->operation,
		.rule = rule,
		.tags = tags,
		.error = EPERM,
	};
	char text[TARGET_SIZE];

	if (act->quiet)
		return -EPERM;
	event.target = name_target(act, text);
	nxia_audit(&event);
	return -EPERM;
}

/**
 * nxia_flow_between() - the rule
 * @from: a task that information is from
 * @to: label of what it goes to
 * @rule: what forbids it, if it is forbidden
 * @act: what the current task tries
 */
int nxia_flow_between(const struct nxia_cred *from, u64 to, const char *rule,
		      const struct nxia_act *act)
{
	u64 tags = from->label & ~from->may_drop & ~to;

	return tags ? nxia_flow_refused(tags, rule, act) : 0;
}

/**
 * nxia_flow_in() - may the current task learn something?
 * @from: label of that
 * @rule: what forbids it, if it is forbidden
 * @act: what the task tries
 *
 * Whatever credentials it uses for that, it is the task that learns it.
 */
int nxia_flow_in(u64 from, const char *rule, const struct nxia_act *act)
{
	u64 tags = from & ~nxia_cred_get(current_real_cred())->label;

	return tags ? nxia_flow_refused(tags, rule, act) : 0;
}

/**
 * nxia_flow_out() - may the current task tell something?
 * @to: label of what it tells
 * @rule: what forbids it, if it is forbidden
 * @act: what the task tries
 */
int nxia_flow_out(u64 to, const char *rule, const struct nxia_act *act)
{
	return nxia_flow_between(nxia_cred_get(current_cred()), to, rule, act);
}

/**
 * nxia_flow_sink() - may the current task tell a sink?
 * @sink: which
 * @label: of the object that stands for the sink
 * @act: what the task tries
 */
int nxia_flow_sink(enum nxia_sink sink, u64 label, const struct nxia_act *act)
{
	static const char *const rules[NXIA_SINKS] = {
		[NXIA_SINK_NET] = "sink net",
		[NXIA_SINK_LOOPBACK] = "sink loopback",
		[NXIA_SINK_VSOCK] = "sink vsock",
		[NXIA_SINK_HOSTFS] = "sink hostfs",
		[NXIA_SINK_DISK] = "sink disk",
		[NXIA_SINK_TTY] = "sink tty",
	};

	return nxia_flow_out(label | nxia_policy_sink(sink), rules[sink], act);
}

/**
 * nxia_flow_confined() - tags that the current task may not tell everybody
 */
u64 nxia_flow_confined(void)
{
	const struct nxia_cred *cred = nxia_cred_get(current_cred());

	return cred->label & ~cred->may_drop;
}
