/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which blocks of the module a program executes, by KCOV.
 *
 * A block is told by its offset in the module's text. Two that follow each other
 * in one thread are an edge, which is only known by a hash.
 */
#ifndef FUZZ_COVER_H
#define FUZZ_COVER_H

#include "program.h"

#define TEXT_ROOM	(1U << 18)
#define EDGES		(1U << 16)

/* What was executed, ever or in one run. */
struct coverage {
	unsigned int blocks_count;
	unsigned char blocks[TEXT_ROOM / 8];
	unsigned char edges[EDGES / 8];
};

/* Returns false if the kernel has no KCOV. */
bool cover_setup(void);
/* In the process of a program: the current thread's trace goes to @lane. */
void cover_start(unsigned int lane);
/* Forgets all traces. */
void cover_clear(void);
/* The traces of the last run. */
void cover_collect(struct coverage *coverage);

bool cover_has_new_blocks(const struct coverage *known,
			  const struct coverage *seen);
bool cover_has_new_edges(const struct coverage *known,
			 const struct coverage *seen);
void cover_add(struct coverage *known, const struct coverage *seen);
/* Leaves in @seen the blocks that @known lacks. */
void cover_only_new(const struct coverage *known, struct coverage *seen);
bool cover_contains(const struct coverage *seen, const struct coverage *all);
/* The offset of each block, one a line. */
void cover_print(const struct coverage *coverage, FILE *to);

#endif /* FUZZ_COVER_H */
