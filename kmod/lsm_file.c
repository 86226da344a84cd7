// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about open files.
 *
 * An open file is two objects: what it leads to, and itself. All who share it see
 * its offset and its flags, so it has the label of who opened it.
 */
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/fiemap.h>
#include <linux/filelock.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <linux/string.h>

#include "file.h"
#include "lsm_ops.h"
#include "session.h"

#define RULE_SHARED	"label of who opened it"
#define RULE_FOLLOW	"cannot be followed"

static bool is_anonymous(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC;
}

/* Sessions, channels and regions have labels, and rules, of their own. */
static bool is_ours(const struct file *file)
{
	return nxia_session_is_file(file) || nxia_file_is_cap(file);
}

static bool is_neutral(const struct file *file)
{
	return is_ours(file) || nxia_inode_neutral(file_inode(file));
}

static int read_file(struct file *file, const struct nxia_act *act)
{
	if (is_neutral(file))
		return 0;
	if (is_anonymous(file))
		return nxia_flow_in(nxia_file_label(file), RULE_SHARED, act);
	return nxia_inode_read(file_inode(file), act);
}

static int write_file(struct file *file, const struct nxia_act *act)
{
	if (is_neutral(file))
		return 0;
	if (is_anonymous(file))
		return nxia_flow_out(nxia_file_label(file), RULE_SHARED, act);
	return nxia_inode_write(file_inode(file), act);
}

static int write_description(const struct file *file,
			     const struct nxia_act *act)
{
	if (is_neutral(file) && !is_ours(file))
		return 0;
	return nxia_flow_out(nxia_cred_get(file->f_cred)->label, RULE_SHARED, act);
}

/* Who holds a lease is told of an open before that is allowed. */
static bool is_leased(const struct file *file)
{
	struct file_lock_context *context;

	context = locks_inode_context(file_inode(file));
	return context && !list_empty_careful(&context->flc_lease);
}

/* Devices and queues are not only read: somebody sees what was taken, or by whom. */
static bool is_read_by_writing(const struct file *file)
{
	return S_ISCHR(file_inode(file)->i_mode) ||
	       S_ISBLK(file_inode(file)->i_mode) ||
	       !strcmp(file_inode(file)->i_sb->s_type->name, "mqueue");
}

/* Once it is there, it can do all that it was opened for. */
static int use_file(struct file *file, const struct nxia_act *act)
{
	int err = 0;

	if (file->f_mode & FMODE_READ || !(file->f_mode & FMODE_WRITE))
		err = read_file(file, act);
	if (!err && (file->f_mode & FMODE_WRITE || is_read_by_writing(file)))
		err = write_file(file, act);
	return err;
}

int nxia_lsm_file_open(struct file *file)
{
	struct nxia_act act = { .operation = "open", .path = &file->f_path };
	int err = use_file(file, &act);

	return err || !is_leased(file) ? err : write_file(file, &act);
}

int nxia_lsm_file_permission(struct file *file, int mask)
{
	struct nxia_act act = { .path = &file->f_path };
	int err = 0;

	if (mask & (MAY_READ | MAY_EXEC)) {
		act.operation = "read";
		err = read_file(file, &act);
	}
	if (!err && mask & (MAY_WRITE | MAY_APPEND)) {
		act.operation = "write";
		err = write_file(file, &act);
	}
	return err;
}

int nxia_lsm_file_receive(struct file *file)
{
	struct nxia_act act = { .operation = "receive", .path = &file->f_path };
	const struct nxia_cred *maker = nxia_cred_get(file->f_cred);

	if (is_neutral(file) && !is_ours(file))
		return 0;
	if (file->f_mode & FMODE_PATH)
		return nxia_inode_read(file_inode(file), &act);
	return nxia_flow_in(maker->label & ~maker->may_drop, RULE_SHARED, &act) ?:
	       write_description(file, &act) ?: use_file(file, &act);
}

/* Things that a second open leads to as well, without anybody's help. */
static bool can_reopen(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode) ||
	       inode->i_sb->s_magic == PIPEFS_MAGIC;
}

/*
 * Asked on the way back from an exec into other credentials: first under the lock
 * of the table of files, then, to @tell, without.
 */
int nxia_lsm_file_inherit(struct file *file, bool tell)
{
	struct nxia_act act = {
		.operation = "inherit",
		.path = &file->f_path,
		.quiet = !tell,
	};
	const struct nxia_cred *me = nxia_cred_get(current_cred());
	u64 shared;

	if (is_neutral(file) && !is_ours(file))
		return 0;
	if (!(file->f_mode & FMODE_WRITE) && nxia_file_label(file) & ~me->label)
		return nxia_flow_refused(nxia_file_label(file) & ~me->label,
					 RULE_SHARED, &act);
	/* It leads to a name, and has nothing that one could change. */
	if (file->f_mode & FMODE_PATH)
		return 0;

	shared = me->label & ~me->may_drop &
		 ~nxia_cred_get(file->f_cred)->label;
	if (shared && (file->f_mode & FMODE_WRITE ||
		       is_ours(file) || !can_reopen(file_inode(file))))
		return nxia_flow_refused(shared, RULE_SHARED, &act);
	return use_file(file, &act) ?: !!shared;
}

/* To ask, not to change. All others can do anything. */
static bool is_question(unsigned int cmd)
{
	switch (cmd) {
	case FIBMAP:
	case FIGETBSZ:
	case FIONREAD:
	case FS_IOC_FIEMAP:
	case FS_IOC_FSGETXATTR:
	case FS_IOC_GETFLAGS:
	case FS_IOC_GETFSLABEL:
	case FS_IOC_GETVERSION:
	case FS_IOC_GET_ENCRYPTION_KEY_STATUS:
	case FS_IOC_GET_ENCRYPTION_POLICY:
	case FS_IOC_GET_ENCRYPTION_POLICY_EX:
	case TCGETS:
	case TIOCGPGRP:
	case TIOCGSID:
	case TIOCGWINSZ:
		return true;
	}
	return false;
}

/* It gets signals when others do something, under their names and not its own. */
static int refuse_owner(const struct nxia_act *act)
{
	return nxia_flow_out(0, RULE_FOLLOW, act);
}

int nxia_lsm_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct nxia_act act = { .operation = "ioctl", .path = &file->f_path };

	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		return 0;
	case FIOASYNC:
	case FIONBIO:
		return write_description(file, &act);
	}
	if (cmd == FIOSETOWN || cmd == SIOCSPGRP)
		return refuse_owner(&act);
	if (is_question(cmd))
		return read_file(file, &act);
	return read_file(file, &act) ?: write_file(file, &act);
}

int nxia_lsm_file_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct nxia_act act = { .operation = "fcntl", .path = &file->f_path };

	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_GETFD:
	case F_SETFD:
		return 0;
	case F_GETFL:
	case F_GETLEASE:
	case F_GETOWN:
	case F_GETOWN_EX:
	case F_GETOWNER_UIDS:
	case F_GETSIG:
	case F_GETLK:
	case F_GETPIPE_SZ:
	case F_GET_FILE_RW_HINT:
	case F_GET_RW_HINT:
	case F_GET_SEALS:
	case F_OFD_GETLK:
		return read_file(file, &act);
	case F_SETFL:
	case F_SETSIG:
		return write_description(file, &act);
	case F_SETOWN:
		if (!arg || (pid_t)arg == task_tgid_vnr(current))
			return write_description(file, &act);
		return refuse_owner(&act);
	case F_SETOWN_EX:
		return refuse_owner(&act);
	}
	return write_file(file, &act);
}

int nxia_lsm_file_lock(struct file *file, unsigned int cmd)
{
	return write_file(file, &(struct nxia_act){
		.operation = "lock", .path = &file->f_path });
}

int nxia_lsm_file_lock_show(struct file *file)
{
	return read_file(file, &(struct nxia_act){ .quiet = true });
}

int nxia_lsm_file_truncate(struct file *file)
{
	return write_file(file, &(struct nxia_act){
		.operation = "truncate", .path = &file->f_path });
}

/* A mapping that may be made writable later is as good as one that is. */
static int map_file(struct file *file, bool shared, const struct nxia_act *act)
{
	int err = 0;

	if (file->f_mode & FMODE_READ)
		err = read_file(file, act);
	if (!err && shared && file->f_mode & FMODE_WRITE)
		err = write_file(file, act);
	return err;
}

int nxia_lsm_mmap_file(struct file *file, unsigned long reqprot,
		       unsigned long prot, unsigned long flags)
{
	return map_file(file, (flags & MAP_TYPE) != MAP_PRIVATE,
			&(struct nxia_act){ .operation = "mmap",
					    .path = &file->f_path });
}

int nxia_lsm_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot,
			   unsigned long prot)
{
	return map_file(vma->vm_file, vma->vm_flags & VM_SHARED,
			&(struct nxia_act){ .operation = "mprotect",
					    .path = &vma->vm_file->f_path });
}

/* Commands of others do anything, and are given where no hook looks. */
int nxia_lsm_uring_cmd(struct file *file)
{
	if (is_ours(file))
		return 0;
	return nxia_flow_out(0, RULE_FOLLOW, &(struct nxia_act){
		.operation = "io_uring command", .path = &file->f_path });
}
