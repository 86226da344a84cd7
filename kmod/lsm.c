// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about labelled tasks, for the LSM shim of the kernel.
 *
 * There is one rule. Information at A may flow to B if and only if
 *
 *	(label(A) & ~may_drop(A)) is a subset of label(B).
 *
 * The operations say which A and B each hook is about. The shim asks only about
 * labelled tasks.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cred.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/nxia_lsm.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/socket.h>

#include "lsm.h"

/* What policy lets out of the machine: nothing, as there is no policy yet. */
#define NXIA_SINK_LABEL	0ULL

static bool enforcing;

static int check_flow(const struct nxia_cred *from, u64 to)
{
	return from->label & ~from->may_drop & ~to ? -EPERM : 0;
}

/* A program runs with the label of who executes it, so nothing flows. */
static int check_exec(struct linux_binprm *bprm)
{
	return 0;
}

/* To look at a task is to learn from it; to attach is to tell it as well. */
static int check_ptrace(const struct nxia_cred *tracer,
			const struct nxia_cred *tracee, unsigned int mode)
{
	int err;

	err = check_flow(tracee, tracer->label);
	if (err || !(mode & PTRACE_MODE_ATTACH))
		return err;
	return check_flow(tracer, tracee->label);
}

/*
 * A Unix socket leads to another task of this machine, all others are sinks.
 * The family of the socket counts: that of the address is what the task claims.
 */
static int check_connect(struct socket *sock, const struct sockaddr *address,
			 int addrlen)
{
	if (READ_ONCE(sock->ops)->family == AF_UNIX)
		return 0;
	return check_flow(nxia_cred_get(current_cred()), NXIA_SINK_LABEL);
}

static const struct nxia_lsm_ops nxia_ops = {
	.abi = NXIA_LSM_ABI,
	.size = sizeof(struct nxia_lsm_ops),
	.exec = check_exec,
	.ptrace = check_ptrace,
	.socket_connect = check_connect,
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
 * nxia_lsm_identity() - what the current task's credentials say of it
 * @label: out: its tags
 * @domain: out: its domain, 0 if it has none
 */
void nxia_lsm_identity(u64 *label, u32 *domain)
{
	const struct nxia_cred *cred = nxia_cred_get(current_cred());

	*label = cred->label;
	*domain = cred->domain;
}
