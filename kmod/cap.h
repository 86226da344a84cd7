/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects, capabilities, and the trees in which capabilities are derived.
 *
 * docs/locking.md has all locks. Of those, only the lock of a session's events is
 * ever taken inside the lock of a tree; what a death sets off runs without locks.
 *
 * No two trees are ever locked together, and no lock is held while user memory
 * is touched.
 */
#ifndef NXIA_CAP_H
#define NXIA_CAP_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <uapi/linux/nxia.h>

#include "user.h"

struct nxia_cap;
struct nxia_object;
struct nxia_session;

/**
 * struct nxia_object_ops - what makes a kind of object
 * @type: &enum nxia_type
 * @rights: the rights that it can use
 * @cap_size: bytes of a capability to it, which begins with a struct nxia_cap;
 *	0 if it is nothing more
 * @fops: of the files that stand for a capability to it
 * @cap_init: may be NULL; prepares a new capability, as one to all of it
 * @cap_derive: may be NULL; narrows it to what its parent is to
 * @cap_free: may be NULL; undoes @cap_init.  Without locks, and may sleep
 * @query: may be NULL; tells what is its own in QUERY
 * @file_ready: may be NULL; prepares such a file before it is visible
 * @installed: may be NULL; a capability has come into a session.  May be
 *	called after @died, for one that was revoked in flight
 * @died: may be NULL; a capability has just been revoked or closed: wakes its
 *	waiters, takes away its mappings, drops what only it kept.  Called once for
 *	each, without locks, and may sleep
 * @free: the last reference is gone
 */
struct nxia_object_ops {
	enum nxia_type type;
	u64 rights;
	size_t cap_size;
	const struct file_operations *fops;
	void (*cap_init)(struct nxia_cap *cap);
	void (*cap_derive)(struct nxia_cap *cap, const struct nxia_cap *parent);
	void (*cap_free)(struct nxia_cap *cap);
	void (*query)(const struct nxia_cap *cap, struct nxia_query *arg);
	void (*file_ready)(struct nxia_cap *cap, struct file *file);
	void (*installed)(struct nxia_cap *cap);
	void (*died)(struct nxia_cap *cap);
	void (*free)(struct nxia_object *object);
};

/**
 * struct nxia_object - common start of every object
 * @ops: its kind
 * @id: number, never used again
 * @refs: one for each capability and for whatever else keeps it
 * @user: who is charged for it; a reference
 */
struct nxia_object {
	const struct nxia_object_ops *ops;
	u64 id;
	refcount_t refs;
	struct nxia_user *user;
};

/**
 * struct nxia_tree - all that derives from one capability that was created:
 *	to an endpoint, its channels included, to a region or to a scope
 * @lock: protects the links and deaths of its capabilities
 * @refs: one for each of its capabilities
 * @burials: deaths that are between their two steps, oldest first.  Protected by
 *	@lock
 * @last_burial: number of the newest that there was.  Protected by @lock
 * @oldest_burial: number of the first of @burials, or U64_MAX.  Changed under
 *	@lock, read without it
 * @buried: who waits for those to end
 */
struct nxia_tree {
	struct mutex lock; /* links, deaths and burials */
	refcount_t refs;
	struct list_head burials;
	u64 last_burial;
	u64 oldest_burial;
	wait_queue_head_t buried;
};

/**
 * struct nxia_cap - a capability
 * @object: what it is to; a reference
 * @tree: where it is derived; a reference
 * @user: who is charged for it; a reference
 * @session: who holds it, or NULL in flight.  Not a reference: a session
 *	closes what it holds before it goes.  Protected by @tree's lock
 * @parent: what it was derived from, or NULL.  Not a reference: it is changed
 *	before the parent leaves the tree.  Protected by @tree's lock
 * @children: what was derived from it.  Protected by @tree's lock
 * @nr_children: how many those are.  Protected by @tree's lock
 * @sibling: link in the parent's @children.  Protected by @tree's lock; links
 *	the dead afterwards, for the one that killed them
 * @watched: the holder asked to be told when there are no children.  Protected
 *	by @tree's lock
 * @event: link in the events of @session; protected by the session's event_lock
 * @handle: its name in @session
 * @rights: NXIA_RIGHT_*, never changed
 * @badge: never changed
 * @end: which end of a channel
 * @accepts: counted among the acceptors of its endpoint; protected by the
 *	endpoint's lock
 * @error: 0 while it is alive, then -EKEYREVOKED or -EBADF.  Written once, under
 *	@tree's lock; read anywhere
 * @refs: one for the session or batch that holds it, one for each file, one for
 *	each call at work on it
 * @rcu: readers of the session's table are under RCU
 */
struct nxia_cap {
	struct nxia_object *object;
	struct nxia_tree *tree;
	struct nxia_user *user;
	struct nxia_session *session;
	struct nxia_cap *parent;
	struct list_head children;
	unsigned long nr_children;
	struct list_head sibling;
	struct list_head event;
	u64 handle;
	u64 rights;
	u64 badge;
	u8 end;
	bool accepts;
	bool watched;
	int error;
	refcount_t refs;
	struct rcu_head rcu;
};

int nxia_object_init(struct nxia_object *object, const struct nxia_object_ops *ops,
		     struct nxia_user *user);
void nxia_object_get(struct nxia_object *object);
void nxia_object_put(struct nxia_object *object);

struct nxia_tree *nxia_tree_create(void);
void nxia_tree_put(struct nxia_tree *tree);

struct nxia_cap *nxia_cap_create(struct nxia_object *object, struct nxia_tree *tree,
				 struct nxia_user *user, u64 rights, u64 badge);
struct nxia_cap *nxia_cap_create_root(struct nxia_object *object,
				      struct nxia_user *user, u64 rights);
int nxia_cap_link(struct nxia_cap *cap, struct nxia_cap *parent);
int nxia_cap_unlink(struct nxia_cap *cap);
struct nxia_cap *nxia_cap_derive(struct nxia_cap *parent, struct nxia_user *user,
				 u64 rights, u64 badge);
struct nxia_cap *nxia_cap_get(struct nxia_cap *cap);
void nxia_cap_put(struct nxia_cap *cap);

u64 nxia_cap_revoke(struct nxia_cap *cap);
u64 nxia_cap_destroy(struct nxia_cap *cap);
void nxia_cap_close(struct nxia_cap *cap);
u64 nxia_cap_descendants(struct nxia_cap *cap);
int nxia_cap_watch(struct nxia_cap *cap);

static inline int nxia_cap_error(const struct nxia_cap *cap)
{
	return READ_ONCE(cap->error);
}

#endif
