// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channels: two rings in shared pages, and the life of their ends.
 */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/slab.h>

#include "channel.h"
#include "endpoint.h"
#include "file.h"
#include "lsm.h"
#include "transfer.h"
#include "wait.h"

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

static void end_init(struct nxia_end *end, struct nxia_end *peer, u64 size)
{
	end->peer = peer;
	end->size = size;
	nxia_file_init_mapping(&end->mapping);
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
	nxia_lsm_identity(current_cred(), &peer->identity);
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
	nxia_file_set_vma(vma, 0, never);
	vma->vm_ops = &channel_vm_ops;
	return 0;
}

static int channel_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct nxia_cap *cap = file->private_data;
	int err = nxia_label_file(file);

	if (err)
		return err;
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

static const struct file_operations channel_fops = {
	.owner = THIS_MODULE,
	.release = nxia_file_release,
	.mmap = channel_mmap,
	.poll = nxia_wait_poll,
	.unlocked_ioctl = nxia_wait_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
#if IS_ENABLED(CONFIG_IO_URING)
	.uring_cmd = nxia_wait_uring,
#endif
	.llseek = noop_llseek,
};

/*
 * Life
 */

static void channel_file_ready(struct nxia_cap *cap, struct file *file)
{
	nxia_file_set_mapping(file, &nxia_end_of(cap)->mapping);
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
	nxia_channel_wake(channel);
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
	struct nxia_end *client, *server;
	int err;

	channel = kzalloc(sizeof(*channel), GFP_KERNEL_ACCOUNT);
	if (!channel)
		return ERR_PTR(-ENOMEM);
	client = &channel->end[NXIA_CLIENT];
	server = &channel->end[NXIA_SERVER];
	spin_lock_init(&channel->lock);
	INIT_LIST_HEAD(&channel->pending);
	channel->endpoint = nxia_endpoint_get(endpoint);
	end_init(client, server, tx_size);
	end_init(server, client, rx_size);
	take_identity(&channel->client, badge);

	err = nxia_user_charge(user, NXIA_CHARGE_PAGES, channel_pages(channel));
	if (err)
		goto err_destroy;
	err = end_alloc_pages(client) ?: end_alloc_pages(server) ?:
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
