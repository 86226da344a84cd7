/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_FAULT_H
#define FUZZ_FAULT_H

/* Lets every allocation and user copy be one that "fail" can mean, silently. */
void fault_setup(void);

#endif /* FUZZ_FAULT_H */
