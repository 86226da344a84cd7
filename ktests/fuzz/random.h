/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include "program.h"

void random_seed(u64 seed);
u64 random_word(void);
/* 0 to @below - 1 */
unsigned int random_below(unsigned int below);
/* True once in @n times. */
bool one_in(unsigned int n);

#endif /* FUZZ_RANDOM_H */
