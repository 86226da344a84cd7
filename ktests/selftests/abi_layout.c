// SPDX-License-Identifier: GPL-2.0-only
/* Compiled for 64 and for 32 bits, never linked: the layout must be the same. */
#include "abi_layout.h"
