// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleep and wake-up between the ends of a channel.
 */
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "call.h"
#include "channel.h"
#include "label.h"
#include "compat.h"
#include "wait.h"

/*
 * Readiness
 */

static int poison(struct nxia_channel *channel)
{
	WRITE_ONCE(channel->poisoned, true);
	nxia_channel_wake(channel);
	return -EBADMSG;
}

static bool readable(const struct nxia_end *end, const struct nxia_end *peer, u64 used)
{
	u64 want = nxia_ring_wanted(READ_ONCE(end->consumer->want), peer->size);

	return used >= (READ_ONCE(peer->gone) || READ_ONCE(peer->shut) ? 1 : want);
}

static bool writable(const struct nxia_end *end, u64 used)
{
	u64 want = nxia_ring_wanted(READ_ONCE(end->producer->want), end->size);

	return end->size - used >= want;
}

/* Which of @flags (NXIA_WAIT_*) are so now, or -EBADMSG. */
static int look(const struct nxia_cap *cap, u32 flags)
{
	struct nxia_channel *channel = nxia_channel_of(cap->object);
	const struct nxia_end *end = nxia_end_of(cap), *peer = end->peer;
	int ready = 0;
	u64 used;

	if (READ_ONCE(channel->poisoned))
		return -EBADMSG;
	if (flags & NXIA_WAIT_READ) {
		used = nxia_ring_used(peer->producer, end->consumer, peer->size);
		if (used == U64_MAX)
			return poison(channel);
		if (readable(end, peer, used))
			ready |= NXIA_WAIT_READ;
	}
	if (flags & NXIA_WAIT_WRITE) {
		used = nxia_ring_used(end->producer, peer->consumer, end->size);
		if (used == U64_MAX)
			return poison(channel);
		if (writable(end, used))
			ready |= NXIA_WAIT_WRITE;
	}
	return ready;
}

/* Tells the peer, on behalf of the end, that it is about to sleep. */
static void arm(struct nxia_end *end, u32 flags)
{
	if (flags & NXIA_WAIT_READ)
		cmpxchg(&end->consumer->want, 0, 1);
	if (flags & NXIA_WAIT_WRITE)
		cmpxchg(&end->producer->want, 0, 1);
	/*
	 * Pairs with the barrier of the peer between its index and our want:
	 * either it sees that we sleep, or we see what it did.
	 */
	smp_mb();
}

/* Wakes who sleeps on an end. */
static void wake(struct nxia_end *end)
{
	/* Has a full barrier, which pairs with that of prepare_to_wait(). */
	if (wq_has_sleeper(&end->wait))
		wake_up_interruptible(&end->wait);
}

/*
 * Takes back what tells the peer to wake this end, and wakes the others who sleep
 * on it, so that they look and arm again.
 */
static void disarm(struct nxia_end *end, u32 flags)
{
	if (flags & NXIA_WAIT_READ)
		WRITE_ONCE(end->consumer->want, 0);
	if (flags & NXIA_WAIT_WRITE)
		WRITE_ONCE(end->producer->want, 0);
	wake(end);
}

static int arm_and_look(const struct nxia_cap *cap, u32 flags)
{
	arm(nxia_end_of(cap), flags);
	return look(cap, flags);
}

__poll_t nxia_wait_poll(struct file *file, poll_table *pt)
{
	struct nxia_cap *cap = file->private_data;
	const struct nxia_end *peer = nxia_peer_of(cap);
	__poll_t asked = poll_requested_events(pt), events = 0;
	u32 flags = 0;
	int ready;

	poll_wait(file, &nxia_end_of(cap)->wait, pt);
	if (nxia_cap_error(cap) || nxia_label_file(file))
		return EPOLLERR | EPOLLHUP;
	if (asked & (EPOLLIN | EPOLLRDNORM) && cap->rights & NXIA_RIGHT_READ)
		flags |= NXIA_WAIT_READ;
	if (asked & (EPOLLOUT | EPOLLWRNORM) && cap->rights & NXIA_RIGHT_WRITE)
		flags |= NXIA_WAIT_WRITE;

	ready = look(cap, flags);
	if (!ready && flags)
		ready = arm_and_look(cap, flags);
	if (ready < 0)
		return EPOLLERR;
	/* The caller looks at the ring next, and must find what came before. */
	if (smp_load_acquire(&peer->gone))
		events |= EPOLLHUP | EPOLLIN | EPOLLRDNORM;
	/* Likewise. */
	if (smp_load_acquire(&peer->shut))
		events |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
	if (ready & NXIA_WAIT_READ)
		events |= EPOLLIN | EPOLLRDNORM;
	if (ready & NXIA_WAIT_WRITE)
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

/*
 * NOTIFY and WAIT
 *
 * Wake-ups name no events, here and for backlogs and events: io_uring would take
 * those for what is so, and not look.
 */

static int notify(struct nxia_cap *cap)
{
	struct nxia_end *peer = nxia_peer_of(cap);
	int err = nxia_cap_error(cap);

	if (err)
		return err;
	if (READ_ONCE(peer->gone))
		return -EPIPE;
	wake(peer);
	return 0;
}

/* Nothing of @flags can become so any more. */
static bool hopeless(const struct nxia_cap *cap, u32 flags)
{
	const struct nxia_end *end = nxia_end_of(cap), *peer = end->peer;
	/* Pairs with nxia_channel_end_gone(). */
	bool gone = smp_load_acquire(&peer->gone);
	/* Pairs with shut(). */
	bool sends_no_more = smp_load_acquire(&peer->shut);

	return gone || (flags == NXIA_WAIT_READ && sends_no_more) ||
	       (flags == NXIA_WAIT_WRITE && READ_ONCE(end->shut));
}

/* Ready flags, 0 to sleep, or why there is nothing to wait for. */
static int wait_look(struct nxia_cap *cap, u32 flags)
{
	/* Before the look: what the peer wrote last comes before its end. */
	bool over = hopeless(cap, flags);
	int ready = nxia_cap_error(cap) ?: arm_and_look(cap, flags);

	return ready || !over ? ready : -EPIPE;
}

/* Sleeps until woken; why not to sleep on, or 0. */
static int wait_sleep(const struct nxia_wait *arg, ktime_t *expires)
{
	if (!arg->timeout)
		return -ETIMEDOUT;
	if (signal_pending(current))
		return arg->timeout == NXIA_WAIT_FOREVER ? -ERESTARTSYS : -EINTR;
	if (arg->timeout == NXIA_WAIT_FOREVER)
		schedule();
	else if (!schedule_hrtimeout(expires, HRTIMER_MODE_ABS))
		return -ETIMEDOUT;
	return 0;
}

/* Ready flags, 0 if nothing is so, or why the capability is of no use. */
static int wait_peek(const struct nxia_cap *cap, u32 flags)
{
	return nxia_cap_error(cap) ?: look(cap, flags);
}

/*
 * Lets the peer run, which may do what this waits for before there is a reason to
 * sleep.  If it waits in the same way, on this processor, it is on the run queue still.
 * Returns false if no one ran.
 */
static bool let_peer_run(const struct nxia_end *end, int here)
{
	if (READ_ONCE(end->peer->yields_on) != here)
		return cond_resched();
	schedule();
	return true;
}

/* What comes of waiting without sleep. */
static int wait_awake(struct nxia_cap *cap, const struct nxia_wait *arg, bool notify_first)
{
	struct nxia_end *end = nxia_end_of(cap);
	int here = raw_smp_processor_id() + 1, ready;

	WRITE_ONCE(end->yields_on, here);
	if (notify_first)
		notify(cap);
	ready = wait_peek(cap, arg->flags);
	if (!ready && arg->timeout && let_peer_run(end, here))
		ready = wait_peek(cap, arg->flags);
	WRITE_ONCE(end->yields_on, 0);
	return ready;
}

static int wait_asleep(struct nxia_cap *cap, const struct nxia_wait *arg,
		       ktime_t expires)
{
	struct nxia_end *end = nxia_end_of(cap);
	DEFINE_WAIT(entry);
	int ready, err = 0;

	do {
		prepare_to_wait(&end->wait, &entry, TASK_INTERRUPTIBLE);
		ready = wait_look(cap, arg->flags);
		if (ready)
			break;
		err = wait_sleep(arg, &expires);
		/* The last word is a look's: time can run out as data comes. */
		ready = wait_peek(cap, arg->flags);
	} while (!ready && !err);
	finish_wait(&end->wait, &entry);
	return ready ?: err;
}

/* When it is over.  The time runs while others do. */
static ktime_t wait_expires(const struct nxia_wait *arg)
{
	if (!arg->timeout || arg->timeout >= KTIME_MAX)
		return KTIME_MAX;
	return ktime_add_safe(ktime_get(), ns_to_ktime(arg->timeout));
}

static int check_wait(const struct nxia_cap *cap, const struct nxia_wait *arg)
{
	u64 rights;

	if (!arg->flags || arg->flags & ~(NXIA_WAIT_READ | NXIA_WAIT_WRITE))
		return -EINVAL;
	rights = (arg->flags & NXIA_WAIT_READ ? NXIA_RIGHT_READ : 0) |
		 (arg->flags & NXIA_WAIT_WRITE ? NXIA_RIGHT_WRITE : 0);
	return rights & ~cap->rights ? -EPERM : 0;
}

/*
 * Ready flags or an error, which can be -ERESTARTSYS.  @again: when the time is over,
 * the same call comes once more.
 */
static int notify_wait(struct nxia_cap *cap, const struct nxia_wait *arg,
		       bool notify_first, bool again)
{
	int ret = check_wait(cap, arg);
	ktime_t expires;

	if (ret)
		return ret;
	expires = wait_expires(arg);
	ret = wait_awake(cap, arg, notify_first) ?: wait_asleep(cap, arg, expires);
	/* The call that comes once more finds want as its caller has set it. */
	if (!again || ret != -ETIMEDOUT)
		disarm(nxia_end_of(cap), arg->flags);
	return ret;
}

static int call_wait(struct nxia_cap *cap, unsigned int cmd,
		     struct nxia_wait __user *to, bool notify_first)
{
	struct nxia_wait arg;
	int ret;

	ret = nxia_call_copy(&arg, sizeof(arg), cmd, to);
	if (ret)
		return ret;
	ret = notify_wait(cap, &arg, notify_first, false);
	if (ret < 0)
		return ret;
	return put_user(ret, &to->ready);
}

/* This end sends no more. */
static int shut(struct nxia_cap *cap)
{
	struct nxia_channel *channel = nxia_channel_of(cap->object);
	struct nxia_end *end = nxia_end_of(cap);
	int err = nxia_cap_error(cap);

	if (err)
		return err;
	spin_lock(&channel->lock);
	/* Pairs with hopeless(). */
	smp_store_release(&end->shut, true);
	spin_unlock(&channel->lock);
	nxia_channel_wake(channel);
	return 0;
}

long nxia_wait_ioctl(struct file *file, unsigned int cmd, unsigned long to)
{
	struct nxia_cap *cap = file->private_data;
	int err = nxia_label_file(file);

	if (err)
		return err;
	if (cmd == NXIA_IOC_NOTIFY)
		return notify(cap);
	if (cmd == NXIA_IOC_SHUTDOWN)
		return shut(cap);
	if (nxia_call_is(cmd, NXIA_IOC_WAIT))
		return call_wait(cap, cmd, (void __user *)to, false);
	if (nxia_call_is(cmd, NXIA_IOC_NOTIFY_WAIT))
		return call_wait(cap, cmd, (void __user *)to, true);
	return -ENOTTY;
}

/*
 * io_uring
 */

#if IS_ENABLED(CONFIG_IO_URING)

/*
 * The first time with IO_URING_F_NONBLOCK: what would sleep is asked for again by
 * a worker, which may.
 */
static int uring_wait(struct nxia_cap *cap, struct io_uring_cmd *cmd,
		      unsigned int issue_flags, bool notify_first)
{
	bool nonblock = issue_flags & IO_URING_F_NONBLOCK, sleeps;
	struct nxia_wait arg;
	int ret;

	/* The process can write to it while this looks. */
	memcpy(&arg, nxia_uring_arg(cmd, struct nxia_wait), sizeof(arg));
	if (arg.ready)
		return -EINVAL;
	sleeps = nonblock && arg.timeout;
	if (sleeps)
		arg.timeout = 0;
	ret = notify_wait(cap, &arg, notify_first, sleeps);
	if (ret == -ETIMEDOUT && sleeps)
		return -EAGAIN;
	return ret == -ERESTARTSYS ? -EINTR : ret;
}

int nxia_wait_uring(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	struct nxia_cap *cap = cmd->file->private_data;
	int err = nxia_label_file(cmd->file);

	if (err)
		return err;
	switch (cmd->cmd_op) {
	case NXIA_IOC_NOTIFY:
		return notify(cap);
	case NXIA_IOC_WAIT:
		return uring_wait(cap, cmd, issue_flags, false);
	case NXIA_IOC_NOTIFY_WAIT:
		return uring_wait(cap, cmd, issue_flags, true);
	default:
		return -ENOTTY;
	}
}

#endif
