// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a session is told without having asked at the time.
 *
 * An event waits by a link in the capability that it is about.  So there is at
 * most one for each, and to post it needs no memory.
 */
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <kunit/visibility.h>

#include "call.h"
#include "event.h"
#include "session.h"

/*
 * The last reference to what @cap stands for is gone: tells its holder.  The
 * caller has the lock of the tree, which keeps the session.
 */
void nxia_event_post(struct nxia_cap *cap)
{
	struct nxia_session *session = cap->session;

	lockdep_assert_held(&cap->tree->lock);
	if (!session)
		return;
	spin_lock(&session->event_lock);
	if (list_empty(&cap->event))
		list_add_tail(&cap->event, &session->events);
	spin_unlock(&session->event_lock);
	wake_up_interruptible(&session->event_wait);
}

/* @cap leaves its session, and so does what waits about it. */
void nxia_event_cancel(struct nxia_cap *cap)
{
	struct nxia_session *session = cap->session;

	lockdep_assert_held(&cap->tree->lock);
	if (!session)
		return;
	spin_lock(&session->event_lock);
	list_del_init(&cap->event);
	spin_unlock(&session->event_lock);
}

int nxia_event_watch(struct nxia_call *call)
{
	struct nxia_watch *arg = &call->arg.watch;
	struct nxia_cap *cap;
	int err;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	cap = nxia_session_get(call->session, arg->handle, 0, NXIA_RIGHT_INSPECT);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	err = nxia_cap_watch(cap);
	nxia_cap_put(cap);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_event_watch);

int nxia_event_take(struct nxia_call *call)
{
	struct nxia_session *session = call->session;
	struct nxia_event *arg = &call->arg.event;
	struct nxia_cap *cap;

	if (arg->flags)
		return -EINVAL;
	spin_lock(&session->event_lock);
	cap = list_first_entry_or_null(&session->events, struct nxia_cap, event);
	if (cap) {
		list_del_init(&cap->event);
		arg->type = NXIA_EVENT_LAST_REFERENCE;
		arg->handle = cap->handle;
		arg->badge = cap->badge;
	}
	spin_unlock(&session->event_lock);
	return cap ? nxia_call_reply(call) : -EAGAIN;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_event_take);
