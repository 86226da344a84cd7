/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that are random and, from the same seed, the same. */
#ifndef NXIA_DICE_H
#define NXIA_DICE_H

#include <linux/types.h>

struct dice {
	__u64 state;
};

static inline void dice_init(struct dice *dice, __u64 seed)
{
	dice->state = seed * 0x9e3779b97f4a7c15ULL | 1;
}

static inline __u32 roll(struct dice *dice, __u32 sides)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (dice->state >> 16) % sides;
}

#endif /* NXIA_DICE_H */
