// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channels: two rings in shared pages, and the sleep and wake-up between them.
 */
#include <linux/cred.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "call.h"
#include "channel.h"
#include "endpoint.h"
#include "file.h"
#include "lsm.h"
#include "transfer.h"

#define INDEX_PAGES	2
#define PEER_PGOFF	(NXIA_MMAP_PEER >> PAGE_SHIFT)

static_assert(sizeof(struct nxia_index) <= PAGE_SIZE);

/*
 * Memory
 */

static unsigned int half_pages(u64 size)
{
	return INDEX_PAGES + (size >> PAGE_SHIFT);
}

static void end_free_pages(struct nxia_end *end)
{
	while (end->nr_pages)
		__free_page(end->pages[--end->nr_pages]);
	kvfree(end->pages);
}

static int end_alloc_pages(struct nxia_end *end)
{
	unsigned int count = half_pages(end->size);

	end->pages = kvmalloc_array(count, sizeof(*end->pages), GFP_KERNEL_ACCOUNT);
	if (!end->pages)
		return -ENOMEM;
	while (end->nr_pages < count) {
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);

		if (!page)
			return -ENOMEM;
		end->pages[end->nr_pages++] = page;
	}
	end->producer = page_address(end->pages[0]);
	end->consumer = page_address(end->pages[1]);
	return 0;
}

static void end_init(struct nxia_end *end, u64 size)
{
	end->size = size;
	address_space_init_once(&end->mapping);
	end->mapping.a_ops = &empty_aops;
	init_rwsem(&end->map_lock);
	init_waitqueue_head(&end->wait);
	INIT_LIST_HEAD(&end->batches);
}

static void channel_destroy(struct nxia_channel *channel)
{
	end_free_pages(&channel->end[NXIA_CLIENT]);
	end_free_pages(&channel->end[NXIA_SERVER]);
	put_pid(channel->client.pid);
	nxia_endpoint_put(channel->endpoint);
	kfree(channel);
}

static long channel_pages(const struct nxia_channel *channel)
{
	return half_pages(channel->end[NXIA_CLIENT].size) +
	       half_pages(channel->end[NXIA_SERVER].size);
}

static void channel_free(struct nxia_object *object)
{
	struct nxia_channel *channel = nxia_channel_of(object);

	nxia_user_uncharge(object->user, NXIA_CHARGE_PAGES, channel_pages(channel));
	channel_destroy(channel);
}

static void take_identity(struct nxia_peer *peer, u64 badge)
{
	peer->badge = badge;
	peer->pid = get_pid(task_tgid(current));
	peer->uid = current_euid();
	nxia_lsm_identity(&peer->label, &peer->domain);
}

/*
 * Faults
 *
 * Pages are mapped as bare frame numbers, so that no one can pin them and keep
 * them beyond a revocation.
 */

static vm_fault_t channel_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct nxia_cap *cap = vma->vm_file->private_data;
	struct nxia_end *end = nxia_end_of(cap), *half = end;
	pgoff_t page = vmf->pgoff;

	if (page >= PEER_PGOFF) {
		page -= PEER_PGOFF;
		half = nxia_peer_of(cap);
	}
	if (page >= half->nr_pages)
		page -= half->nr_pages - INDEX_PAGES;

	guard(rwsem_read)(&end->map_lock);
	if (nxia_cap_error(cap))
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn(vma, vmf->address, page_to_pfn(half->pages[page]));
}

static const struct vm_operations_struct channel_vm_ops = {
	.fault = channel_fault,
};

static int map_half(struct nxia_cap *cap, struct vm_area_struct *vma,
		    const struct nxia_end *half, u64 rights, vm_flags_t never)
{
	if (nxia_cap_error(cap))
		return nxia_cap_error(cap);
	if (vma_pages(vma) != 2 * half->nr_pages - INDEX_PAGES ||
	    !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & never)
		return -EACCES;
	if (rights & ~cap->rights)
		return -EPERM;
	/* VM_MAYx is VM_x << 4, as mprotect() has it too. */
	static_assert(VM_MAYWRITE == VM_WRITE << 4 && VM_MAYEXEC == VM_EXEC << 4);
	vm_flags_mod(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTCOPY | VM_DONTDUMP,
		     never << 4);
	vma->vm_ops = &channel_vm_ops;
	return 0;
}

static int channel_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct nxia_cap *cap = file->private_data;

	switch (vma->vm_pgoff) {
	case 0:
		return map_half(cap, vma, nxia_end_of(cap),
				NXIA_RIGHT_MAP | NXIA_RIGHT_WRITE, VM_EXEC);
	case PEER_PGOFF:
		return map_half(cap, vma, nxia_peer_of(cap),
				NXIA_RIGHT_MAP | NXIA_RIGHT_READ,
				VM_EXEC | VM_WRITE);
	default:
		return -EINVAL;
	}
}

static void end_unmap(struct nxia_end *end)
{
	/* A fault that saw the capability alive has put its page by now. */
	guard(rwsem_write)(&end->map_lock);
	unmap_mapping_range(&end->mapping, 0, 0, true);
}

/*
 * Readiness
 */

static int poison(struct nxia_channel *channel)
{
	WRITE_ONCE(channel->poisoned, true);
	wake_up_all(&channel->end[NXIA_CLIENT].wait);
	wake_up_all(&channel->end[NXIA_SERVER].wait);
	return -EBADMSG;
}

static bool readable(const struct nxia_end *end, const struct nxia_end *peer, u64 used)
{
	u64 want = nxia_ring_wanted(READ_ONCE(end->consumer->want), peer->size);

	return used >= (READ_ONCE(peer->gone) ? 1 : want);
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
	struct nxia_end *end = nxia_end_of(cap), *peer = nxia_peer_of(cap);
	u64 in = nxia_ring_used(peer->producer, end->consumer, peer->size);
	u64 out = nxia_ring_used(end->producer, peer->consumer, end->size);
	int ready = 0;

	if (READ_ONCE(channel->poisoned))
		return -EBADMSG;
	if (in == U64_MAX || out == U64_MAX)
		return poison(channel);
	if (flags & NXIA_WAIT_READ && readable(end, peer, in))
		ready |= NXIA_WAIT_READ;
	if (flags & NXIA_WAIT_WRITE && writable(end, out))
		ready |= NXIA_WAIT_WRITE;
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

static void disarm(struct nxia_end *end, u32 flags)
{
	if (flags & NXIA_WAIT_READ)
		WRITE_ONCE(end->consumer->want, 0);
	if (flags & NXIA_WAIT_WRITE)
		WRITE_ONCE(end->producer->want, 0);
}

/* Looks; if nothing of @flags is so, arms and looks again. */
static int look_and_arm(const struct nxia_cap *cap, u32 flags)
{
	int ready = look(cap, flags);

	if (ready || !flags)
		return ready;
	arm(nxia_end_of(cap), flags);
	return look(cap, flags);
}

static __poll_t channel_poll(struct file *file, poll_table *pt)
{
	struct nxia_cap *cap = file->private_data;
	__poll_t asked = poll_requested_events(pt), events = 0;
	u32 flags = 0;
	int ready;

	poll_wait(file, &nxia_end_of(cap)->wait, pt);
	if (nxia_cap_error(cap))
		return EPOLLERR | EPOLLHUP;
	if (asked & (EPOLLIN | EPOLLRDNORM) && cap->rights & NXIA_RIGHT_READ)
		flags |= NXIA_WAIT_READ;
	if (asked & (EPOLLOUT | EPOLLWRNORM) && cap->rights & NXIA_RIGHT_WRITE)
		flags |= NXIA_WAIT_WRITE;

	ready = look_and_arm(cap, flags);
	if (ready < 0)
		return EPOLLERR;
	if (READ_ONCE(nxia_peer_of(cap)->gone))
		events = EPOLLHUP | EPOLLIN | EPOLLRDNORM;
	if (ready & NXIA_WAIT_READ)
		events |= EPOLLIN | EPOLLRDNORM;
	if (ready & NXIA_WAIT_WRITE)
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

/*
 * NOTIFY and WAIT
 */

#define WAKE_EVENTS	(EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM)

static int notify(struct nxia_cap *cap)
{
	int err = nxia_cap_error(cap);

	if (err)
		return err;
	if (READ_ONCE(nxia_peer_of(cap)->gone))
		return -EPIPE;
	wake_up_interruptible_poll(&nxia_peer_of(cap)->wait, WAKE_EVENTS);
	return 0;
}

/* Ready flags, 0 to sleep, or why there is nothing to wait for. */
static int wait_look(struct nxia_cap *cap, u32 flags)
{
	/* Before the look: what the peer wrote last comes before its end. */
	bool gone = smp_load_acquire(&nxia_peer_of(cap)->gone);
	int ready = nxia_cap_error(cap);

	if (ready)
		return ready;
	ready = look_and_arm(cap, flags);
	return ready || !gone ? ready : -EPIPE;
}

/* Sleeps until woken; why not to sleep on, or 0. */
static int wait_sleep(const struct nxia_wait *arg, ktime_t *expires)
{
	if (signal_pending(current))
		return arg->timeout == NXIA_WAIT_FOREVER ? -ERESTARTSYS : -EINTR;
	if (!arg->timeout)
		return -ETIMEDOUT;
	if (arg->timeout == NXIA_WAIT_FOREVER)
		schedule();
	else if (!schedule_hrtimeout(expires, HRTIMER_MODE_ABS))
		return -ETIMEDOUT;
	return 0;
}

static int wait_ready(struct nxia_cap *cap, const struct nxia_wait *arg)
{
	struct nxia_end *end = nxia_end_of(cap);
	ktime_t expires = KTIME_MAX;
	DEFINE_WAIT(entry);
	int ready, err = 0;

	ready = nxia_cap_error(cap) ?: look(cap, arg->flags);
	if (ready)
		goto out;
	if (arg->timeout < KTIME_MAX)
		expires = ktime_add_safe(ktime_get(), ns_to_ktime(arg->timeout));
	for (;;) {
		prepare_to_wait(&end->wait, &entry, TASK_INTERRUPTIBLE);
		ready = wait_look(cap, arg->flags);
		if (ready || err)
			break;
		err = wait_sleep(arg, &expires);
		/* The last word is a look's: time can run out as data comes. */
		if (err && err != -ETIMEDOUT)
			break;
	}
	finish_wait(&end->wait, &entry);
out:
	disarm(end, arg->flags);
	return ready ?: err;
}

static int channel_wait(struct nxia_cap *cap, unsigned int cmd, void __user *to,
			bool notify_first)
{
	struct nxia_wait arg;
	u64 rights;
	int ret;

	ret = nxia_call_copy(&arg, sizeof(arg), cmd, to);
	if (ret)
		return ret;
	if (!arg.flags || arg.flags & ~(NXIA_WAIT_READ | NXIA_WAIT_WRITE))
		return -EINVAL;
	rights = (arg.flags & NXIA_WAIT_READ ? NXIA_RIGHT_READ : 0) |
		 (arg.flags & NXIA_WAIT_WRITE ? NXIA_RIGHT_WRITE : 0);
	if (rights & ~cap->rights)
		return -EPERM;

	if (notify_first)
		notify(cap);
	ret = wait_ready(cap, &arg);
	if (ret < 0)
		return ret;
	arg.ready = ret;
	return copy_to_user(to, &arg, sizeof(arg)) ? -EFAULT : 0;
}

static long channel_ioctl(struct file *file, unsigned int cmd, unsigned long to)
{
	struct nxia_cap *cap = file->private_data;

	if (cmd == NXIA_IOC_NOTIFY)
		return notify(cap);
	if (nxia_call_is(cmd, NXIA_IOC_WAIT))
		return channel_wait(cap, cmd, (void __user *)to, false);
	if (nxia_call_is(cmd, NXIA_IOC_NOTIFY_WAIT))
		return channel_wait(cap, cmd, (void __user *)to, true);
	return -ENOTTY;
}

static const struct file_operations channel_fops = {
	.owner = THIS_MODULE,
	.release = nxia_file_release,
	.mmap = channel_mmap,
	.poll = channel_poll,
	.unlocked_ioctl = channel_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/*
 * Life
 */

static void channel_file_ready(struct nxia_cap *cap, struct file *file)
{
	struct nxia_end *end = nxia_end_of(cap);

	/* All files of an end share its mapping; the inode is the kernel's. */
	end->mapping.host = file_inode(file);
	file->f_mapping = &end->mapping;
}

/* Marks an end as gone, tells the other one, drops what waits for the end. */
void nxia_channel_end_gone(struct nxia_channel *channel, unsigned int end)
{
	LIST_HEAD(batches);

	spin_lock(&channel->lock);
	/* Pairs with wait_look(). */
	smp_store_release(&channel->end[end].gone, true);
	list_splice_init(&channel->end[end].batches, &batches);
	channel->end[end].nr_batches = 0;
	spin_unlock(&channel->lock);
	wake_up_all(&channel->end[end].wait);
	wake_up_all(&channel->end[!end].wait);
	nxia_transfer_discard(&batches);
}

static void channel_died(struct nxia_cap *cap)
{
	struct nxia_channel *channel = nxia_channel_of(cap->object);

	end_unmap(nxia_end_of(cap));
	nxia_channel_end_gone(channel, cap->end);
	if (cap->end == NXIA_CLIENT)
		nxia_endpoint_forget(channel);
}

static const struct nxia_object_ops channel_ops = {
	.type = NXIA_TYPE_CHANNEL,
	.rights = NXIA_RIGHTS_CHANNEL,
	.fops = &channel_fops,
	.file_ready = channel_file_ready,
	.died = channel_died,
	.free = channel_free,
};

/* A channel from the current task to @endpoint, not yet in its backlog. */
struct nxia_channel *nxia_channel_create(struct nxia_user *user,
					 struct nxia_endpoint *endpoint, u64 badge,
					 u64 tx_size, u64 rx_size)
{
	struct nxia_channel *channel;
	int err;

	channel = kzalloc(sizeof(*channel), GFP_KERNEL_ACCOUNT);
	if (!channel)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&channel->lock);
	INIT_LIST_HEAD(&channel->pending);
	channel->endpoint = nxia_endpoint_get(endpoint);
	end_init(&channel->end[NXIA_CLIENT], tx_size);
	end_init(&channel->end[NXIA_SERVER], rx_size);
	take_identity(&channel->client, badge);

	err = nxia_user_charge(user, NXIA_CHARGE_PAGES, channel_pages(channel));
	if (err)
		goto err_destroy;
	err = end_alloc_pages(&channel->end[NXIA_CLIENT]) ?:
	      end_alloc_pages(&channel->end[NXIA_SERVER]) ?:
	      nxia_object_init(&channel->object, &channel_ops, user);
	if (err)
		goto err_uncharge;
	return channel;

err_uncharge:
	nxia_user_uncharge(user, NXIA_CHARGE_PAGES, channel_pages(channel));
err_destroy:
	channel_destroy(channel);
	return ERR_PTR(err);
}
