// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots: what they hold, and what a value of a field stands for.
 */
#include <stdlib.h>

#include "run.h"

u64 slot_get(struct process *process, enum kind kind, u64 value)
{
	if (value >= SLOTS)
		return kind_letter(kind) == 'f' ? -1ULL : value;
	switch (kind_letter(kind)) {
	case 'f':
		return process->files[value];
	case 'h':
		return process->handles[value];
	case 'k':
		return process->keys[value];
	case 'm':
		return MAPS_AT + value * MAP_ROOM;
	case 'b':
		return BUFFERS_AT + value * BUFFER_ROOM;
	default:
		return value;
	}
}

void slot_put(struct process *process, enum kind kind, u64 slot, u64 value)
{
	if (slot >= SLOTS)
		return;
	switch (kind_letter(kind)) {
	case 'f':
		process->files[slot] = value;
		break;
	case 'h':
		process->handles[slot] = value;
		break;
	case 'k':
		process->keys[slot] = value;
		break;
	default:
		abort();
	}
}

int file_of(struct thread *thread, const struct call *call, unsigned int field)
{
	return slot_get(thread->process, ANY_FILE, call->values[field]);
}

char *map_of(struct thread *thread, const struct call *call, unsigned int field)
{
	return (char *)slot_get(thread->process, MAP, call->values[field] % SLOTS);
}
