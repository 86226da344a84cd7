// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on a session: the table of them, and how their arguments travel.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "call.h"
#include "channel.h"
#include "endpoint.h"
#include "event.h"
#include "file.h"
#include "label.h"
#include "lsm.h"
#include "region.h"
#include "registry.h"
#include "scope.h"
#include "session.h"
#include "transfer.h"

/* Copies the results to the caller, as much of them as it knows. */
int nxia_call_reply(struct nxia_call *call)
{
	return copy_to_user(call->to, &call->arg, call->size) ? -EFAULT : 0;
}

u32 nxia_call_info_flags(void)
{
	return (nxia_lsm_enforcing() ? NXIA_INFO_ENFORCING : 0) |
	       (nxia_registry_exists() ? NXIA_INFO_REGISTRY : 0);
}

static int call_info(struct nxia_call *call)
{
	struct nxia_user *user = call->session->user;

	call->arg.info = (struct nxia_info) {
		.abi_version = NXIA_ABI_VERSION,
		.flags = nxia_call_info_flags(),
		.session = call->session->id,
		.transfer_max = NXIA_TRANSFER_MAX,
		.ring_min = PAGE_SIZE,
		.ring_max = NXIA_RING_MAX,
		.max_caps = nxia_user_limit(NXIA_CHARGE_CAPS),
		.max_objects = nxia_user_limit(NXIA_CHARGE_OBJECTS),
		.max_pages = nxia_user_limit(NXIA_CHARGE_PAGES),
		.caps = atomic_long_read(&user->used[NXIA_CHARGE_CAPS]),
		.objects = atomic_long_read(&user->used[NXIA_CHARGE_OBJECTS]),
		.pages = atomic_long_read(&user->used[NXIA_CHARGE_PAGES]),
	};
	return nxia_call_reply(call);
}

/*
 * Installs @cap and tells the caller, who finds its handle at @handle in the
 * argument.  On an error it is closed.  Takes over the reference.
 */
int nxia_call_give(struct nxia_call *call, struct nxia_cap *cap, u64 *handle)
{
	int err;

	err = nxia_session_install(call->session, &cap, 1);
	if (err) {
		nxia_cap_close(cap);
		return err;
	}
	*handle = cap->handle;
	nxia_cap_put(cap);
	err = nxia_call_reply(call);
	if (err)
		nxia_session_drop(call->session, *handle);
	return err;
}

/*
 * For a capability that comes with a file: gives @cap its handle, prepares a
 * file and reserves a descriptor for it.  On an error, nothing has happened.
 */
int nxia_call_prepare_file(struct nxia_call *call, struct nxia_cap *cap,
			   struct nxia_new_file *new)
{
	int err;

	new->fd = get_unused_fd_flags(O_CLOEXEC);
	if (new->fd < 0)
		return new->fd;
	new->file = nxia_file_create(cap);
	if (IS_ERR(new->file)) {
		err = PTR_ERR(new->file);
		goto err_fd;
	}
	err = nxia_session_install(call->session, &cap, 1);
	if (err)
		goto err_file;
	new->handle = cap->handle;
	return 0;

err_file:
	fput(new->file);
err_fd:
	put_unused_fd(new->fd);
	return err;
}

/* Makes the file visible or, with an error, closes the capability. */
int nxia_call_finish_file(struct nxia_call *call, const struct nxia_new_file *new,
			  int err)
{
	if (!err) {
		fd_install(new->fd, new->file);
		return 0;
	}
	nxia_session_drop(call->session, new->handle);
	fput(new->file);
	put_unused_fd(new->fd);
	return err;
}

static int call_derive(struct nxia_call *call)
{
	struct nxia_derive *arg = &call->arg.derive;
	struct nxia_cap *parent, *cap;
	int err = 0;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	parent = nxia_session_get(call->session, arg->parent, 0, NXIA_RIGHT_DERIVE);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	cap = nxia_cap_derive(parent, call->session->user, arg->rights, arg->badge);
	nxia_cap_put(parent);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	if (arg->offset || arg->length)
		err = nxia_region_narrow(cap, arg->offset, arg->length);
	if (err) {
		nxia_cap_close(cap);
		return err;
	}
	return nxia_call_give(call, cap, &arg->handle);
}

static int call_revoke(struct nxia_call *call)
{
	struct nxia_revoke *arg = &call->arg.revoke;
	struct nxia_cap *cap;
	int err;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	cap = nxia_session_get(call->session, arg->handle, 0, NXIA_RIGHT_REVOKE);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	arg->revoked = nxia_cap_revoke(cap);
	/* One that died in the meantime had no children: its parent has them. */
	err = arg->revoked ? 0 : nxia_cap_error(cap);
	nxia_cap_put(cap);
	return err ?: nxia_call_reply(call);
}

static int call_close(struct nxia_call *call)
{
	struct nxia_close *arg = &call->arg.close;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	return nxia_session_drop(call->session, arg->handle);
}

static int call_query(struct nxia_call *call)
{
	struct nxia_query *arg = &call->arg.query;
	struct nxia_cap *cap;

	if (arg->flags)
		return -EINVAL;
	cap = nxia_session_get(call->session, arg->handle, 0, 0);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	arg->type = cap->object->ops->type;
	arg->rights = cap->rights;
	arg->badge = cap->badge;
	arg->object = cap->object->id;
	arg->descendants = cap->rights & NXIA_RIGHT_INSPECT ?
				   nxia_cap_descendants(cap) : 0;
	arg->offset = 0;
	arg->size = 0;
	arg->state = 0;
	arg->reserved = 0;
	if (cap->object->ops->query)
		cap->object->ops->query(cap, arg);
	nxia_cap_put(cap);
	return nxia_call_reply(call);
}

static int call_fd(struct nxia_call *call)
{
	struct nxia_fd *arg = &call->arg.fd;
	struct nxia_cap *cap;
	struct file *file;
	int err;

	if (arg->flags)
		return -EINVAL;
	cap = nxia_session_get(call->session, arg->handle, 0, 0);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	file = nxia_file_create(cap);
	nxia_cap_put(cap);
	if (IS_ERR(file))
		return PTR_ERR(file);
	arg->fd = get_unused_fd_flags(O_CLOEXEC);
	if (arg->fd < 0) {
		err = arg->fd;
		goto err_file;
	}
	err = nxia_call_reply(call);
	if (err)
		goto err_fd;
	fd_install(arg->fd, file);
	return 0;

err_fd:
	put_unused_fd(arg->fd);
err_file:
	fput(file);
	return err;
}

static int call_handle(struct nxia_call *call)
{
	struct nxia_handle *arg = &call->arg.handle;
	struct nxia_session *session;
	struct nxia_cap *cap;

	if (arg->flags)
		return -EINVAL;
	cap = nxia_file_get_cap(arg->fd);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	/* A revoked one still has its handle, to be closed by. */
	session = READ_ONCE(cap->session);
	arg->handle = cap->handle;
	nxia_cap_put(cap);
	if (session != call->session)
		return session ? -EXDEV : -EBADF;
	return nxia_call_reply(call);
}

static int call_import(struct nxia_call *call)
{
	struct nxia_import *arg = &call->arg.import;
	struct nxia_cap *parent, *cap;
	int err;

	if (arg->flags)
		return -EINVAL;
	parent = nxia_file_get_cap(arg->fd);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	err = nxia_cap_error(parent);
	if (!err && !(parent->rights & NXIA_RIGHT_TRANSFER))
		err = -EPERM;
	if (!err && call->session->remote && !(arg->rights & NXIA_RIGHT_REMOTE))
		err = nxia_label_local_only("IMPORT");
	cap = err ? ERR_PTR(err) :
		    nxia_cap_derive(parent, call->session->user, arg->rights, 0);
	nxia_cap_put(parent);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	return nxia_call_give(call, cap, &arg->handle);
}

/* In the order of their numbers, which start at 0. */
static const struct {
	unsigned int cmd;
	int (*func)(struct nxia_call *call);
	size_t size;
} calls[] = {
	{ NXIA_IOC_INFO, call_info, sizeof(struct nxia_info) },
	{ NXIA_IOC_BOOTSTRAP, nxia_registry_bootstrap, sizeof(struct nxia_bootstrap) },
	{ NXIA_IOC_ENDPOINT_CREATE, nxia_endpoint_create, sizeof(struct nxia_endpoint_create) },
	{ NXIA_IOC_CONNECT, nxia_endpoint_connect, sizeof(struct nxia_connect) },
	{ NXIA_IOC_ACCEPT, nxia_endpoint_accept, sizeof(struct nxia_accept) },
	{ NXIA_IOC_DERIVE, call_derive, sizeof(struct nxia_derive) },
	{ NXIA_IOC_TRANSFER, nxia_transfer_send, sizeof(struct nxia_transfer) },
	{ NXIA_IOC_RECEIVE, nxia_transfer_receive, sizeof(struct nxia_receive) },
	{ NXIA_IOC_REVOKE, call_revoke, sizeof(struct nxia_revoke) },
	{ NXIA_IOC_CLOSE, call_close, sizeof(struct nxia_close) },
	{ NXIA_IOC_QUERY, call_query, sizeof(struct nxia_query) },
	{ NXIA_IOC_FD, call_fd, sizeof(struct nxia_fd) },
	{ NXIA_IOC_HANDLE, call_handle, sizeof(struct nxia_handle) },
	{ NXIA_IOC_REGION_CREATE, nxia_region_create, sizeof(struct nxia_region_create) },
	{ NXIA_IOC_FREEZE, nxia_region_freeze, sizeof(struct nxia_freeze) },
	{ NXIA_IOC_IMPORT, call_import, sizeof(struct nxia_import) },
	{ NXIA_IOC_SCOPE_CREATE, nxia_scope_create, sizeof(struct nxia_scope_create) },
	{ NXIA_IOC_SEAL, nxia_scope_seal, sizeof(struct nxia_seal) },
	{ NXIA_IOC_UNSEAL, nxia_scope_unseal, sizeof(struct nxia_seal) },
	{ NXIA_IOC_WATCH, nxia_event_watch, sizeof(struct nxia_watch) },
	{ NXIA_IOC_EVENT, nxia_event_take, sizeof(struct nxia_event) },
	{ NXIA_IOC_ENTER, nxia_label_enter, sizeof(struct nxia_enter) },
};

/* Copies an argument; @size is what this kernel knows of it. */
int nxia_call_copy(void *arg, size_t size, unsigned int cmd, void __user *from)
{
	/* No structure has grown since the first version of the ABI. */
	if (_IOC_SIZE(cmd) < size)
		return -EINVAL;
	return copy_struct_from_user(arg, size, from, _IOC_SIZE(cmd));
}

long nxia_call_ioctl(struct file *file, unsigned int cmd, unsigned long to)
{
	struct nxia_call call = {
		.session = file->private_data,
		.to = (void __user *)to,
	};
	unsigned int nr = _IOC_NR(cmd);
	int err;

	if (nr >= ARRAY_SIZE(calls))
		return -ENOTTY;
	nr = array_index_nospec(nr, ARRAY_SIZE(calls));
	if (!nxia_call_is(cmd, calls[nr].cmd))
		return -ENOTTY;
	err = nxia_label_file(file) ?:
	      nxia_call_copy(&call.arg, calls[nr].size, cmd, call.to);
	if (err)
		return err;
	call.size = min_t(size_t, calls[nr].size, _IOC_SIZE(cmd));
	return calls[nr].func(&call);
}
