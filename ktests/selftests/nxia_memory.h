/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of mappings need, whatever is mapped. */
#ifndef NXIA_MEMORY_H
#define NXIA_MEMORY_H

#include <dirent.h>
#include <sys/uio.h>

#include "nxia_test.h"

/* Map and unmap: 0 or a negative errno. */
static inline int try_map(int file, int protection, int flags, size_t length,
			  __u64 offset)
{
	void *map = mmap(NULL, length, protection, flags, file, offset);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, length);
	return 0;
}

/* EPERM is what kernels say that have anonymous files noexec. */
static inline void expect_no_execute(int file, int protection, size_t length,
				     __u64 offset)
{
	int result = try_map(file, protection | PROT_EXEC, MAP_SHARED, length,
			     offset);

	if (result != -EPERM)
		EXPECT_ERR(result, EACCES);
}

/* Does the mapping at @address have the flag in /proc/self/smaps? */
static inline bool has_flag(const void *address, const char *flag)
{
	unsigned long start, end;
	bool inside = false, found = false;
	char line[512], *flags;
	FILE *file = fopen("/proc/self/smaps", "r");

	if (!file)
		test_skip("/proc/self/smaps: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = start <= (unsigned long)address &&
				 (unsigned long)address < end;
		flags = inside ? strstr(line, "VmFlags:") : NULL;
		if (flags)
			found = strstr(flags, flag);
	}
	fclose(file);
	return found;
}

static inline bool process_vm_works(void)
{
	char from = 'x', to = 0;
	struct iovec local = { &from, 1 }, remote = { &to, 1 };

	return process_vm_writev(getpid(), &local, 1, &remote, 1, 0) == 1;
}

/* Open the first disk for direct reads. */
static inline int open_disk(void)
{
	DIR *directory = opendir("/sys/block");
	struct dirent *entry;
	char path[300];
	int file = -1;

	while (directory && file < 0 && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		if (entry->d_name[0] != '.')
			file = open(path, O_RDONLY | O_DIRECT);
	}
	return file;
}

#endif /* NXIA_MEMORY_H */
