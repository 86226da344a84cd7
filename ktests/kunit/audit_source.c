// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the selftests only: events for the audit trail, as fast as they can be made.
 *
 * A file in debugfs, nxia_audit/emit, takes "COUNT KIND [LOCKED]" and tells of so
 * many events of that kind (enum nxia_audit_kind) in the name of who writes it; if
 * LOCKED is not 0, under a spin lock with interrupts off.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include "audit.h"
#include "compat.h"

static struct dentry *directory;
static DEFINE_SPINLOCK(emit_lock);

static void emit(unsigned int kind, bool locked)
{
	const struct nxia_audit_event event = {
		.kind = kind,
		.operation = "test",
		.target = "nothing",
		.rule = "a rule",
		.tags = BIT_ULL(63),
		.error = -EPERM,
	};
	unsigned long flags;

	if (!locked) {
		nxia_audit(&event);
		return;
	}
	spin_lock_irqsave(&emit_lock, flags);
	nxia_audit(&event);
	spin_unlock_irqrestore(&emit_lock, flags);
}

static ssize_t emit_write(struct file *file, const char __user *text,
			  size_t length, loff_t *offset)
{
	unsigned int count, kind, locked = 0;
	char line[64] = "";

	if (length >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, length))
		return -EFAULT;
	if (sscanf(line, "%u %u %u", &count, &kind, &locked) < 2)
		return -EINVAL;
	for (; count; count--) {
		emit(kind, locked);
		cond_resched();
	}
	return length;
}

static const struct file_operations emit_fops = {
	.owner = THIS_MODULE,
	.write = emit_write,
};

static int __init audit_source_init(void)
{
	directory = debugfs_create_dir("nxia_audit", NULL);
	debugfs_create_file("emit", 0200, directory, NULL, &emit_fops);
	return PTR_ERR_OR_ZERO(directory);
}

static void __exit audit_source_exit(void)
{
	debugfs_remove(directory);
}

module_init(audit_source_init);
module_exit(audit_source_exit);

MODULE_DESCRIPTION("Makes audit events for the selftests of NXIA");
MODULE_AUTHOR("NXIA maintainers");
MODULE_LICENSE("GPL");
NXIA_IMPORT_KUNIT();
