/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic netlink, for the administrator.
 */
#ifndef NXIA_NETLINK_H
#define NXIA_NETLINK_H

int nxia_netlink_init(void);
void nxia_netlink_exit(void);

#endif
