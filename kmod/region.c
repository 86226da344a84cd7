// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions: shared memory that can be made immutable.
 *
 * As with rings, pages are mapped as bare frame numbers by the fault handlers
 * alone: no one can pin them, so what FREEZE and REVOKE take away is gone.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <kunit/visibility.h>

#include "call.h"
#include "compat.h"
#include "file.h"
#include "label.h"
#include "lsm.h"
#include "region.h"
#include "session.h"

#define REGION_MAX	BIT_ULL(40)
#define HUGE_ORDER	(PMD_SHIFT - PAGE_SHIFT)
#define HUGE_PAGES	BIT(HUGE_ORDER)

/**
 * struct nxia_region - a region
 * @object: what capabilities refer to
 * @lock: held shared by page faults, exclusively by what changes what they may
 *	do: the death of a capability, and FREEZE; protects @frozen and @caps
 * @frozen: no one may write any more; only ever set
 * @caps: all capabilities to it, the dead ones with files included
 * @label: that of who made it; never changed
 * @nr_pages: of it
 * @pages: them; those of a huge page follow each other
 */
struct nxia_region {
	struct nxia_object object;
	struct rw_semaphore lock;
	bool frozen;
	struct list_head caps;
	u64 label;
	unsigned long nr_pages;
	struct page **pages;
};

/**
 * struct region_cap - a capability to a range of a region
 * @cap: what is common to capabilities
 * @link: in the region's caps
 * @first: page where the range begins; never changed once it has a handle
 * @count: pages of the range; likewise
 * @mapping: where all mappings by this capability are found
 */
struct region_cap {
	struct nxia_cap cap;
	struct list_head link;
	unsigned long first;
	unsigned long count;
	struct address_space mapping;
};

static_assert(!offsetof(struct region_cap, cap));

static struct nxia_region *region_of(const struct nxia_cap *cap)
{
	return container_of(cap->object, struct nxia_region, object);
}

static struct region_cap *range_of(const struct nxia_cap *cap)
{
	return container_of(cap, struct region_cap, cap);
}

/*
 * Memory
 */

static void free_pages_of(struct nxia_region *region, unsigned long count)
{
	unsigned long i = 0;

	while (i < count) {
		unsigned int order = compound_order(region->pages[i]);

		__free_pages(region->pages[i], order);
		i += 1UL << order;
	}
	kvfree(region->pages);
}

static struct page *alloc_huge(unsigned long at, unsigned long left)
{
	if (at % HUGE_PAGES || left < HUGE_PAGES)
		return NULL;
	return alloc_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_COMP |
			   __GFP_NORETRY | __GFP_NOWARN, HUGE_ORDER);
}

/* Allocates what follows page @at; returns how many pages, or an error. */
static long alloc_some(struct nxia_region *region, unsigned long at)
{
	struct page *page = alloc_huge(at, region->nr_pages - at);
	unsigned long i, count = page ? HUGE_PAGES : 1;

	if (!page)
		page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!page)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		region->pages[at + i] = page + i;
	return count;
}

static int alloc_all(struct nxia_region *region)
{
	unsigned long at = 0;
	long count;

	/* How many they are is for the caller to say, and not worth a warning. */
	region->pages = kvmalloc_array(region->nr_pages, sizeof(*region->pages),
				       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!region->pages)
		return -ENOMEM;
	while (at < region->nr_pages) {
		count = fatal_signal_pending(current) ? -EINTR : alloc_some(region, at);
		if (count < 0) {
			free_pages_of(region, at);
			return count;
		}
		at += count;
		cond_resched();
	}
	return 0;
}

static void region_free(struct nxia_object *object)
{
	struct nxia_region *region = container_of(object, struct nxia_region, object);

	nxia_user_uncharge(object->user, NXIA_CHARGE_PAGES, region->nr_pages);
	free_pages_of(region, region->nr_pages);
	kfree(region);
}

/*
 * Faults
 */

/* May @cap's holder read, or with @write write, the memory now? */
static bool may_touch(const struct nxia_cap *cap, bool write)
{
	const struct nxia_region *region = region_of(cap);

	lockdep_assert_held(&region->lock);
	return !nxia_cap_error(cap) && !(write && region->frozen);
}

static vm_fault_t region_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct nxia_cap *cap = vma->vm_file->private_data;
	struct nxia_region *region = region_of(cap);
	unsigned long page = range_of(cap)->first + vmf->pgoff;
	vm_flags_t flags = vma->vm_flags;

	guard(rwsem_read)(&region->lock);
	if (!may_touch(cap, vmf->flags & FAULT_FLAG_WRITE))
		return VM_FAULT_SIGBUS;
	if (region->frozen)
		flags &= ~VM_WRITE;
	return vmf_insert_pfn_prot(vma, vmf->address, page_to_pfn(region->pages[page]),
				   vm_get_page_prot(flags));
}

/*
 * A page that is mapped for reading is about to be written.  To allow it would be
 * too early: FREEZE can come before the caller has made the entry writable.  So it
 * goes, and region_fault() makes one under the lock.
 */
static vm_fault_t region_mkwrite(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct nxia_cap *cap = vma->vm_file->private_data;

	guard(rwsem_read)(&region_of(cap)->lock);
	if (!may_touch(cap, true))
		return VM_FAULT_SIGBUS;
	zap_special_vma_range(vma, vmf->address, PAGE_SIZE);
	return VM_FAULT_NOPAGE;
}

#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP

/* The huge page that is mapped around the fault as a whole, or NULL. */
static struct page *huge_page_at(const struct vm_fault *vmf,
				 const struct nxia_region *region, unsigned long first)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long start = vmf->address & PMD_MASK, page;

	if (start < vma->vm_start || start + PMD_SIZE > vma->vm_end)
		return NULL;
	page = first + vma->vm_pgoff + ((start - vma->vm_start) >> PAGE_SHIFT);
	if (page % HUGE_PAGES || compound_order(region->pages[page]) != HUGE_ORDER)
		return NULL;
	return region->pages[page];
}

static vm_fault_t region_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct nxia_cap *cap = vmf->vma->vm_file->private_data;
	struct nxia_region *region = region_of(cap);
	bool write = vmf->flags & FAULT_FLAG_WRITE;
	struct page *page;

	if (order != HUGE_ORDER)
		return VM_FAULT_FALLBACK;
	page = huge_page_at(vmf, region, range_of(cap)->first);
	if (!page)
		return VM_FAULT_FALLBACK;
	guard(rwsem_read)(&region->lock);
	if (!may_touch(cap, write))
		return VM_FAULT_SIGBUS;
	/* With region_mkwrite() there, it is read-only until it is written. */
	return vmf_insert_pfn_pmd(vmf, page_to_pfn(page), write);
}

#endif

static const struct vm_operations_struct region_vm_ops = {
	.fault = region_fault,
	.pfn_mkwrite = region_mkwrite,
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
	.huge_fault = region_huge_fault,
#endif
};

/* May the current task read @region, or with @write write to it too? */
static int check_label(const struct nxia_region *region, bool write, const char *operation)
{
	const struct nxia_identity made = { .label = region->label };
	struct nxia_identity caller;

	nxia_lsm_identity(current_cred(), &caller);
	return nxia_label_flow(&made, caller.label, operation) ?:
	       (write ? nxia_label_flow(&caller, region->label, operation) : 0);
}

/* What a mapping can never become, beyond what is asked for now. */
static vm_flags_t never_by_label(const struct nxia_region *region)
{
	struct nxia_identity caller;

	nxia_lsm_identity(current_cred(), &caller);
	return nxia_label_stopped(&caller, region->label) ? VM_WRITE : 0;
}

static int region_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct nxia_cap *cap = file->private_data;
	const struct region_cap *range = range_of(cap);
	u64 rights = NXIA_RIGHT_MAP | NXIA_RIGHT_READ;
	vm_flags_t never = VM_EXEC;
	int err;

	err = nxia_label_file(file) ?:
	      check_label(region_of(cap), vma->vm_flags & VM_WRITE, "mmap");
	if (err)
		return err;
	if (nxia_cap_error(cap))
		return nxia_cap_error(cap);
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_pgoff > range->count ||
	    vma_pages(vma) > range->count - vma->vm_pgoff)
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EACCES;
	if (vma->vm_flags & VM_WRITE)
		rights |= NXIA_RIGHT_WRITE;
	if (rights & ~cap->rights)
		return -EPERM;
	/* A FREEZE from now on is the fault handlers' business. */
	if (vma->vm_flags & VM_WRITE && READ_ONCE(region_of(cap)->frozen))
		return -EROFS;
	if (!(cap->rights & NXIA_RIGHT_WRITE))
		never |= VM_WRITE;
	never |= never_by_label(region_of(cap));
	nxia_file_set_vma(vma, VM_HUGEPAGE, never);
	vma->vm_ops = &region_vm_ops;
	return 0;
}

static const struct file_operations region_fops = {
	.owner = THIS_MODULE,
	.release = nxia_file_release,
	.mmap = region_mmap,
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	.get_unmapped_area = thp_get_unmapped_area,
#endif
	.llseek = noop_llseek,
};

/*
 * Life
 */

static void region_cap_init(struct nxia_cap *cap)
{
	struct nxia_region *region = region_of(cap);
	struct region_cap *range = range_of(cap);

	range->count = region->nr_pages;
	nxia_file_init_mapping(&range->mapping);
	guard(rwsem_write)(&region->lock);
	list_add_tail(&range->link, &region->caps);
}

static void region_cap_derive(struct nxia_cap *cap, const struct nxia_cap *parent)
{
	range_of(cap)->first = range_of(parent)->first;
	range_of(cap)->count = range_of(parent)->count;
}

static void region_cap_free(struct nxia_cap *cap)
{
	guard(rwsem_write)(&region_of(cap)->lock);
	list_del(&range_of(cap)->link);
}

static void region_file_ready(struct nxia_cap *cap, struct file *file)
{
	nxia_file_set_mapping(file, &range_of(cap)->mapping);
}

static void region_query(const struct nxia_cap *cap, struct nxia_query *arg)
{
	arg->offset = (u64)range_of(cap)->first << PAGE_SHIFT;
	arg->size = (u64)range_of(cap)->count << PAGE_SHIFT;
	arg->state = READ_ONCE(region_of(cap)->frozen) ? NXIA_STATE_FROZEN : 0;
}

static void region_died(struct nxia_cap *cap)
{
	/* A fault that saw the capability alive has put its page by now. */
	guard(rwsem_write)(&region_of(cap)->lock);
	unmap_mapping_range(&range_of(cap)->mapping, 0, 0, true);
}

static const struct nxia_object_ops region_ops = {
	.type = NXIA_TYPE_REGION,
	.rights = NXIA_RIGHTS_REGION,
	.cap_size = sizeof(struct region_cap),
	.fops = &region_fops,
	.cap_init = region_cap_init,
	.cap_derive = region_cap_derive,
	.cap_free = region_cap_free,
	.query = region_query,
	.file_ready = region_file_ready,
	.died = region_died,
	.free = region_free,
};

static struct nxia_region *region_alloc(struct nxia_user *user, unsigned long nr_pages)
{
	struct nxia_region *region = kzalloc(sizeof(*region), GFP_KERNEL_ACCOUNT);
	struct nxia_identity maker;
	int err;

	if (!region)
		return ERR_PTR(-ENOMEM);
	init_rwsem(&region->lock);
	INIT_LIST_HEAD(&region->caps);
	region->nr_pages = nr_pages;
	nxia_lsm_identity(current_cred(), &maker);
	region->label = maker.label;
	err = nxia_user_charge(user, NXIA_CHARGE_PAGES, nr_pages);
	if (err)
		goto err_free;
	err = alloc_all(region);
	if (err)
		goto err_uncharge;
	err = nxia_object_init(&region->object, &region_ops, user);
	if (err)
		goto err_pages;
	return region;

err_pages:
	free_pages_of(region, nr_pages);
err_uncharge:
	nxia_user_uncharge(user, NXIA_CHARGE_PAGES, nr_pages);
err_free:
	kfree(region);
	return ERR_PTR(err);
}

/*
 * Calls
 */

int nxia_region_create(struct nxia_call *call)
{
	struct nxia_region_create *arg = &call->arg.region_create;
	struct nxia_region *region;
	struct nxia_cap *cap;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	if (!arg->size || arg->size % PAGE_SIZE || arg->size > REGION_MAX)
		return -EINVAL;
	if (!arg->rights || arg->rights & ~NXIA_RIGHTS_REGION)
		return -EINVAL;
	region = region_alloc(call->session->user, arg->size >> PAGE_SHIFT);
	if (IS_ERR(region))
		return PTR_ERR(region);
	cap = nxia_cap_create_root(&region->object, call->session->user, arg->rights);
	nxia_object_put(&region->object);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	return nxia_call_give(call, cap, &arg->handle);
}
EXPORT_SYMBOL_IF_KUNIT(nxia_region_create);

/* Nobody writes to @region from now on. */
static void freeze(struct nxia_region *region)
{
	struct region_cap *range;

	guard(rwsem_write)(&region->lock);
	if (region->frozen)
		return;
	WRITE_ONCE(region->frozen, true);
	/* Of the dead, too: whoever kills them may not have come to it yet. */
	list_for_each_entry(range, &region->caps, link)
		unmap_mapping_range(&range->mapping, 0, 0, true);
}

int nxia_region_freeze(struct nxia_call *call)
{
	struct nxia_freeze *arg = &call->arg.freeze;
	struct nxia_cap *cap;
	int err;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	cap = nxia_session_get(call->session, arg->handle, NXIA_TYPE_REGION,
			       NXIA_RIGHT_WRITE);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	if (range_of(cap)->count == region_of(cap)->nr_pages)
		err = check_label(region_of(cap), true, "FREEZE");
	else
		err = -EINVAL;
	if (!err)
		freeze(region_of(cap));
	nxia_cap_put(cap);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_region_freeze);

/* Makes @cap, which no one has seen yet, one to a part of its range. */
int nxia_region_narrow(struct nxia_cap *cap, u64 offset, u64 length)
{
	struct region_cap *range;
	u64 size;

	if (cap->object->ops != &region_ops)
		return -EINVAL;
	range = range_of(cap);
	size = (u64)range->count << PAGE_SHIFT;
	if (!length || offset % PAGE_SIZE || length % PAGE_SIZE)
		return -EINVAL;
	if (offset > size || length > size - offset)
		return -EINVAL;
	range->first += offset >> PAGE_SHIFT;
	range->count = length >> PAGE_SHIFT;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(nxia_region_narrow);
