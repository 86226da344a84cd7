// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the selftests only: lets root give its own process a label.
 *
 * In place of the policy that labels a task at exec. Two files in debugfs:
 *
 *  nxia_label/self	"LABEL MAY_DROP [FLAGS]", in hexadecimal, for who writes it
 *  nxia_label/seal	anything seals what is registered until the next boot
 */
#include <linux/cred.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/nxia_lsm.h>
#include <linux/uaccess.h>

static struct dentry *directory;

static int label_current(const struct nxia_cred *value)
{
	struct cred *cred = prepare_creds();
	int err;

	if (!cred)
		return -ENOMEM;
	err = nxia_cred_set(cred, value);
	if (err) {
		abort_creds(cred);
		return err;
	}
	return commit_creds(cred);
}

static ssize_t self_write(struct file *file, const char __user *text,
			  size_t length, loff_t *offset)
{
	struct nxia_cred value = {};
	char line[64] = "";
	int err;

	if (length >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, length))
		return -EFAULT;
	if (sscanf(line, "%llx %llx %x", &value.label, &value.may_drop, &value.flags) < 2)
		return -EINVAL;
	err = label_current(&value);
	return err ?: length;
}

static ssize_t seal_write(struct file *file, const char __user *text,
			  size_t length, loff_t *offset)
{
	int err = nxia_lsm_seal();

	return err ?: length;
}

static const struct file_operations self_fops = {
	.owner = THIS_MODULE,
	.write = self_write,
};

static const struct file_operations seal_fops = {
	.owner = THIS_MODULE,
	.write = seal_write,
};

static int __init lsm_label_init(void)
{
	directory = debugfs_create_dir("nxia_label", NULL);
	debugfs_create_file("self", 0200, directory, NULL, &self_fops);
	debugfs_create_file("seal", 0200, directory, NULL, &seal_fops);
	return PTR_ERR_OR_ZERO(directory);
}

static void __exit lsm_label_exit(void)
{
	debugfs_remove(directory);
}

module_init(lsm_label_init);
module_exit(lsm_label_exit);

MODULE_DESCRIPTION("Labels processes for the selftests of NXIA's LSM");
MODULE_AUTHOR("NXIA maintainers");
MODULE_LICENSE("GPL");
