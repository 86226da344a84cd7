/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "program.h"

/* A program from nothing. */
void program_generate(struct program *program);
/* Changes @program here and there; @other lends calls. */
void program_mutate(struct program *program, const struct program *other);
void program_remove(struct program *program, unsigned int at);

#endif /* FUZZ_MUTATE_H */
