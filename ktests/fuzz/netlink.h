/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's generic netlink family, by hand: also for requests that a
 * library would not send.
 */
#ifndef FUZZ_NETLINK_H
#define FUZZ_NETLINK_H

#include "program.h"

/* What there is in all sessions together. */
struct totals {
	u64 flags;
	u64 sessions;
	u64 caps;
	u64 objects;
	u64 pages;
};

/* Finds the family, and opens the socket that netlink_totals() uses. */
void netlink_setup(void);
void netlink_totals(struct totals *totals);

#endif /* FUZZ_NETLINK_H */
