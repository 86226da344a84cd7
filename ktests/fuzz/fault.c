// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "program.h"

/* Of the kernel's fault injection, what of it there is. */
static const char *const settings[][2] = {
	{ "failslab/ignore-gfp-wait", "N" },
	{ "failslab/verbose", "0" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
	{ "fail_page_alloc/verbose", "0" },
	{ "fail_usercopy/verbose", "0" },
};

void fault_setup(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		const char *value = settings[i][1];
		char path[128];
		int file;

		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", settings[i][0]);
		file = open(path, O_WRONLY | O_CLOEXEC);
		if (file < 0)
			continue;
		check(write(file, value, strlen(value)) > 0, path);
		close(file);
	}
}
