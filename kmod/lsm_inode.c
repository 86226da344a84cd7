// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about files by name: directories, attributes, labels.
 *
 * A name is information in its directory, an attribute is information in its
 * inode, and a label is what the authority says of it.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/string.h>
#include <linux/xattr.h>

#include "audit.h"
#include "lsm_ops.h"
#include "session.h"

#define RULE_IN		"label of the object"
#define RULE_OUT	"label of the object"
#define RULE_SERVER	"filesystem of another task"

/*
 * What is written there is nowhere, or mixed into what nobody can take apart
 * again; NXIA's own device has labels of its own.
 */
static bool is_neutral_device(dev_t device)
{
	switch (MAJOR(device)) {
	case MEM_MAJOR:
		switch (MINOR(device)) {
		case 3:	/* null */
		case 5:	/* zero */
		case 7:	/* full */
		case 8:	/* random */
		case 9:	/* urandom */
			return true;
		}
		return false;
	case MISC_MAJOR:
		return nxia_session_is_device(device);
	}
	return false;
}

static bool is_terminal(dev_t device)
{
	switch (MAJOR(device)) {
	case PTY_MASTER_MAJOR:
	case PTY_SLAVE_MAJOR:
	case TTY_MAJOR:
	case TTYAUX_MAJOR:
	case VCS_MAJOR:
	case UNIX98_PTY_MASTER_MAJOR ... UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT - 1:
	case 204:	/* serial ports of small machines */
	case 229:	/* hypervisor consoles */
		return true;
	}
	return false;
}

/**
 * nxia_inode_neutral() - does no information stay in it?
 * @inode: the inode
 *
 * A file of a process or of a namespace stands for that: what is done with it, is
 * asked about where it is done.
 */
bool nxia_inode_neutral(const struct inode *inode)
{
	if (S_ISCHR(inode->i_mode))
		return is_neutral_device(inode->i_rdev);
	return inode->i_sb->s_magic == PID_FS_MAGIC ||
	       inode->i_sb->s_magic == NSFS_MAGIC;
}

/*
 * Filesystems that somebody else answers for: a name that is looked up, an offset
 * that is read are told them. -1 for all others.
 */
static int server_sink(const struct super_block *sb)
{
	switch (sb->s_magic) {
	case V9FS_MAGIC:
		return NXIA_SINK_HOSTFS;
	case FUSE_SUPER_MAGIC:
		return strcmp(sb->s_type->name, "virtiofs") ? NXIA_SINKS :
							      NXIA_SINK_HOSTFS;
	case AFS_FS_MAGIC:
	case AFS_SUPER_MAGIC:
	case CEPH_SUPER_MAGIC:
	case CIFS_SUPER_MAGIC:
	case CODA_SUPER_MAGIC:
	case NFS_SUPER_MAGIC:
	case OCFS2_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case SMB2_SUPER_MAGIC:
		return NXIA_SINK_NET;
	case AUTOFS_SUPER_MAGIC:
		return NXIA_SINKS;
	}
	return -1;
}

/* Does what is written outlive the boot? Of overlayfs nobody knows the parts. */
static bool is_persistent(const struct super_block *sb)
{
	return sb->s_bdev || sb->s_mtd || sb->s_magic == OVERLAYFS_SUPER_MAGIC ||
	       sb->s_type->fs_flags & FS_REQUIRES_DEV ||
	       sb->s_magic == BTRFS_SUPER_MAGIC;
}

static int ask_server(const struct inode *inode, const struct nxia_act *act)
{
	int sink = server_sink(inode->i_sb);

	if (sink < 0)
		return 0;
	if (sink == NXIA_SINKS)
		return nxia_flow_out(0, RULE_SERVER, act);
	return nxia_flow_sink(sink, 0, act);
}

/**
 * nxia_inode_read() - may the current task learn what is in an inode?
 * @inode: the inode
 * @act: what the task tries
 */
int nxia_inode_read(struct inode *inode, const struct nxia_act *act)
{
	int err;

	if (nxia_inode_neutral(inode))
		return 0;
	err = nxia_flow_in(nxia_inode_label(inode), RULE_IN, act);
	return err ?: ask_server(inode, act);
}

/**
 * nxia_inode_write() - may the current task write to an inode, or about it?
 * @inode: the inode
 * @act: what the task tries
 */
int nxia_inode_write(struct inode *inode, const struct nxia_act *act)
{
	const struct super_block *sb = inode->i_sb;
	u64 label = nxia_inode_label(inode);
	int err;

	switch (inode->i_mode & S_IFMT) {
	case S_IFCHR:
		if (is_neutral_device(inode->i_rdev))
			return 0;
		if (is_terminal(inode->i_rdev))
			return nxia_flow_sink(NXIA_SINK_TTY, label, act);
		return nxia_flow_out(label, "device", act);
	case S_IFBLK:
		return nxia_flow_sink(NXIA_SINK_DISK, label, act);
	}

	/* Even of oneself: others read it in more ways than can be asked about. */
	if (sb->s_magic == PROC_SUPER_MAGIC)
		return nxia_flow_out(0, "pseudo-file", act);
	if (server_sink(sb) >= 0)
		return ask_server(inode, act);
	err = nxia_flow_out(label, RULE_OUT, act);
	if (err)
		return err;
	/* What is in a pipe or a socket does not get to its filesystem. */
	if (S_ISFIFO(inode->i_mode) || S_ISSOCK(inode->i_mode))
		return 0;
	if (is_persistent(sb) && !IS_ENCRYPTED(inode))
		return nxia_flow_sink(NXIA_SINK_DISK, 0, act);
	return 0;
}

int nxia_lsm_inode_permission(struct inode *inode, int mask)
{
	/* In RCU mode the walk is done once more, and refused then. */
	struct nxia_act act = {
		.operation = mask & (MAY_WRITE | MAY_APPEND) ? "write" :
			     mask & MAY_READ ? "read" : "look up",
		.inode = inode,
		.quiet = mask & MAY_NOT_BLOCK,
	};
	int err = 0;

	if (!(mask & (MAY_WRITE | MAY_APPEND)) ||
	    mask & (MAY_READ | MAY_EXEC))
		err = nxia_inode_read(inode, &act);
	if (!err && mask & (MAY_WRITE | MAY_APPEND))
		err = nxia_inode_write(inode, &act);
	return err && mask & MAY_NOT_BLOCK ? -ECHILD : err;
}

int nxia_lsm_inode_follow_link(struct dentry *dentry, struct inode *inode,
			       bool rcu)
{
	struct nxia_act act = {
		.operation = "follow link",
		.dentry = dentry,
		.quiet = rcu,
	};
	int err = nxia_inode_read(inode, &act);

	return err && rcu ? -ECHILD : err;
}

int nxia_lsm_inode_make(struct inode *dir, struct dentry *dentry)
{
	return nxia_inode_write(dir, &(struct nxia_act){
		.operation = "create", .dentry = dentry });
}

static int write_dentry(struct dentry *dentry, const struct nxia_act *act)
{
	return d_is_positive(dentry) ? nxia_inode_write(d_inode(dentry), act) : 0;
}

/* That a directory is not empty is something to learn, too. */
static int read_dentry(struct dentry *dentry, const struct nxia_act *act)
{
	return d_is_positive(dentry) ? nxia_inode_read(d_inode(dentry), act) : 0;
}

int nxia_lsm_inode_remove(struct inode *dir, struct dentry *dentry)
{
	struct nxia_act act = { .operation = "remove", .dentry = dentry };

	return nxia_inode_write(dir, &act) ?: write_dentry(dentry, &act) ?:
	       d_is_dir(dentry) ? read_dentry(dentry, &act) : 0;
}

int nxia_lsm_inode_link(struct dentry *old_dentry, struct inode *dir,
			struct dentry *new_dentry)
{
	struct nxia_act act = { .operation = "link", .dentry = new_dentry };

	return nxia_inode_write(dir, &act) ?: write_dentry(old_dentry, &act);
}

int nxia_lsm_inode_rename(struct inode *old_dir, struct dentry *old_dentry,
			  struct inode *new_dir, struct dentry *new_dentry)
{
	struct nxia_act act = { .operation = "rename", .dentry = old_dentry };
	int err;

	err = nxia_inode_write(old_dir, &act) ?: nxia_inode_write(new_dir, &act);
	if (err || !d_is_positive(new_dentry))
		return err;
	act.dentry = new_dentry;
	return write_dentry(new_dentry, &act) ?:
	       d_is_dir(new_dentry) ? read_dentry(new_dentry, &act) : 0;
}

int nxia_lsm_inode_read(struct dentry *dentry, const char *operation)
{
	return read_dentry(dentry, &(struct nxia_act){
		.operation = operation, .dentry = dentry });
}

int nxia_lsm_inode_write(struct dentry *dentry, const char *operation)
{
	return write_dentry(dentry, &(struct nxia_act){
		.operation = operation, .dentry = dentry });
}

int nxia_lsm_inode_getattr(const struct path *path)
{
	return read_dentry(path->dentry, &(struct nxia_act){
		.operation = "stat", .path = path });
}

int nxia_lsm_inode_atime(struct inode *inode)
{
	return nxia_flow_out(nxia_inode_label(inode), "",
			     &(struct nxia_act){ .quiet = true });
}

int nxia_lsm_path_notify(const struct path *path, u64 mask,
			 unsigned int obj_type)
{
	return read_dentry(path->dentry, &(struct nxia_act){
		.operation = "watch", .path = path });
}

/*
 * Watchers have no label, so of what is labelled nobody is told, and of what a
 * confined task does neither.
 */
int nxia_lsm_fsnotify(struct inode *inode, struct inode *dir)
{
	if (nxia_flow_confined())
		return -EPERM;
	return (inode && nxia_inode_label(inode)) ||
	       (dir && nxia_inode_label(dir)) ? -EPERM : 0;
}

/*
 * Labels: "label=TAG,TAG domain=NAME", or one of the two
 */

static int parse_word(const char *word, size_t length,
		      struct nxia_label *object)
{
	struct nxia_domain domain;
	size_t skip;
	int err;

	skip = str_has_prefix(word, "label=");
	if (skip && skip <= length)
		return nxia_policy_parse_label(word + skip, length - skip,
					       &object->label);
	skip = str_has_prefix(word, "domain=");
	if (!skip || skip > length)
		return -EINVAL;
	err = nxia_policy_find(word + skip, length - skip, &domain);
	object->domain = err ? 0 : domain.id;
	return err;
}

int nxia_lsm_inode_parse(const char *text, size_t length,
			 struct nxia_label *object)
{
	const char *end, *space;
	char *copy;
	int err = -EINVAL;

	/* Tools store the 0 that ends a string, or do not. */
	while (length && !text[length - 1])
		length--;
	if (!length || length >= NXIA_XATTR_SIZE_MAX)
		return -EINVAL;
	copy = kmemdup_nul(text, length, GFP_NOFS);
	if (!copy)
		return -ENOMEM;
	end = copy + length;
	for (text = copy; text < end; text = space + 1) {
		space = memchr(text, ' ', end - text) ?: end;
		err = parse_word(text, space - text, object);
		if (err)
			break;
	}
	kfree(copy);
	return err;
}

int nxia_lsm_inode_print(u64 label, char *text, size_t size)
{
	int length = scnprintf(text, size, "label=");

	return length + nxia_policy_print_label(label, text + length,
						size - length);
}

/* A filesystem in layers copies a file, with its label, as one of its own. */
static bool is_copy_up(struct inode *inode, const struct nxia_label *object)
{
	u64 label = nxia_inode_label(inode);

	return current_cred() != current_real_cred() &&
	       !nxia_cred_get(current_cred())->label && label &&
	       object->label == label && !object->domain;
}

static bool may_relabel(struct inode *inode, const struct nxia_label *object)
{
	if (nxia_cred_get(current_real_cred())->flags & NXIA_DOMAIN_AUTHORITY)
		return true;
	if (is_copy_up(inode, object))
		return true;
	return !nxia_policy_sealed() && !nxia_flow_confined() &&
	       capable(CAP_MAC_ADMIN);
}

int nxia_lsm_inode_relabel(struct dentry *dentry, const void *value,
			   size_t size)
{
	struct nxia_act act = { .operation = "relabel", .dentry = dentry };
	struct nxia_audit_event event = {
		.kind = NXIA_AUDIT_LABEL_CHANGED,
		.operation = value ? "setxattr" : "removexattr",
	};
	struct inode *inode = d_inode(dentry);
	struct nxia_label object = {};
	char text[128];
	int err;

	err = value ? nxia_lsm_inode_parse(value, size, &object) : 0;
	if (!may_relabel(inode, &object))
		return nxia_flow_refused(nxia_inode_label(inode), "authority",
					 &act);
	if (err)
		return err == -ENOMEM ? err : -EINVAL;
	event.target = dentry_path_raw(dentry, text, sizeof(text));
	if (IS_ERR(event.target))
		event.target = NULL;
	event.tags = object.label;
	nxia_audit(&event);
	return 0;
}
