// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects, capabilities, and the trees in which capabilities are derived.
 *
 * A capability dies in two steps.  Under the lock of its tree it gets its error
 * and leaves the tree, so that nothing can be derived from it any more.  Then,
 * without a lock, its object is told.  Whoever killed it does both before it
 * returns; what is between the two is its burial.  REVOKE waits also for the burials
 * of others that began before its own.
 */
#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <kunit/visibility.h>

#include "cap.h"
#include "event.h"

/**
 * struct burial - capabilities that die together
 * @link: in the tree's burials
 * @number: of it in the tree
 * @dead: those whose objects have yet to be told; a reference each
 */
struct burial {
	struct list_head link;
	u64 number;
	struct list_head dead;
};

static atomic64_t last_object = ATOMIC64_INIT(0);

/* Charges @user.  The caller holds the first reference. */
int nxia_object_init(struct nxia_object *object, const struct nxia_object_ops *ops,
		     struct nxia_user *user)
{
	int err;

	err = nxia_user_charge(user, NXIA_CHARGE_OBJECTS, 1);
	if (err)
		return err;
	object->ops = ops;
	object->id = atomic64_inc_return(&last_object);
	object->user = nxia_user_get(user);
	refcount_set(&object->refs, 1);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_object_init);

void nxia_object_get(struct nxia_object *object)
{
	refcount_inc(&object->refs);
}

void nxia_object_put(struct nxia_object *object)
{
	struct nxia_user *user = object->user;

	if (!refcount_dec_and_test(&object->refs))
		return;
	object->ops->free(object);
	nxia_user_uncharge(user, NXIA_CHARGE_OBJECTS, 1);
	nxia_user_put(user);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_object_put);

struct nxia_tree *nxia_tree_create(void)
{
	struct nxia_tree *tree;

	tree = kmalloc(sizeof(*tree), GFP_KERNEL_ACCOUNT);
	if (!tree)
		return ERR_PTR(-ENOMEM);
	mutex_init(&tree->lock);
	refcount_set(&tree->refs, 1);
	INIT_LIST_HEAD(&tree->burials);
	tree->last_burial = 0;
	tree->oldest_burial = U64_MAX;
	init_waitqueue_head(&tree->buried);
	return tree;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_tree_create);

void nxia_tree_put(struct nxia_tree *tree)
{
	if (!refcount_dec_and_test(&tree->refs))
		return;
	mutex_destroy(&tree->lock);
	kfree(tree);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_tree_put);

/* A capability outside any session, charged to @user, not yet in the tree. */
struct nxia_cap *nxia_cap_create(struct nxia_object *object, struct nxia_tree *tree,
				 struct nxia_user *user, u64 rights, u64 badge)
{
	const struct nxia_object_ops *ops = object->ops;
	struct nxia_cap *cap;
	int err;

	err = nxia_user_charge(user, NXIA_CHARGE_CAPS, 1);
	if (err)
		return ERR_PTR(err);
	cap = kzalloc(max(ops->cap_size, sizeof(*cap)), GFP_KERNEL_ACCOUNT);
	if (!cap) {
		nxia_user_uncharge(user, NXIA_CHARGE_CAPS, 1);
		return ERR_PTR(-ENOMEM);
	}
	nxia_object_get(object);
	refcount_inc(&tree->refs);
	cap->object = object;
	cap->tree = tree;
	cap->user = nxia_user_get(user);
	INIT_LIST_HEAD(&cap->children);
	INIT_LIST_HEAD(&cap->sibling);
	INIT_LIST_HEAD(&cap->event);
	cap->rights = rights;
	cap->badge = badge;
	refcount_set(&cap->refs, 1);
	if (ops->cap_init)
		ops->cap_init(cap);
	return cap;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_create);

/* The first capability to @object, at the root of a new tree. */
struct nxia_cap *nxia_cap_create_root(struct nxia_object *object,
				      struct nxia_user *user, u64 rights)
{
	struct nxia_tree *tree = nxia_tree_create();
	struct nxia_cap *cap;

	if (IS_ERR(tree))
		return ERR_CAST(tree);
	cap = nxia_cap_create(object, tree, user, rights, 0);
	nxia_tree_put(tree);
	return cap;
}

static void add_child(struct nxia_cap *parent, struct nxia_cap *cap)
{
	cap->parent = parent;
	list_move_tail(&cap->sibling, &parent->children);
	parent->nr_children++;
}

static int check_room(const struct nxia_cap *parent)
{
	unsigned long depth = 0;

	lockdep_assert_held(&parent->tree->lock);
	if (parent->nr_children >= nxia_user_max_children())
		return -EDQUOT;
	for (; parent; parent = parent->parent)
		depth++;
	return depth > nxia_user_max_depth() ? -EDQUOT : 0;
}

/* Makes @cap a child of @parent, unless one of them has died meanwhile. */
int nxia_cap_link(struct nxia_cap *cap, struct nxia_cap *parent)
{
	int err;

	guard(mutex)(&cap->tree->lock);
	err = parent->error ?: cap->error ?: check_room(parent);
	if (!err)
		add_child(parent, cap);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_link);

static void tell_watcher(struct nxia_cap *cap)
{
	if (cap->nr_children || !cap->watched)
		return;
	cap->watched = false;
	nxia_event_post(cap);
}

/* @cap, which the caller takes out of the list, is no child any more. */
static void leave_parent(struct nxia_cap *cap)
{
	struct nxia_cap *parent = cap->parent;

	lockdep_assert_held(&cap->tree->lock);
	cap->parent = NULL;
	if (parent) {
		parent->nr_children--;
		tell_watcher(parent);
	}
}

/* Undoes nxia_cap_link(), without a death; an error if it has died already. */
int nxia_cap_unlink(struct nxia_cap *cap)
{
	guard(mutex)(&cap->tree->lock);
	if (cap->error)
		return cap->error;
	list_del_init(&cap->sibling);
	leave_parent(cap);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_unlink);

static int check_derivation(const struct nxia_cap *parent, u64 rights, u64 badge)
{
	if (!rights || rights & ~parent->object->ops->rights)
		return -EINVAL;
	if (rights & ~parent->rights)
		return -EPERM;
	if (badge && parent->badge && badge != parent->badge)
		return -EPERM;
	return 0;
}

/* A child of @parent outside any session, charged to @user. */
struct nxia_cap *nxia_cap_derive(struct nxia_cap *parent, struct nxia_user *user,
				 u64 rights, u64 badge)
{
	struct nxia_cap *cap;
	int err;

	err = check_derivation(parent, rights, badge);
	if (err)
		return ERR_PTR(err);
	cap = nxia_cap_create(parent->object, parent->tree, user, rights,
			      badge ?: parent->badge);
	if (IS_ERR(cap))
		return cap;
	if (parent->object->ops->cap_derive)
		parent->object->ops->cap_derive(cap, parent);
	err = nxia_cap_link(cap, parent);
	if (err) {
		nxia_cap_put(cap);
		return ERR_PTR(err);
	}
	return cap;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_derive);

struct nxia_cap *nxia_cap_get(struct nxia_cap *cap)
{
	refcount_inc(&cap->refs);
	return cap;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_get);

void nxia_cap_put(struct nxia_cap *cap)
{
	if (!refcount_dec_and_test(&cap->refs))
		return;
	if (cap->object->ops->cap_free)
		cap->object->ops->cap_free(cap);
	nxia_object_put(cap->object);
	nxia_tree_put(cap->tree);
	nxia_user_uncharge(cap->user, NXIA_CHARGE_CAPS, 1);
	nxia_user_put(cap->user);
	kfree_rcu(cap, rcu);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_put);

static void note_oldest_burial(struct nxia_tree *tree)
{
	struct burial *oldest = list_first_entry_or_null(&tree->burials, struct burial, link);

	lockdep_assert_held(&tree->lock);
	/* Pairs with await_older(): what was done for the dead is done. */
	smp_store_release(&tree->oldest_burial, oldest ? oldest->number : U64_MAX);
}

static void burial_begin(struct burial *burial, struct nxia_tree *tree)
{
	INIT_LIST_HEAD(&burial->dead);
	burial->number = ++tree->last_burial;
	list_add_tail(&burial->link, &tree->burials);
	note_oldest_burial(tree);
}

/* Takes a childless @cap out of the tree and into @burial, with a reference. */
static void kill_leaf(struct nxia_cap *cap, int error, struct burial *burial)
{
	lockdep_assert_held(&cap->tree->lock);
	WRITE_ONCE(cap->error, error);
	nxia_cap_get(cap);
	list_move_tail(&cap->sibling, &burial->dead);
	leave_parent(cap);
}

static struct nxia_cap *leaf_below(struct nxia_cap *cap)
{
	while (!list_empty(&cap->children))
		cap = list_first_entry(&cap->children, struct nxia_cap, sibling);
	return cap;
}

/* Leaves first, each visited once on the way down and once on the way up. */
static u64 kill_descendants(struct nxia_cap *top, struct burial *burial)
{
	struct nxia_cap *cap = leaf_below(top);
	u64 count = 0;

	while (cap != top) {
		struct nxia_cap *parent = cap->parent;

		kill_leaf(cap, -EKEYREVOKED, burial);
		count++;
		cap = leaf_below(parent);
		cond_resched();
	}
	return count;
}

/* The second step.  The caller holds @tree, and no lock. */
static void bury(struct burial *burial, struct nxia_tree *tree)
{
	struct nxia_cap *cap, *next;

	list_for_each_entry_safe(cap, next, &burial->dead, sibling) {
		list_del_init(&cap->sibling);
		if (cap->object->ops->died)
			cap->object->ops->died(cap);
		nxia_cap_put(cap);
		cond_resched();
	}
	scoped_guard(mutex, &tree->lock) {
		list_del(&burial->link);
		note_oldest_burial(tree);
	}
	wake_up_all(&tree->buried);
}

/* What others killed before @burial, which is over, is buried afterwards, too. */
static void await_older(const struct burial *burial, struct nxia_tree *tree)
{
	/* Pairs with note_oldest_burial(). */
	wait_event(tree->buried, smp_load_acquire(&tree->oldest_burial) > burial->number);
}

/* Destroys all that derives from @cap; returns how many that were. */
u64 nxia_cap_revoke(struct nxia_cap *cap)
{
	struct burial burial;
	u64 count;

	scoped_guard(mutex, &cap->tree->lock) {
		burial_begin(&burial, cap->tree);
		count = kill_descendants(cap, &burial);
	}
	bury(&burial, cap->tree);
	await_older(&burial, cap->tree);
	return count;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_revoke);

/* Destroys @cap and all that derives from it; 0 if it was dead. */
u64 nxia_cap_destroy(struct nxia_cap *cap)
{
	struct burial burial;
	u64 count = 0;

	scoped_guard(mutex, &cap->tree->lock) {
		burial_begin(&burial, cap->tree);
		if (!cap->error) {
			count = kill_descendants(cap, &burial) + 1;
			kill_leaf(cap, -EKEYREVOKED, &burial);
		}
	}
	bury(&burial, cap->tree);
	await_older(&burial, cap->tree);
	return count;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_destroy);

/* Gives the children of @cap to its parent, or makes them roots. */
static void orphan_children(struct nxia_cap *cap)
{
	struct nxia_cap *child, *next;

	list_for_each_entry_safe(child, next, &cap->children, sibling) {
		child->parent = NULL;
		if (cap->parent)
			add_child(cap->parent, child);
		else
			list_del_init(&child->sibling);
		cond_resched();
	}
	cap->nr_children = 0;
}

/* Ends @cap for its holder, whose reference goes with it. */
void nxia_cap_close(struct nxia_cap *cap)
{
	struct burial burial;

	scoped_guard(mutex, &cap->tree->lock) {
		burial_begin(&burial, cap->tree);
		nxia_event_cancel(cap);
		WRITE_ONCE(cap->session, NULL);
		cap->watched = false;
		if (!cap->error) {
			orphan_children(cap);
			kill_leaf(cap, -EBADF, &burial);
		}
	}
	bury(&burial, cap->tree);
	nxia_cap_put(cap);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_close);

/* The next one after @cap in the tree below @top, parents before children. */
static struct nxia_cap *next_below(struct nxia_cap *top, struct nxia_cap *cap)
{
	if (!list_empty(&cap->children))
		return list_first_entry(&cap->children, struct nxia_cap, sibling);
	while (cap != top && list_is_last(&cap->sibling, &cap->parent->children))
		cap = cap->parent;
	return cap == top ? NULL : list_next_entry(cap, sibling);
}

u64 nxia_cap_descendants(struct nxia_cap *top)
{
	struct nxia_cap *cap;
	u64 count = 0;

	guard(mutex)(&top->tree->lock);
	for (cap = next_below(top, top); cap; cap = next_below(top, cap)) {
		count++;
		cond_resched();
	}
	return count;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_descendants);

/* Tells the holder when @cap has no children, which may be now. */
int nxia_cap_watch(struct nxia_cap *cap)
{
	guard(mutex)(&cap->tree->lock);
	if (cap->error)
		return cap->error;
	cap->watched = true;
	tell_watcher(cap);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_cap_watch);
