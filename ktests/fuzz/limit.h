/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The limits on what a user may have: parameters of the module.
 */
#ifndef FUZZ_LIMIT_H
#define FUZZ_LIMIT_H

#include "program.h"

/* Remembers what they are. */
void limit_setup(void);
/* Lowers one: without a limit on pages there would be no memory left. */
void limit_set(unsigned int which, u64 value);
/* Sets all to what they were. */
void limit_restore(void);

#endif /* FUZZ_LIMIT_H */
