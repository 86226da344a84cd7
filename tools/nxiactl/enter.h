// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <linux/nxia.h>

// For a linux/nxia.h that does not have the call yet.
#ifndef NXIA_IOC_ENTER
struct nxia_enter {
    __u32 flags;
    __u32 reserved;
    char domain[NXIA_NAME_MAX];
};
#define NXIA_IOC_ENTER _IOWR(NXIA_IOC_MAGIC, 0x15, struct nxia_enter)
#endif
