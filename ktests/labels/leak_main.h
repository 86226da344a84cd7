/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a program of rows: main().  After all rows, for the constructors of
 * a file run in its order, and the sender's needs them.
 */
#ifndef LEAK_MAIN_H
#define LEAK_MAIN_H

#include "nxia_main.h"

__constructor static void leak_sender(void)
{
	sender_continue();
}

#endif /* LEAK_MAIN_H */
