/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_IOCTL_H
#define FUZZ_IOCTL_H

/* Makes the memory that arguments are given in. */
void ioctl_setup(void);

#endif /* FUZZ_IOCTL_H */
