/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of a process, which a test's thread has for as long as it lives.
 */
#ifndef NXIA_KUNIT_USER_MEMORY_H
#define NXIA_KUNIT_USER_MEMORY_H

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>

/* Maps @file, or with NULL new memory; or a negative errno. */
static inline long user_map(struct kunit *test, struct file *file, unsigned long prot,
			    unsigned long offset, unsigned long size)
{
	unsigned long flags = file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	unsigned long at = kunit_vm_mmap(test, file, 0, size, prot, flags, offset);

	KUNIT_ASSERT_NE(test, 0, at);
	return at;
}

/* The same, and it must work. */
static inline unsigned long user_mapped(struct kunit *test, struct file *file,
					unsigned long prot, unsigned long offset,
					unsigned long size)
{
	long at = user_map(test, file, prot, offset, size);

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(at));
	return at;
}

/* A write there as a process would make it: 0, or -EFAULT where it gets a signal. */
static inline int user_store(unsigned long at, u64 value)
{
	return put_user(value, (u64 __user *)at);
}

/* Likewise a read; -1 where a process gets a signal. */
static inline s64 user_load(unsigned long at)
{
	u64 value;

	return get_user(value, (u64 __user *)at) ? -1 : value;
}

#endif
