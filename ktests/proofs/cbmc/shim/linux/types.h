/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/ring.h needs of the kernel. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include <stdbool.h>
#include <asm/types.h>

typedef __u64 u64;

#define PAGE_SIZE	4096UL
#define U64_MAX		(~(u64)0)

#define is_power_of_2(n)	((n) != 0 && ((n) & ((n) - 1)) == 0)
#define clamp(value, low, high)	\
	((value) < (low) ? (low) : (value) > (high) ? (high) : (value))

/* Memory that others write: each load has a place in the harness. */
u64 shim_load(const u64 *word);

#define READ_ONCE(word)		shim_load(&(word))
#define smp_load_acquire(word)	shim_load(word)

#endif
