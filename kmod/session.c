// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions: capability spaces, and the calls on them.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <kunit/visibility.h>

#include "call.h"
#include "label.h"
#include "lsm.h"
#include "session.h"

/* Number -> session.  Its lock protects a look-up against the last put. */
static DEFINE_XARRAY_ALLOC1(sessions);
static u32 last_session;

static int session_enter(struct nxia_session *session)
{
	int err = xa_alloc_cyclic(&sessions, &session->id, session, xa_limit_31b,
				  &last_session, GFP_KERNEL);

	return min(err, 0);
}

/* A new, empty session of the current task. */
struct nxia_session *nxia_session_create(void)
{
	struct nxia_session *session;
	struct nxia_identity opener;
	int err;

	session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session)
		return ERR_PTR(-ENOMEM);
	session->user = nxia_user_find(current_euid());
	if (IS_ERR(session->user)) {
		err = PTR_ERR(session->user);
		goto err_free;
	}
	refcount_set(&session->refs, 1);
	xa_init_flags(&session->caps, XA_FLAGS_ACCOUNT);
	spin_lock_init(&session->event_lock);
	INIT_LIST_HEAD(&session->events);
	init_waitqueue_head(&session->event_wait);
	session->pid = get_pid(task_tgid(current));
	get_task_comm(session->comm, current);
	nxia_lsm_identity(current_cred(), &opener);
	session->remote = opener.flags & NXIA_DOMAIN_REMOTE;
	err = session_enter(session);
	if (err)
		goto err_put;
	return session;

err_put:
	put_pid(session->pid);
	nxia_user_put(session->user);
err_free:
	kfree(session);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_create);

/* Closes all that @session holds.  No call on it is at work any more. */
void nxia_session_close(struct nxia_session *session)
{
	struct nxia_cap *cap;
	unsigned long handle;

	xa_erase(&sessions, session->id);
	xa_for_each(&session->caps, handle, cap) {
		nxia_session_drop(session, handle);
		cond_resched();
	}
	nxia_session_put(session);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_close);

void nxia_session_put(struct nxia_session *session)
{
	if (!refcount_dec_and_test(&session->refs))
		return;
	xa_destroy(&session->caps);
	put_pid(session->pid);
	nxia_user_put(session->user);
	kfree(session);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_put);

/* Session *@id, or with @next the first one from there on; sets *@id. */
struct nxia_session *nxia_session_find(u32 *id, bool next)
{
	struct nxia_session *session;
	unsigned long index = *id;

	xa_lock(&sessions);
	session = xa_find(&sessions, &index, next ? ULONG_MAX : index, XA_PRESENT);
	if (session)
		refcount_inc(&session->refs);
	xa_unlock(&sessions);
	*id = index;
	return session;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_find);

unsigned long nxia_session_count(void)
{
	struct nxia_session *session;
	unsigned long id, count = 0;

	xa_for_each(&sessions, id, session)
		count++;
	return count;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_count);

/* How many capabilities @session holds, the revoked ones included. */
unsigned long nxia_session_caps(struct nxia_session *session)
{
	struct nxia_cap *cap;
	unsigned long handle, count = 0;

	xa_for_each(&session->caps, handle, cap)
		count++;
	return count;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_caps);

static struct nxia_cap *lookup(struct nxia_session *session, u64 handle)
{
	struct nxia_cap *cap;

	guard(rcu)();
	cap = xa_load(&session->caps, handle);
	return cap && refcount_inc_not_zero(&cap->refs) ? cap : NULL;
}

/* The capability at @handle with a reference; @type 0 takes any. */
struct nxia_cap *nxia_session_get(struct nxia_session *session, u64 handle,
				  enum nxia_type type, u64 rights)
{
	struct nxia_cap *cap = lookup(session, handle);
	int err;

	if (!cap)
		return ERR_PTR(-EBADF);
	err = nxia_cap_error(cap);
	if (!err && type && cap->object->ops->type != type)
		err = -ENOTTY;
	if (!err && rights & ~cap->rights)
		err = -EPERM;
	if (!err)
		return cap;
	nxia_cap_put(cap);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_get);

/* The first capability from *@handle on with a reference, or NULL; sets *@handle. */
struct nxia_cap *nxia_session_next(struct nxia_session *session, u64 *handle)
{
	unsigned long index = *handle;
	struct nxia_cap *cap;

	guard(rcu)();
	do {
		cap = xa_find(&session->caps, &index, ULONG_MAX, XA_PRESENT);
		*handle = index;
	} while (cap && !refcount_inc_not_zero(&cap->refs) && ++index);
	return cap;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_next);

static void release_slots(struct nxia_session *session, u64 first, unsigned int count)
{
	while (count--)
		xa_release(&session->caps, first + count);
}

static void settle(struct nxia_session *session, struct nxia_cap *cap, u64 handle)
{
	scoped_guard(mutex, &cap->tree->lock) {
		WRITE_ONCE(cap->session, session);
		cap->handle = handle;
	}
	if (cap->object->ops->installed)
		cap->object->ops->installed(cap);
	/* Cannot fail: the slot is reserved, and only release_slots() frees it. */
	nxia_cap_get(cap);
	xa_store(&session->caps, handle, cap, 0);
}

/* Gives @caps handles in @session, which takes references, all or none. */
int nxia_session_install(struct nxia_session *session, struct nxia_cap **caps,
			 unsigned int count)
{
	u64 first = atomic64_add_return(count, &session->last_handle) - count + 1;
	unsigned int i;
	int err;

	for (i = 0; i < count; i++) {
		err = xa_reserve(&session->caps, first + i, GFP_KERNEL_ACCOUNT);
		if (err) {
			release_slots(session, first, i);
			return err;
		}
	}
	for (i = 0; i < count; i++)
		settle(session, caps[i], first + i);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_install);

/* Closes the capability at @handle, be it alive or not. */
int nxia_session_drop(struct nxia_session *session, u64 handle)
{
	struct nxia_cap *cap = lookup(session, handle);
	bool ours;

	if (!cap)
		return -EBADF;
	/* Two may close it at once, and a reserved slot must stay reserved. */
	ours = xa_cmpxchg(&session->caps, handle, cap, NULL, 0) == cap;
	if (ours)
		nxia_cap_close(cap);
	nxia_cap_put(cap);
	return ours ? 0 : -EBADF;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_drop);

static int session_open(struct inode *inode, struct file *file)
{
	struct nxia_session *session = nxia_session_create();

	if (IS_ERR(session))
		return PTR_ERR(session);
	file->private_data = session;
	return nonseekable_open(inode, file);
}

static int session_release(struct inode *inode, struct file *file)
{
	nxia_session_close(file->private_data);
	return 0;
}

static __poll_t session_poll(struct file *file, poll_table *pt)
{
	struct nxia_session *session = file->private_data;

	poll_wait(file, &session->event_wait, pt);
	if (nxia_label_file(file))
		return EPOLLERR;
	return list_empty(&session->events) ? 0 : EPOLLIN | EPOLLRDNORM;
}

static const struct file_operations session_fops = {
	.owner = THIS_MODULE,
	.open = session_open,
	.release = session_release,
	.poll = session_poll,
	.unlocked_ioctl = nxia_call_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "nxia",
	.fops = &session_fops,
	.mode = 0666,
};

/* For the LSM: NXIA's files have labels of their own. */
bool nxia_session_is_device(dev_t number)
{
	return number == MKDEV(MISC_MAJOR, device.minor);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_is_device);

bool nxia_session_is_file(const struct file *file)
{
	return file->f_op == &session_fops;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_session_is_file);

int nxia_session_init(void)
{
	return misc_register(&device);
}

void nxia_session_exit(void)
{
	misc_deregister(&device);
	xa_destroy(&sessions);
}
