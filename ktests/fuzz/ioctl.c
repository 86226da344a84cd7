// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctls: their arguments, as the description of a call has them.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/nxia.h>

#include "check.h"
#include "ioctl.h"
#include "run.h"

#define PAGE		4096
#define ARRAY_AT	PAGE
#define ROOM		(2 * PAGE)
/* One more than TRANSFER takes. */
#define CAPS		(NXIA_TRANSFER_MAX + 1)

/* The same memory twice: to fill, and to give where it may not be written. */
static char *writable[LANES];
static const char *readonly[LANES];

void ioctl_setup(void)
{
	int file = memfd_create("arguments", MFD_CLOEXEC), lane;

	check(file >= 0 && !ftruncate(file, LANES * ROOM), "memfd");
	for (lane = 0; lane < LANES; lane++) {
		writable[lane] = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
				      MAP_SHARED, file, lane * ROOM);
		readonly[lane] = mmap(NULL, ROOM, PROT_READ, MAP_SHARED, file,
				      lane * ROOM);
		check(writable[lane] != MAP_FAILED &&
		      readonly[lane] != MAP_FAILED, "mmap");
	}
	close(file);
}

/* Where the kernel is told that the argument, or its array, is. */
static u64 argument_address(unsigned int lane, enum memory memory)
{
	if (memory == UNMAPPED)
		return NOTHING_AT;
	return (u64)(memory == READONLY ? readonly[lane] : writable[lane]);
}

static u64 array_address(unsigned int lane, enum memory memory)
{
	if (memory == ARRAY_UNMAPPED)
		return NOTHING_AT;
	return (u64)(memory == ARRAY_READONLY ? readonly[lane] :
						 writable[lane]) + ARRAY_AT;
}

static unsigned int argument_size(const struct call *call)
{
	unsigned int size = _IOC_SIZE(call->what->request);

	if (!size)
		return 0;
	switch (call->memory) {
	case SHORT:
		return size - 8;
	case OLD:
		return call->what->old_size ?: size;
	case LONG:
	case DIRTY:
		return size + 8;
	default:
		return size;
	}
}

static void fill(struct thread *thread, const struct call *call)
{
	char *argument = writable[thread->lane], *array = argument + ARRAY_AT;
	const struct field *field = call->what->fields;
	struct nxia_transfer_cap *caps = (void *)array;
	unsigned int i;
	u64 value;

	memset(argument, 0, ROOM);
	for (i = 0; field[i].name; i++) {
		if (field[i].out)
			continue;
		value = slot_get(thread->process, field[i].kind, call->values[i]);
		memcpy((field[i].array ? array : argument) + field[i].offset,
		       &value, field[i].size);
	}
	for (i = 3; i < CAPS; i++)
		caps[i] = caps[i % 3];
	if (call->what->array_offset) {
		value = array_address(thread->lane, call->memory);
		memcpy(argument + call->what->array_offset, &value, sizeof(value));
	}
	if (call->memory == DIRTY)
		argument[_IOC_SIZE(call->what->request)] = 1;
}

/* Puts what the kernel made into the slots. */
static void keep(struct thread *thread, const struct call *call)
{
	const char *argument = writable[thread->lane];
	const struct field *field = call->what->fields;
	unsigned int i;

	for (i = 0; field[i].name; i++) {
		u64 value = 0;

		if (!field[i].out)
			continue;
		memcpy(&value, argument + (field[i].array ? ARRAY_AT : 0) +
		       field[i].offset, field[i].size);
		if (value)
			slot_put(thread->process, field[i].kind,
				 call->values[i], value);
	}
}

void run_ioctl(struct thread *thread, const struct call *call)
{
	unsigned long request = call->what->request;
	unsigned int size = argument_size(call);

	fill(thread, call);
	request = _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request),
		       size);
	if (!ioctl(file_of(thread, call, 0), request,
		   argument_address(thread->lane, call->memory)))
		keep(thread, call);
}

/* Any request, with an argument of zeros. */
void run_request(struct thread *thread, const struct call *call)
{
	memset(writable[thread->lane], 0, ROOM);
	ioctl(file_of(thread, call, 0), call->values[1], writable[thread->lane]);
}
