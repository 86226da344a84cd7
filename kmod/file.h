/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that stand for a capability.
 */
#ifndef NXIA_FILE_H
#define NXIA_FILE_H

struct file;
struct inode;
struct nxia_cap;

struct file *nxia_file_create(struct nxia_cap *cap);
int nxia_file_release(struct inode *inode, struct file *file);
struct nxia_cap *nxia_file_get_cap(int fd);

#endif
