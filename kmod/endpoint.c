// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endpoints: where connections wait for a service.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <kunit/visibility.h>

#include "call.h"
#include "channel.h"
#include "endpoint.h"
#include "file.h"
#include "label.h"
#include "lsm.h"
#include "registry.h"
#include "session.h"

/**
 * struct nxia_endpoint - an endpoint
 * @object: what capabilities refer to
 * @lock: protects what follows it
 * @backlog: channels that wait for ACCEPT, oldest first; a reference each
 * @count: how many they are
 * @max: how many they may be
 * @maker: who made it; no one connects who may not exchange information with it
 * @trusted: it is the registry, whose service passes nothing from one client to
 *	another: labels do not say who connects
 * @acceptors: capabilities with READ in sessions.  Those in flight do not
 *	count, or an endpoint could be kept by what waits in its own backlog
 * @wait: who polls for connections
 */
struct nxia_endpoint {
	struct nxia_object object;
	spinlock_t lock; /* the rest, but for @wait */
	struct list_head backlog;
	unsigned int count;
	unsigned int max;
	struct nxia_identity maker;
	bool trusted;
	unsigned long acceptors;
	wait_queue_head_t wait;
};

static struct nxia_endpoint *endpoint_of(struct nxia_object *object)
{
	return container_of(object, struct nxia_endpoint, object);
}

struct nxia_endpoint *nxia_endpoint_get(struct nxia_endpoint *endpoint)
{
	nxia_object_get(&endpoint->object);
	return endpoint;
}

void nxia_endpoint_put(struct nxia_endpoint *endpoint)
{
	nxia_object_put(&endpoint->object);
}

/*
 * Backlog
 */

static int backlog_add(struct nxia_endpoint *endpoint, struct nxia_channel *channel)
{
	int err = 0;

	spin_lock(&endpoint->lock);
	if (!endpoint->acceptors) {
		err = -ECONNREFUSED;
	} else if (endpoint->count >= endpoint->max) {
		err = -EAGAIN;
	} else {
		nxia_object_get(&channel->object);
		list_add_tail(&channel->pending, &endpoint->backlog);
		WRITE_ONCE(endpoint->count, endpoint->count + 1);
	}
	spin_unlock(&endpoint->lock);
	if (!err)
		wake_up_interruptible(&endpoint->wait);
	return err;
}

/* The oldest, with the backlog's reference, or NULL. */
static struct nxia_channel *backlog_take(struct nxia_endpoint *endpoint)
{
	struct nxia_channel *channel;

	spin_lock(&endpoint->lock);
	channel = list_first_entry_or_null(&endpoint->backlog, struct nxia_channel,
					   pending);
	if (channel) {
		list_del_init(&channel->pending);
		WRITE_ONCE(endpoint->count, endpoint->count - 1);
	}
	spin_unlock(&endpoint->lock);
	return channel;
}

/* No one will accept @channel: for the client its peer is gone. */
static void refuse(struct nxia_channel *channel)
{
	nxia_channel_end_gone(channel, NXIA_SERVER);
	nxia_object_put(&channel->object);
}

/* Gives back what backlog_take() gave, as the oldest. */
static void backlog_return(struct nxia_endpoint *endpoint, struct nxia_channel *channel)
{
	bool wanted;

	spin_lock(&endpoint->lock);
	/* Whoever ends one of the two comes for the lock afterwards. */
	wanted = endpoint->acceptors && !READ_ONCE(channel->end[NXIA_CLIENT].gone);
	if (wanted) {
		list_add(&channel->pending, &endpoint->backlog);
		WRITE_ONCE(endpoint->count, endpoint->count + 1);
	}
	spin_unlock(&endpoint->lock);
	if (!wanted)
		refuse(channel);
}

/*
 * There are no acceptors any more, or not until one comes back.  What waits here
 * can hold capabilities in flight, whose deaths come to endpoint_died(); as they
 * are no acceptors, they do not come here again.
 */
static void backlog_clear(struct nxia_endpoint *endpoint)
{
	struct nxia_channel *channel;

	while (!READ_ONCE(endpoint->acceptors) && (channel = backlog_take(endpoint)))
		refuse(channel);
}

/* The client of @channel is gone: takes it out of the backlog if it is there. */
void nxia_endpoint_forget(struct nxia_channel *channel)
{
	struct nxia_endpoint *endpoint = channel->endpoint;

	bool waited;

	spin_lock(&endpoint->lock);
	waited = !list_empty(&channel->pending);
	if (waited) {
		list_del_init(&channel->pending);
		WRITE_ONCE(endpoint->count, endpoint->count - 1);
	}
	spin_unlock(&endpoint->lock);
	if (waited)
		refuse(channel);
}

/*
 * Life
 */

static void endpoint_installed(struct nxia_cap *cap)
{
	struct nxia_endpoint *endpoint = endpoint_of(cap->object);

	if (!(cap->rights & NXIA_RIGHT_READ))
		return;
	spin_lock(&endpoint->lock);
	/* If it dies right now, endpoint_died() comes for the lock after us. */
	cap->accepts = !nxia_cap_error(cap);
	WRITE_ONCE(endpoint->acceptors, endpoint->acceptors + cap->accepts);
	spin_unlock(&endpoint->lock);
}

static void endpoint_died(struct nxia_cap *cap)
{
	struct nxia_endpoint *endpoint = endpoint_of(cap->object);
	bool last;

	nxia_registry_forget(cap);
	spin_lock(&endpoint->lock);
	WRITE_ONCE(endpoint->acceptors, endpoint->acceptors - cap->accepts);
	last = cap->accepts && !endpoint->acceptors;
	cap->accepts = false;
	spin_unlock(&endpoint->lock);
	wake_up_all(&endpoint->wait);
	if (last)
		backlog_clear(endpoint);
}

static void endpoint_free(struct nxia_object *object)
{
	kfree(endpoint_of(object));
}

static __poll_t endpoint_poll(struct file *file, poll_table *pt)
{
	struct nxia_cap *cap = file->private_data;
	struct nxia_endpoint *endpoint = endpoint_of(cap->object);

	poll_wait(file, &endpoint->wait, pt);
	if (nxia_cap_error(cap) || !(cap->rights & NXIA_RIGHT_READ) ||
	    nxia_label_file(file))
		return EPOLLERR;
	return READ_ONCE(endpoint->count) ? EPOLLIN | EPOLLRDNORM : 0;
}

static const struct file_operations endpoint_fops = {
	.owner = THIS_MODULE,
	.release = nxia_file_release,
	.poll = endpoint_poll,
	.llseek = noop_llseek,
};

static const struct nxia_object_ops endpoint_ops = {
	.type = NXIA_TYPE_ENDPOINT,
	.rights = NXIA_RIGHTS_ENDPOINT,
	.fops = &endpoint_fops,
	.installed = endpoint_installed,
	.died = endpoint_died,
	.free = endpoint_free,
};

static struct nxia_endpoint *endpoint_alloc(struct nxia_user *user, unsigned int max)
{
	struct nxia_endpoint *endpoint;
	int err;

	endpoint = kzalloc(sizeof(*endpoint), GFP_KERNEL_ACCOUNT);
	if (!endpoint)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&endpoint->lock);
	INIT_LIST_HEAD(&endpoint->backlog);
	endpoint->max = max;
	nxia_lsm_identity(current_cred(), &endpoint->maker);
	init_waitqueue_head(&endpoint->wait);
	err = nxia_object_init(&endpoint->object, &endpoint_ops, user);
	if (err) {
		kfree(endpoint);
		return ERR_PTR(err);
	}
	return endpoint;
}

/* The first capability to a new endpoint. */
static struct nxia_cap *endpoint_root(struct nxia_user *user, unsigned int max,
				      u64 rights)
{
	struct nxia_endpoint *endpoint = endpoint_alloc(user, max);
	struct nxia_cap *cap;

	if (IS_ERR(endpoint))
		return ERR_CAST(endpoint);
	cap = nxia_cap_create_root(&endpoint->object, user, rights);
	nxia_endpoint_put(endpoint);
	return cap;
}

/*
 * The service of the registry hears all programs, if policy trusts it not to tell one
 * what another said: if it is in a domain with authority.
 */
static void trust(struct nxia_endpoint *endpoint)
{
	endpoint->trusted = endpoint->maker.flags & NXIA_DOMAIN_AUTHORITY;
}

/* May the client and who is on the other side tell each other everything? */
static int may_talk(const struct nxia_endpoint *endpoint,
		    const struct nxia_channel *channel,
		    const struct nxia_identity *other, const char *operation)
{
	return endpoint->trusted ? 0 :
	       nxia_label_exchange(&channel->client.identity, other, operation);
}

/*
 * Calls
 */

int nxia_endpoint_create(struct nxia_call *call)
{
	struct nxia_endpoint_create *arg = &call->arg.endpoint_create;
	bool registry = arg->flags & NXIA_ENDPOINT_REGISTRY;
	struct nxia_cap *cap;
	int err;

	if (arg->flags & ~NXIA_ENDPOINT_REGISTRY)
		return -EINVAL;
	if (!arg->backlog || arg->backlog > NXIA_BACKLOG_MAX)
		return -EINVAL;
	if (!arg->rights || arg->rights & ~NXIA_RIGHTS_ENDPOINT)
		return -EINVAL;
	if (registry && !(arg->rights & NXIA_RIGHT_CONNECT))
		return -EINVAL;
	if (registry && !capable(CAP_MAC_ADMIN))
		return -EPERM;

	cap = endpoint_root(call->session->user, arg->backlog, arg->rights);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	if (registry) {
		trust(endpoint_of(cap->object));
		err = nxia_registry_claim(cap);
		if (err) {
			nxia_cap_close(cap);
			return err;
		}
	}
	return nxia_call_give(call, cap, &arg->handle);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_endpoint_create);

/* The capability to one end of @channel, as yet without a parent. */
static struct nxia_cap *end_cap(struct nxia_call *call, struct nxia_channel *channel,
				struct nxia_cap *parent, enum nxia_channel_end end)
{
	struct nxia_cap *cap;

	cap = nxia_cap_create(&channel->object, parent->tree, call->session->user,
			      NXIA_RIGHTS_CHANNEL, end == NXIA_CLIENT ? parent->badge : 0);
	if (!IS_ERR(cap))
		cap->end = end;
	return cap;
}

static int connect_channel(struct nxia_call *call, struct nxia_cap *parent,
			   struct nxia_channel *channel)
{
	struct nxia_connect *arg = &call->arg.connect;
	struct nxia_new_file new;
	struct nxia_cap *cap;
	int err;

	cap = end_cap(call, channel, parent, NXIA_CLIENT);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	err = nxia_call_prepare_file(call, cap, &new);
	if (err)
		goto out;
	arg->handle = new.handle;
	arg->fd = new.fd;
	err = nxia_cap_link(cap, parent) ?:
	      backlog_add(endpoint_of(parent->object), channel) ?:
	      nxia_call_reply(call);
	err = nxia_call_finish_file(call, &new, err);
out:
	nxia_cap_put(cap);
	return err;
}

int nxia_endpoint_connect(struct nxia_call *call)
{
	struct nxia_connect *arg = &call->arg.connect;
	struct nxia_endpoint *endpoint;
	struct nxia_channel *channel;
	struct nxia_cap *parent;
	int err;

	if (arg->flags)
		return -EINVAL;
	if (!nxia_ring_size_ok(arg->tx_size) || !nxia_ring_size_ok(arg->rx_size))
		return -EINVAL;
	parent = nxia_session_get(call->session, arg->endpoint, NXIA_TYPE_ENDPOINT,
				  NXIA_RIGHT_CONNECT);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	endpoint = endpoint_of(parent->object);
	channel = nxia_channel_create(call->session->user, endpoint, parent->badge,
				      arg->tx_size, arg->rx_size);
	if (IS_ERR(channel)) {
		err = PTR_ERR(channel);
		goto out;
	}
	WRITE_ONCE(channel->end[NXIA_CLIENT].remote, call->session->remote);
	err = may_talk(endpoint, channel, &endpoint->maker, "CONNECT") ?:
	      connect_channel(call, parent, channel);
	nxia_object_put(&channel->object);
out:
	nxia_cap_put(parent);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_endpoint_connect);

static void describe_client(struct nxia_accept *arg, const struct nxia_channel *channel)
{
	const struct nxia_peer *client = &channel->client;

	arg->tx_size = channel->end[NXIA_SERVER].size;
	arg->rx_size = channel->end[NXIA_CLIENT].size;
	arg->badge = client->badge;
	arg->label = client->identity.label;
	arg->domain = client->identity.domain;
	arg->pid = pid_vnr(client->pid);
	arg->uid = from_kuid_munged(current_user_ns(), client->uid);
}

/* Shows the caller its end, @cap; on an error that is closed. */
static int accept_reply(struct nxia_call *call, struct nxia_channel *channel,
			const struct nxia_new_file *new)
{
	struct nxia_accept *arg = &call->arg.accept;

	describe_client(arg, channel);
	arg->handle = new->handle;
	arg->fd = new->fd;
	return nxia_call_finish_file(call, new, nxia_call_reply(call));
}

/* Takes over the reference to @channel: until there is an end, it can go back. */
static int accept_channel(struct nxia_call *call, struct nxia_cap *parent,
			  struct nxia_channel *channel)
{
	struct nxia_new_file new;
	struct nxia_cap *cap;
	int err;

	WRITE_ONCE(channel->end[NXIA_SERVER].remote, call->session->remote);
	cap = end_cap(call, channel, parent, NXIA_SERVER);
	if (IS_ERR(cap)) {
		err = PTR_ERR(cap);
		goto err_return;
	}
	err = nxia_cap_link(cap, parent);
	if (err)
		goto err_put;
	err = nxia_call_prepare_file(call, cap, &new);
	if (err) {
		if (!nxia_cap_unlink(cap))
			goto err_put;
	} else {
		err = accept_reply(call, channel, &new);
	}
	nxia_cap_put(cap);
	nxia_object_put(&channel->object);
	return err;

err_put:
	nxia_cap_put(cap);
err_return:
	backlog_return(endpoint_of(parent->object), channel);
	return err;
}

/* The oldest connection of a client that the caller may exchange information with. */
static struct nxia_channel *take_acceptable(struct nxia_endpoint *endpoint)
{
	struct nxia_identity caller;
	struct nxia_channel *channel;

	nxia_lsm_identity(current_cred(), &caller);
	while ((channel = backlog_take(endpoint))) {
		if (!may_talk(endpoint, channel, &caller, "ACCEPT"))
			break;
		refuse(channel);
	}
	return channel;
}

int nxia_endpoint_accept(struct nxia_call *call)
{
	struct nxia_accept *arg = &call->arg.accept;
	struct nxia_channel *channel;
	struct nxia_cap *parent;
	int err = -EAGAIN;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	parent = nxia_session_get(call->session, arg->endpoint, NXIA_TYPE_ENDPOINT,
				  NXIA_RIGHT_READ);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	channel = take_acceptable(endpoint_of(parent->object));
	if (channel)
		err = accept_channel(call, parent, channel);
	nxia_cap_put(parent);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_endpoint_accept);
