/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that stand for a capability.
 */
#ifndef NXIA_FILE_H
#define NXIA_FILE_H

#include <linux/mm_types.h>

struct address_space;
struct file;
struct inode;
struct nxia_cap;

struct file *nxia_file_create(struct nxia_cap *cap);
bool nxia_file_is_cap(const struct file *file);
int nxia_file_release(struct inode *inode, struct file *file);
struct nxia_cap *nxia_file_get_cap(int fd);

void nxia_file_init_mapping(struct address_space *mapping);
void nxia_file_set_mapping(struct file *file, struct address_space *mapping);
void nxia_file_set_vma(struct vm_area_struct *vma, vm_flags_t more, vm_flags_t never);

#endif
