/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rate limit in one word: so many at once, then one in each interval.
 */
#ifndef NXIA_LIMIT_H
#define NXIA_LIMIT_H

#include <linux/minmax.h>
#include <linux/types.h>

/**
 * nxia_limit_take() - may there be one more?
 * @full: when all that was taken so far will have been earned, at first 0
 * @now: the time, in the unit of @interval
 * @interval: time in which one is earned
 * @burst: how many can be taken at once after a long rest
 *
 * The caller's lock protects @full.
 */
static inline bool nxia_limit_take(u64 *full, u64 now, u64 interval, u64 burst)
{
	u64 from = max(*full, now);

	if (from - now > interval * (burst - 1))
		return false;
	*full = from + interval;
	return true;
}

#endif
