// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about tasks and what they do to each other. All are called under
 * spinlocks, RCU or with interrupts off at times.
 */
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/string.h>

#include "lsm_ops.h"

#define RULE_TASK	"label of the task"
#define RULE_FOLLOW	"cannot be followed"

static int read_task(const struct nxia_cred *reader,
		     const struct nxia_cred *task, const struct nxia_act *act)
{
	u64 tags = task->label & ~reader->label;

	return tags ? nxia_flow_refused(tags, RULE_TASK, act) : 0;
}

static int write_task(const struct nxia_cred *writer,
		      const struct nxia_cred *task, const struct nxia_act *act)
{
	return nxia_flow_between(writer, task->label, RULE_TASK, act);
}

int nxia_lsm_task_read(struct task_struct *p, const char *operation)
{
	struct nxia_act act = { .operation = operation };

	if (same_thread_group(p, current))
		return 0;
	guard(rcu)();
	return read_task(nxia_cred_get(current_cred()),
			 nxia_cred_get(__task_cred(p)), &act);
}

int nxia_lsm_task_write(struct task_struct *p, const char *operation)
{
	struct nxia_act act = { .operation = operation };

	/* Who was cloned with CLONE_IO shares that one, beyond exec. */
	if (!strcmp(operation, "ioprio_set"))
		return nxia_flow_out(0, RULE_FOLLOW, &act);
	if (same_thread_group(p, current))
		return 0;
	guard(rcu)();
	return write_task(nxia_cred_get(current_cred()),
			  nxia_cred_get(__task_cred(p)), &act);
}

/* To look at a task is to learn from it; to attach is to tell it as well. */
int nxia_lsm_ptrace(const struct nxia_cred *tracer,
		    const struct nxia_cred *tracee, unsigned int mode)
{
	struct nxia_act act = {
		.operation = "ptrace",
		.quiet = mode & PTRACE_MODE_NOAUDIT,
	};
	int err;

	err = read_task(tracer, tracee, &act);
	if (err || !(mode & PTRACE_MODE_ATTACH))
		return err;
	/* Whoever controls a task has its trust, and is as near as that is. */
	if (tracee->flags & ~tracer->flags & NXIA_DOMAIN_AUTHORITY ||
	    tracer->flags & ~tracee->flags & NXIA_DOMAIN_REMOTE)
		return nxia_flow_refused(0, "domain of the task", &act);
	return write_task(tracer, tracee, &act);
}

/* Which signal is information, and with some comes a word more. */
int nxia_lsm_task_kill(struct task_struct *p, struct kernel_siginfo *info,
		       int sig, const struct cred *cred)
{
	struct nxia_act act = { .operation = "kill" };

	if (same_thread_group(p, current))
		return 0;
	cred = cred ?: current_cred();
	guard(rcu)();
	if (!sig)
		return read_task(nxia_cred_get(cred),
				 nxia_cred_get(__task_cred(p)), &act);
	return write_task(nxia_cred_get(cred), nxia_cred_get(__task_cred(p)),
			  &act);
}

int nxia_lsm_task_prlimit(const struct cred *cred, const struct cred *tcred,
			  unsigned int flags)
{
	struct nxia_act act = { .operation = "prlimit" };
	int err = 0;

	if (flags & LSM_PRLIMIT_READ)
		err = read_task(nxia_cred_get(cred), nxia_cred_get(tcred), &act);
	if (!err && flags & LSM_PRLIMIT_WRITE)
		err = write_task(nxia_cred_get(cred), nxia_cred_get(tcred),
				 &act);
	return err;
}

/* The name of a task is told to many who are not asked about. */
int nxia_lsm_task_prctl(int option, unsigned long argument)
{
	struct nxia_act act = { .operation = "prctl" };

	switch (option) {
	case PR_SET_NAME:
		act.target = "PR_SET_NAME";
		return nxia_flow_out(0, RULE_FOLLOW, &act);
	case PR_SET_DUMPABLE:
		act.target = "PR_SET_DUMPABLE";
		return argument ? nxia_flow_out(0, RULE_FOLLOW, &act) : 0;
	}
	return 0;
}

/*
 * What a confined task may do with privileges is what follows the rule in the end:
 * files, tasks, credentials of its own. All others lead to what nobody can follow,
 * from the name of the host to the memory of the kernel.
 */
int nxia_lsm_capable(const struct cred *cred, struct user_namespace *ns,
		     int cap, unsigned int opts)
{
	struct nxia_act act = {
		.operation = "capability",
		.quiet = opts & CAP_OPT_NOAUDIT,
	};
	char text[16];

	switch (cap) {
	case CAP_CHOWN:
	case CAP_DAC_OVERRIDE:
	case CAP_DAC_READ_SEARCH:
	case CAP_FOWNER:
	case CAP_FSETID:
	case CAP_IPC_LOCK:
	case CAP_IPC_OWNER:
	case CAP_KILL:
	case CAP_NET_BIND_SERVICE:
	case CAP_SETFCAP:
	case CAP_SETGID:
	case CAP_SETPCAP:
	case CAP_SETUID:
	case CAP_SYS_CHROOT:
	case CAP_SYS_NICE:
	case CAP_SYS_PTRACE:
	case CAP_SYS_RESOURCE:
		return 0;
	}
	scnprintf(text, sizeof(text), "%d", cap);
	act.target = text;
	return nxia_flow_between(nxia_cred_get(cred), 0, RULE_FOLLOW, &act);
}

int nxia_lsm_refuse(const char *operation, const char *target)
{
	return nxia_flow_out(0, RULE_FOLLOW, &(struct nxia_act){
		.operation = operation, .target = target });
}

int nxia_lsm_binder(const struct cred *from, const struct cred *to)
{
	return nxia_flow_between(nxia_cred_get(from), nxia_cred_get(to)->label,
				 RULE_TASK, &(struct nxia_act){
					.operation = "binder" });
}

/*
 * Once policy is sealed root is one of those whom it binds, so nobody looks into
 * the kernel, nor changes it.
 */
int nxia_lsm_locked_down(int what)
{
	switch (what) {
	case LOCKDOWN_MODULE_SIGNATURE:
	case LOCKDOWN_DEV_MEM:
	case LOCKDOWN_KEXEC:
	case LOCKDOWN_HIBERNATION:
	case LOCKDOWN_PCI_ACCESS:
	case LOCKDOWN_IOPORT:
	case LOCKDOWN_MSR:
	case LOCKDOWN_ACPI_TABLES:
	case LOCKDOWN_MMIOTRACE:
	case LOCKDOWN_BPF_WRITE_USER:
	case LOCKDOWN_DBG_WRITE_KERNEL:
	case LOCKDOWN_KCORE:
	case LOCKDOWN_KPROBES:
	case LOCKDOWN_BPF_READ_KERNEL:
	case LOCKDOWN_DBG_READ_KERNEL:
	case LOCKDOWN_PERF:
	case LOCKDOWN_TRACEFS:
		return nxia_flow_refused(0, "sealed", &(struct nxia_act){
			.operation = "kernel access", .quiet = true });
	}
	return 0;
}
