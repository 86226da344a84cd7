// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random numbers that are the same for the same seed (splitmix64).
 */
#include "random.h"

static u64 state;

void random_seed(u64 seed)
{
	state = seed;
}

u64 random_word(void)
{
	u64 word = state += 0x9e3779b97f4a7c15ULL;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
	word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
	return word ^ word >> 31;
}

unsigned int random_below(unsigned int below)
{
	return random_word() % below;
}

bool one_in(unsigned int n)
{
	return !random_below(n);
}
