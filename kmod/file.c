// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that stand for a capability.
 *
 * A file holds a reference, so the memory stays; the authority ends with the
 * capability, whose error each operation looks at.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <kunit/visibility.h>

#include "cap.h"
#include "file.h"

struct file *nxia_file_create(struct nxia_cap *cap)
{
	const struct nxia_object_ops *ops = cap->object->ops;
	struct file *file;

	file = anon_inode_getfile("[nxia]", ops->fops, cap, O_RDWR | O_CLOEXEC);
	if (IS_ERR(file))
		return file;
	nxia_cap_get(cap);
	if (ops->file_ready)
		ops->file_ready(cap, file);
	return file;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_file_create);

int nxia_file_release(struct inode *inode, struct file *file)
{
	nxia_cap_put(file->private_data);
	return 0;
}

/* The capability that @fd stands for, with a reference. */
struct nxia_cap *nxia_file_get_cap(int fd)
{
	struct nxia_cap *cap = ERR_PTR(-EBADF);
	struct file *file = fget(fd);

	if (!file)
		return cap;
	if (file->f_op->release == nxia_file_release)
		cap = nxia_cap_get(file->private_data);
	fput(file);
	return cap;
}
