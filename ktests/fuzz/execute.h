/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a program, and seeing what it leaves behind.
 */
#ifndef FUZZ_EXECUTE_H
#define FUZZ_EXECUTE_H

#include "program.h"

/* How often, so far. */
struct statistics {
	u64 programs;
	u64 calls;
	u64 late;		/* programs that were killed for their time */
};

extern struct statistics statistics;

void execute_setup(void);
/*
 * Runs @program. Ends the fuzzer, with the program's text, if that left
 * something behind or the kernel complained.
 */
void execute(const struct program *program);

#endif /* FUZZ_EXECUTE_H */
