// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "nxia-fuzz: %s: %s\n", what, strerror(errno));
	exit(EXIT_TROUBLE);
}
