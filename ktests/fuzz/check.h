/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stdbool.h>

#define EXIT_FOUND	1
#define EXIT_TROUBLE	2

/* Ends the fuzzer, with errno's text, if what it needs itself does not work. */
void check(bool good, const char *what);

#endif /* FUZZ_CHECK_H */
