// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls about mapped memory. Each map slot has an address of its own, where
 * there is a mapping or not.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "run.h"

#define PAGE		4096

/* A length that stays in the room of a slot. */
static size_t length_of(const struct call *call, unsigned int field)
{
	return call->values[field] % (MAP_ROOM + 1);
}

void run_mmap(struct thread *thread, const struct call *call)
{
	mmap(map_of(thread, call, 1), length_of(call, 2), call->values[3],
	     call->values[4] | MAP_FIXED, file_of(thread, call, 0),
	     call->values[5]);
}

void run_munmap(struct thread *thread, const struct call *call)
{
	munmap(map_of(thread, call, 0), length_of(call, 1));
}

void run_mprotect(struct thread *thread, const struct call *call)
{
	mprotect(map_of(thread, call, 0), length_of(call, 1), call->values[2]);
}

void run_mremap(struct thread *thread, const struct call *call)
{
	mremap(map_of(thread, call, 0), length_of(call, 1), length_of(call, 2),
	       0);
}

void run_madvise(struct thread *thread, const struct call *call)
{
	madvise(map_of(thread, call, 0), length_of(call, 1), call->values[2]);
}

static char *place_of(struct thread *thread, const struct call *call)
{
	return map_of(thread, call, 0) +
	       call->values[1] % (MAP_ROOM - sizeof(u64));
}

/* Reads a byte of some pages. */
void run_load(struct thread *thread, const struct call *call)
{
	const volatile char *map = map_of(thread, call, 0);
	u64 page = call->values[1], end = page + call->values[2] % 1024;

	for (; page < end && page < MAP_ROOM / PAGE; page++)
		if (!no_fault((void)map[page * PAGE]))
			break;
}

void run_store(struct thread *thread, const struct call *call)
{
	volatile u64 *place = (u64 *)place_of(thread, call);

	no_fault(*place = call->values[2]);
}

/* As a debugger writes, whom a mapping's protection does not stop. */
void run_write_memory(struct thread *thread, const struct call *call)
{
	int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

	if (pwrite(memory, &call->values[2], sizeof(u64),
		   (off_t)place_of(thread, call)) > 0)
		fsync(memory);
	close(memory);
}
