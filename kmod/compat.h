/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that the module is built for, 6.1 to 7.x.
 *
 * The code is written for the newest; here older ones are given what they lack.
 * No other file of the module asks which kernel it is.  What a stable series got
 * later is replaced here too, so that it is not defined twice.
 */
#ifndef NXIA_COMPAT_H
#define NXIA_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/*
 * Memory
 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
/* What mmap() is setting up is no one else's yet. */
static inline void nxia_vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set,
				     vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}

#define vm_flags_mod	nxia_vm_flags_mod
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#include <linux/pfn_t.h>
#define vmf_insert_pfn_pmd(vmf, pfn, write)	\
	vmf_insert_pfn_pmd(vmf, pfn_to_pfn_t(pfn), write)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define zap_special_vma_range(vma, address, size)	zap_vma_ptes(vma, address, size)
#endif

/*
 * Files
 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#include <linux/fs.h>

static inline struct file *nxia_get_file_rcu(struct file __rcu **from)
{
	struct file *file = rcu_dereference(*from);

	return file && get_file_rcu(file) ? file : NULL;
}

#undef get_file_rcu
#define get_file_rcu(from)	nxia_get_file_rcu(from)
#endif

/*
 * io_uring
 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#include <linux/io_uring.h>
#else
#include <linux/io_uring/cmd.h>
#endif

/* What came with a command, as *@type. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define nxia_uring_arg(ioucmd, type)	((const type *)(ioucmd)->cmd)
#elif defined(io_uring_sqe_cmd)	/* a macro since 7.0 */
#define nxia_uring_arg(ioucmd, type)	io_uring_sqe_cmd((ioucmd)->sqe, type)
#else
#define nxia_uring_arg(ioucmd, type)	((const type *)io_uring_sqe_cmd((ioucmd)->sqe))
#endif

/*
 * Netlink
 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define genl_info_dump(cb)	genl_dumpit_info(cb)
#endif

#include <net/genetlink.h>

/* To all of a group but whom @leave_out is true for. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
/* They cannot be left out, so to join takes a capability: there is only this one. */
#ifdef GENL_MCAST_CAP_NET_ADMIN
#define NXIA_GENL_GROUP_FLAGS	GENL_MCAST_CAP_NET_ADMIN
#else
#define NXIA_GENL_GROUP_FLAGS	GENL_UNS_ADMIN_PERM
#endif

static inline int nxia_genl_multicast(const struct genl_family *family,
				      struct sk_buff *skb, unsigned int group,
				      bool (*leave_out)(struct sock *sk))
{
	return genlmsg_multicast(family, skb, 0, group, GFP_KERNEL);
}
#else
#define NXIA_GENL_GROUP_FLAGS	0

static inline int nxia_genl_filter(struct sock *sk, struct sk_buff *skb, void *data)
{
	bool (*leave_out)(struct sock *sk) = data;

	return leave_out(sk);
}

static inline int nxia_genl_multicast(const struct genl_family *family,
				      struct sk_buff *skb, unsigned int group,
				      bool (*leave_out)(struct sock *sk))
{
	return genlmsg_multicast_netns_filtered(family, &init_net, skb, 0, group,
						GFP_KERNEL, nxia_genl_filter, leave_out);
}
#endif

/*
 * Tracing
 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define nxia_assign_str(field, text)	__assign_str(field, text)
#else
#define nxia_assign_str(field, ...)	__assign_str(field)
#endif

/*
 * KUnit
 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define NXIA_IMPORT_KUNIT()	MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING)
#else
#define NXIA_IMPORT_KUNIT()	MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING")
#endif

#endif
