// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about what is labelled, for the LSM shim of the kernel: exec, which alone
 * changes the label of a task, and the table of all others.
 *
 * The shim asks only if something labelled is involved.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/binfmts.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/security.h>
#include <linux/string.h>

#include "lsm.h"
#include "lsm_ops.h"

static bool enforcing;

/*
 * Exec
 */

static int find_domain(u32 id, struct nxia_domain *domain)
{
	char name[NXIA_NAME_MAX];

	nxia_policy_domain_name(id, name);
	return nxia_policy_find(name, strlen(name), domain);
}

/* The program says where it has to run; otherwise the task may ask. */
static int choose_domain(const struct nxia_cred *old, u32 request, u32 program,
			 u32 *to, const struct nxia_act *act)
{
	*to = program ?: request ?: old->domain;
	if (program && request && program != request)
		return nxia_flow_refused(0, "domain of the program", act);
	if (*to == old->domain || (program && !old->domain) ||
	    nxia_policy_may_enter(old->domain, *to))
		return 0;
	if (!program && !nxia_policy_sealed() && !nxia_flow_confined() &&
	    capable(CAP_MAC_ADMIN))
		return 0;
	return nxia_flow_refused(0, "enter", act);
}

/* What the domain says, of which a task that stays in it loses nothing. */
static int new_cred(const struct nxia_cred *old, u32 to, struct nxia_cred *new,
		    const struct nxia_act *act)
{
	struct nxia_domain domain;

	*new = *old;
	if (!to)
		return 0;
	if (find_domain(to, &domain)) {
		/* One that policy does not have any more: as before, and no trust. */
		new->may_drop = 0;
		new->flags &= ~NXIA_DOMAIN_AUTHORITY;
		return to == old->domain ? 0 : nxia_flow_refused(0, "enter", act);
	}
	new->domain = domain.id;
	new->label = domain.label;
	new->may_drop = domain.may_drop;
	new->flags = domain.flags;
	if (to == old->domain)
		new->label |= old->label & ~old->may_drop;
	return 0;
}

/* Under someone's control a task that stays in its domain gets no more of it. */
static void keep_less(const struct nxia_cred *old, struct nxia_cred *new)
{
	new->label |= old->label;
	new->may_drop &= old->may_drop;
	new->flags |= old->flags & NXIA_DOMAIN_REMOTE;
	new->flags &= old->flags | ~NXIA_DOMAIN_AUTHORITY;
}

/* The interpreter opens a script again, by a name: who knows what is there then. */
static bool is_script(struct file *file)
{
	char start[2];
	loff_t position = 0;

	return kernel_read(file, start, sizeof(start), &position) != sizeof(start) ||
	       !memcmp(start, "#!", sizeof(start));
}

/* Under someone's control a task can only lose. */
static bool gains(const struct nxia_cred *old, const struct nxia_cred *new)
{
	return old->label & ~new->label || new->may_drop & ~old->may_drop ||
	       new->flags & ~old->flags & NXIA_DOMAIN_AUTHORITY ||
	       old->flags & ~new->flags & NXIA_DOMAIN_REMOTE;
}

static int check_tracer(const struct nxia_cred *new)
{
	struct task_struct *tracer;

	guard(rcu)();
	tracer = ptrace_parent(current);
	if (!tracer)
		return 0;
	return nxia_lsm_ptrace(nxia_cred_get(__task_cred(tracer)), new,
			       PTRACE_MODE_ATTACH);
}

static int check_unsafe(const struct linux_binprm *bprm,
			const struct nxia_cred *old, const struct nxia_cred *new,
			const struct nxia_act *act)
{
	if (old->domain != new->domain && bprm->unsafe & LSM_UNSAFE_SHARE)
		return nxia_flow_refused(0, "shared directories", act);
	if (bprm->unsafe && gains(old, new))
		return nxia_flow_refused(0, "no new privileges", act);
	return bprm->unsafe & LSM_UNSAFE_PTRACE ? check_tracer(new) : 0;
}

int nxia_lsm_exec(struct linux_binprm *bprm, u32 request, u32 program)
{
	const struct nxia_cred *old = nxia_cred_get(current_cred());
	struct nxia_act act = {
		.operation = "exec",
		.path = &bprm->file->f_path,
	};
	struct nxia_cred new;
	int err;
	u32 to;

	err = choose_domain(old, request, program, &to, &act);
	if (!err)
		err = new_cred(old, to, &new, &act);
	if (!err && to == old->domain && bprm->unsafe)
		keep_less(old, &new);
	if (err || !memcmp(old, &new, sizeof(new)))
		return err;
	/* The arguments and the environment are from the task that was. */
	err = nxia_flow_between(old, new.label, "label of the domain", &act);
	if (!err)
		err = check_unsafe(bprm, old, &new, &act);
	if (!err && program && gains(old, &new) && is_script(bprm->file))
		err = nxia_flow_refused(0, "script", &act);
	if (!err)
		err = nxia_cred_set(bprm->cred, &new);
	if (!err)
		bprm->secureexec = 1;
	return err;
}

static const struct nxia_lsm_ops nxia_ops = {
	.abi = NXIA_LSM_ABI,
	.size = sizeof(struct nxia_lsm_ops),
#define NXIA_HOOK(hook, involved, params, args) .hook = nxia_lsm_##hook,
#define NXIA_OP(hook, involved, params, args) .hook = nxia_lsm_##hook,
#include <linux/nxia_lsm_hooks.h>
#undef NXIA_HOOK
#undef NXIA_OP
};

/**
 * nxia_lsm_start() - decide about labelled tasks from now on
 *
 * A kernel that has the shim but was booted without it is no error: labels then
 * bind at NXIA's own objects only, as on a kernel that lacks it.
 *
 * Return: 0, or -EPROTO if kernel and module do not fit together, or -EBUSY if
 * another module decides already.
 */
int nxia_lsm_start(void)
{
	int err;

	err = nxia_lsm_register(&nxia_ops, THIS_MODULE);
	enforcing = !err;
	if (err == -EOPNOTSUPP) {
		pr_notice("not in the kernel's list of LSMs (lsm=), labels bind at NXIA's objects only\n");
		return 0;
	}
	if (err == -EPROTO)
		pr_err("the kernel's NXIA LSM is not version %d, rebuild the module for this kernel\n",
		       NXIA_LSM_ABI);
	return err;
}

/**
 * nxia_lsm_stop() - leave labelled tasks to the shim, which refuses
 *
 * Waits until no task executes an operation of this module.
 */
void nxia_lsm_stop(void)
{
	if (enforcing)
		WARN_ON(nxia_lsm_unregister(&nxia_ops));
	enforcing = false;
}

/**
 * nxia_lsm_keep() - have decisions taken by this module until the next boot
 *
 * Return: 0, or -EOPNOTSUPP if the kernel was booted without the shim, or -EBUSY
 * if the module is being unloaded.
 */
int nxia_lsm_keep(void)
{
	return enforcing ? nxia_lsm_seal() : -EOPNOTSUPP;
}

/**
 * nxia_lsm_enforcing() - do labels bind beyond NXIA's own objects?
 */
bool nxia_lsm_enforcing(void)
{
	return enforcing;
}

/**
 * nxia_lsm_identity() - what credentials say of the task that has them
 * @cred: the credentials
 * @identity: out
 */
void nxia_lsm_identity(const struct cred *cred, struct nxia_identity *identity)
{
	const struct nxia_cred *blob = nxia_cred_get(cred);

	*identity = (struct nxia_identity) {
		.label = blob->label,
		.may_drop = blob->may_drop,
		.domain = blob->domain,
		.flags = blob->flags,
	};
}

/**
 * nxia_lsm_enter() - ask for a domain at the current task's next exec
 * @domain: its number; 0 takes the request back
 *
 * Return: 0, or -EOPNOTSUPP if the LSM cannot.
 */
int nxia_lsm_enter(u32 domain)
{
	return nxia_lsm_next_domain(domain);
}
