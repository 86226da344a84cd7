/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs that reached something new.
 */
#ifndef FUZZ_CORPUS_H
#define FUZZ_CORPUS_H

#include "program.h"

void corpus_setup(void);
void corpus_add(const struct program *program);
unsigned int corpus_count(void);
const struct program *corpus_any(void);

/* Calls @each for every program in the folder, in the order of their names. */
void corpus_read(const char *folder,
		 void (*each)(const struct program *program));
/* Writes a program under the name of its hash. */
void corpus_write(const char *folder, const struct program *program);
/* The program in a file; ends the fuzzer if it is none. */
void corpus_read_file(const char *path, struct program *program);

#endif /* FUZZ_CORPUS_H */
