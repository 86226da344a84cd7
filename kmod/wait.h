/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sleep and wake-up between the ends of a channel.
 */
#ifndef NXIA_WAIT_H
#define NXIA_WAIT_H

#include <linux/poll.h>

struct file;
struct io_uring_cmd;

__poll_t nxia_wait_poll(struct file *file, poll_table *pt);
long nxia_wait_ioctl(struct file *file, unsigned int cmd, unsigned long to);
int nxia_wait_uring(struct io_uring_cmd *cmd, unsigned int issue_flags);

#endif
