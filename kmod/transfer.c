// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities in flight over a channel.
 *
 * A batch waits at the receiving end.  Its capabilities are in the tree like
 * any other, but in no session.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <kunit/visibility.h>

#include "call.h"
#include "channel.h"
#include "label.h"
#include "session.h"
#include "transfer.h"

/**
 * struct batch - capabilities that travel together
 * @link: in the end's batches, oldest first
 * @sequence: number of the batch in its direction
 * @count: of @caps
 * @caps: a reference each
 */
struct batch {
	struct list_head link;
	u64 sequence;
	unsigned int count;
	struct nxia_cap *caps[NXIA_TRANSFER_MAX];
};

static void batch_discard(struct batch *batch)
{
	while (batch->count)
		nxia_cap_close(batch->caps[--batch->count]);
	kfree(batch);
}

/* Closes what will never be received. */
void nxia_transfer_discard(struct list_head *batches)
{
	struct batch *batch, *next;

	list_for_each_entry_safe(batch, next, batches, link)
		batch_discard(batch);
}

/*
 * TRANSFER
 */

static struct nxia_cap *derive_for(struct nxia_session *session,
				   const struct nxia_transfer_cap *want)
{
	u64 needs = NXIA_RIGHT_TRANSFER | (want->badge ? NXIA_RIGHT_DERIVE : 0);
	struct nxia_cap *parent, *cap;

	parent = nxia_session_get(session, want->handle, 0, needs);
	if (IS_ERR(parent))
		return parent;
	cap = nxia_cap_derive(parent, session->user, want->rights, want->badge);
	nxia_cap_put(parent);
	return cap;
}

static struct batch *batch_create(struct nxia_session *session,
				  const struct nxia_transfer_cap *wants,
				  unsigned int count)
{
	struct batch *batch = kzalloc(sizeof(*batch), GFP_KERNEL_ACCOUNT);

	if (!batch)
		return ERR_PTR(-ENOMEM);
	for (; batch->count < count; batch->count++) {
		struct nxia_cap *cap = derive_for(session, &wants[batch->count]);

		if (IS_ERR(cap)) {
			batch_discard(batch);
			return ERR_CAST(cap);
		}
		batch->caps[batch->count] = cap;
	}
	return batch;
}

/* Hands @batch to the peer of @cap; returns its number. */
static int batch_send(struct nxia_cap *cap, struct batch *batch, u64 *sequence)
{
	struct nxia_channel *channel = nxia_channel_of(cap->object);
	struct nxia_end *peer = nxia_peer_of(cap);

	int err;

	spin_lock(&channel->lock);
	err = nxia_cap_error(cap);
	if (!err && (peer->gone || nxia_end_of(cap)->shut))
		err = -EPIPE;
	if (!err && peer->nr_batches >= NXIA_TRANSFER_BATCHES)
		err = -EAGAIN;
	if (!err) {
		batch->sequence = ++peer->last_batch;
		*sequence = batch->sequence;
		list_add_tail(&batch->link, &peer->batches);
		peer->nr_batches++;
	}
	spin_unlock(&channel->lock);
	return err;
}

/* To a session of a remote domain nothing goes without REMOTE. */
static int check_remote(const struct nxia_end *to, const struct nxia_transfer_cap *wants,
			unsigned int count)
{
	unsigned int i;

	if (!READ_ONCE(to->remote))
		return 0;
	for (i = 0; i < count; i++)
		if (!(wants[i].rights & NXIA_RIGHT_REMOTE))
			return nxia_label_local_only("TRANSFER");
	return 0;
}

static int transfer(struct nxia_call *call, struct nxia_cap *channel)
{
	struct nxia_transfer *arg = &call->arg.transfer;
	struct nxia_transfer_cap wants[NXIA_TRANSFER_MAX];
	struct batch *batch;
	int err;

	if (copy_from_user(wants, u64_to_user_ptr(arg->caps),
			   arg->count * sizeof(*wants)))
		return -EFAULT;
	err = check_remote(nxia_peer_of(channel), wants, arg->count);
	if (err)
		return err;
	batch = batch_create(call->session, wants, arg->count);
	if (IS_ERR(batch))
		return PTR_ERR(batch);
	err = batch_send(channel, batch, &arg->sequence);
	if (err) {
		batch_discard(batch);
		return err;
	}
	return nxia_call_reply(call);
}

int nxia_transfer_send(struct nxia_call *call)
{
	struct nxia_transfer *arg = &call->arg.transfer;
	struct nxia_cap *channel;
	int err;

	if (arg->flags || !arg->count)
		return -EINVAL;
	if (arg->count > NXIA_TRANSFER_MAX)
		return -E2BIG;
	channel = nxia_session_get(call->session, arg->channel, NXIA_TYPE_CHANNEL,
				   NXIA_RIGHT_WRITE);
	if (IS_ERR(channel))
		return PTR_ERR(channel);
	err = transfer(call, channel);
	nxia_cap_put(channel);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_transfer_send);

/*
 * RECEIVE
 */

/* The oldest batch for @cap, if it has room for it; sets *@count. */
static struct batch *batch_take(struct nxia_cap *cap, u32 *count)
{
	struct nxia_channel *channel = nxia_channel_of(cap->object);
	struct nxia_end *end = nxia_end_of(cap), *peer = nxia_peer_of(cap);
	struct batch *batch;
	int err;

	spin_lock(&channel->lock);
	batch = list_first_entry_or_null(&end->batches, struct batch, link);
	err = nxia_cap_error(cap);
	if (!err && !batch)
		err = peer->gone || peer->shut ? -EPIPE : -EAGAIN;
	if (!err && batch->count > *count) {
		*count = batch->count;
		err = -EMSGSIZE;
	}
	if (!err) {
		list_del(&batch->link);
		end->nr_batches--;
		*count = batch->count;
	}
	spin_unlock(&channel->lock);
	return err ? ERR_PTR(err) : batch;
}

/* Puts back what batch_take() gave. */
static void batch_return(struct nxia_cap *cap, struct batch *batch)
{
	struct nxia_channel *channel = nxia_channel_of(cap->object);
	struct nxia_end *end = nxia_end_of(cap);

	bool gone;

	spin_lock(&channel->lock);
	gone = end->gone;
	if (!gone) {
		list_add(&batch->link, &end->batches);
		end->nr_batches++;
	}
	spin_unlock(&channel->lock);
	if (gone)
		batch_discard(batch);
}

/* The capabilities of @batch, charged to @user by number, are no longer the sender's. */
static void batch_own(struct batch *batch, struct nxia_user *user)
{
	unsigned int i;

	for (i = 0; i < batch->count; i++) {
		struct nxia_cap *cap = batch->caps[i];

		nxia_user_uncharge(cap->user, NXIA_CHARGE_CAPS, 1);
		nxia_user_put(cap->user);
		cap->user = nxia_user_get(user);
	}
}

/* Brings @batch into @session, or leaves it as it was. */
static int batch_install(struct batch *batch, struct nxia_session *session)
{
	int err;

	err = nxia_user_charge(session->user, NXIA_CHARGE_CAPS, batch->count);
	if (err)
		return err;
	err = nxia_session_install(session, batch->caps, batch->count);
	if (err) {
		nxia_user_uncharge(session->user, NXIA_CHARGE_CAPS, batch->count);
		return err;
	}
	batch_own(batch, session->user);
	return 0;
}

static void batch_close(struct nxia_session *session, struct batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->count; i++)
		nxia_session_drop(session, batch->caps[i]->handle);
}

/* Revokes what was sent before it was known that the receiver is remote. */
static void batch_revoke_local(struct batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->count; i++) {
		if (batch->caps[i]->rights & NXIA_RIGHT_REMOTE)
			continue;
		nxia_label_local_only("RECEIVE");
		nxia_cap_destroy(batch->caps[i]);
	}
}

static int batch_tell(struct nxia_call *call, const struct batch *batch)
{
	struct nxia_receive *arg = &call->arg.receive;
	struct nxia_transfer_cap given[NXIA_TRANSFER_MAX];
	unsigned int i;

	for (i = 0; i < batch->count; i++)
		given[i] = (struct nxia_transfer_cap) {
			.handle = batch->caps[i]->handle,
			.rights = batch->caps[i]->rights,
			.badge = batch->caps[i]->badge,
		};
	if (copy_to_user(u64_to_user_ptr(arg->caps), given, batch->count * sizeof(*given)))
		return -EFAULT;
	arg->sequence = batch->sequence;
	return nxia_call_reply(call);
}

static int receive(struct nxia_call *call, struct nxia_cap *channel)
{
	struct nxia_receive *arg = &call->arg.receive;
	struct batch *batch;
	int err;

	batch = batch_take(channel, &arg->count);
	if (batch == ERR_PTR(-EMSGSIZE))
		return nxia_call_reply(call) ?: -EMSGSIZE;
	if (IS_ERR(batch))
		return PTR_ERR(batch);
	if (call->session->remote)
		batch_revoke_local(batch);
	err = batch_install(batch, call->session);
	if (err) {
		batch_return(channel, batch);
		return err;
	}
	err = batch_tell(call, batch);
	if (err)
		batch_close(call->session, batch);
	while (batch->count)
		nxia_cap_put(batch->caps[--batch->count]);
	kfree(batch);
	return err;
}

int nxia_transfer_receive(struct nxia_call *call)
{
	struct nxia_receive *arg = &call->arg.receive;
	struct nxia_cap *channel;
	int err;

	if (arg->flags)
		return -EINVAL;
	channel = nxia_session_get(call->session, arg->channel, NXIA_TYPE_CHANNEL,
				   NXIA_RIGHT_READ);
	if (IS_ERR(channel))
		return PTR_ERR(channel);
	err = receive(call, channel);
	nxia_cap_put(channel);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_transfer_receive);
