/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>

/* Results of one program, in TAP: any number of CHECK(), then tap_end(). */
static int tap_count;
static int tap_failed;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        int tap_held = !!(condition);                                                              \
        tap_failed += !tap_held;                                                                   \
        printf("%s %d - %s:%d %s\n", tap_held ? "ok" : "not ok", ++tap_count, __func__, __LINE__,  \
               #condition);                                                                        \
        fflush(stdout);                                                                            \
    } while (0)

/* Prints the plan; the exit status of the program. */
static inline int tap_end(void) {
    printf("1..%d\n", tap_count);
    return tap_failed ? 1 : 0;
}

#endif
