// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "limit.h"

static const char *const names[] = {
	"max_caps", "max_objects", "max_pages", "max_depth", "max_children",
};

static u64 usual[ARRAY_SIZE(names)];

static int limit_open(unsigned int which, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/nxia/parameters/%s",
		 names[which]);
	return open(path, flags | O_CLOEXEC);
}

void limit_setup(void)
{
	char text[32];
	unsigned int i;
	int file;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		ssize_t length;

		file = limit_open(i, O_RDONLY);
		check(file >= 0, names[i]);
		length = read(file, text, sizeof(text) - 1);
		check(length > 0, names[i]);
		text[length] = 0;
		usual[i] = strtoull(text, NULL, 10);
		close(file);
	}
}

static void write_limit(unsigned int which, u64 value)
{
	int file = limit_open(which, O_WRONLY);

	dprintf(file, "%llu", value);
	close(file);
}

void limit_set(unsigned int which, u64 value)
{
	if (which < ARRAY_SIZE(names))
		write_limit(which, value < usual[which] ? value : usual[which]);
}

void limit_restore(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		write_limit(i, usual[i]);
}
