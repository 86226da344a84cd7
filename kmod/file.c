// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that stand for a capability.
 *
 * A file holds a reference, so the memory stays; the authority ends with the
 * capability, whose error each operation looks at.
 */
#include <linux/anon_inodes.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <kunit/visibility.h>

#include "cap.h"
#include "compat.h"
#include "file.h"
#include "label.h"
#include "lsm.h"

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

bool nxia_file_is_cap(const struct file *file)
{
	return file->f_op->release == nxia_file_release;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_file_is_cap);

/* May the current task learn what a file says of its capability, which it was handed? */
static int may_take(const struct file *file)
{
	struct nxia_identity opener, caller;

	nxia_lsm_identity(file->f_cred, &opener);
	nxia_lsm_identity(current_cred(), &caller);
	return nxia_label_flow(&opener, caller.label, "IMPORT");
}

/* The capability that @fd stands for, with a reference. */
struct nxia_cap *nxia_file_get_cap(int fd)
{
	struct file *file = fget(fd);
	struct nxia_cap *cap;
	int err = -EBADF;

	if (!file)
		return ERR_PTR(err);
	if (nxia_file_is_cap(file))
		err = may_take(file);
	cap = err ? ERR_PTR(err) : nxia_cap_get(file->private_data);
	fput(file);
	return cap;
}

/*
 * Mappings.  Memory is mapped as bare frame numbers, by fault handlers alone, and all
 * mappings of a holder are found in an address space of its own, to be taken away.
 */

void nxia_file_init_mapping(struct address_space *mapping)
{
	address_space_init_once(mapping);
	mapping->a_ops = &empty_aops;
}

/* All files of a holder share @mapping; the inode is the kernel's. */
void nxia_file_set_mapping(struct file *file, struct address_space *mapping)
{
	mapping->host = file_inode(file);
	file->f_mapping = mapping;
}

/* @vma is of bare frames, has @more flags, and can never get those of @never. */
void nxia_file_set_vma(struct vm_area_struct *vma, vm_flags_t more, vm_flags_t never)
{
	/* VM_MAYx is VM_x << 4, as mprotect() has it too. */
	static_assert(VM_MAYWRITE == VM_WRITE << 4 && VM_MAYEXEC == VM_EXEC << 4);
	vm_flags_mod(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTCOPY | VM_DONTDUMP | more,
		     never << 4);
}
