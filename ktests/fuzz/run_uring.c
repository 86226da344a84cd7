// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests through io_uring, one at a time, each thread on a ring of its own.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/io_uring.h>
#include <linux/nxia.h>

#include "run.h"

#define ENTRIES		8
#define REQUEST		1	/* what user_data says */
#define CANCEL		2

struct ring {
	int file;
	char *memory;		/* both queues; the kernel has one mapping for them */
	struct io_uring_sqe *entries;
	struct io_uring_params params;
};

static struct ring rings[LANES];

static u32 *word(struct ring *ring, u32 offset)
{
	return (u32 *)(ring->memory + offset);
}

static bool ring_open(struct ring *ring)
{
	size_t size;

	ring->file = syscall(SYS_io_uring_setup, ENTRIES, &ring->params);
	if (ring->file < 0)
		return false;
	fcntl(ring->file, F_SETFD, FD_CLOEXEC);
	size = ring->params.cq_off.cqes +
	       ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			    ring->file, IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, ENTRIES * sizeof(*ring->entries),
			     PROT_READ | PROT_WRITE, MAP_SHARED, ring->file,
			     IORING_OFF_SQES);
	return ring->memory != MAP_FAILED && ring->entries != MAP_FAILED;
}

/* The ring of this thread, or NULL. */
static struct ring *ring_of(struct thread *thread)
{
	struct ring *ring = &rings[thread->lane];

	if (!ring->memory && !ring_open(ring))
		return NULL;
	return ring->memory == MAP_FAILED ? NULL : ring;
}

static struct io_uring_sqe *prepare(struct ring *ring, int operation, u64 data)
{
	u32 *tail = word(ring, ring->params.sq_off.tail);
	u32 index = *tail & *word(ring, ring->params.sq_off.ring_mask);
	struct io_uring_sqe *entry = &ring->entries[index];

	memset(entry, 0, sizeof(*entry));
	entry->opcode = operation;
	entry->user_data = data;
	word(ring, ring->params.sq_off.array)[index] = index;
	return entry;
}

/* Submits what was prepared, and waits for @wait answers or an alarm. */
static void submit(struct ring *ring, unsigned int wait)
{
	u32 *tail = word(ring, ring->params.sq_off.tail);

	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	syscall(SYS_io_uring_enter, ring->file, 1, wait,
		wait ? IORING_ENTER_GETEVENTS : 0, NULL, 0);
}

/* Answers are of no interest. */
static void drain(struct ring *ring)
{
	u32 tail = __atomic_load_n(word(ring, ring->params.cq_off.tail),
				   __ATOMIC_ACQUIRE);

	__atomic_store_n(word(ring, ring->params.cq_off.head), tail,
			 __ATOMIC_RELEASE);
}

static void complete(struct ring *ring, struct io_uring_sqe *entry, u64 how)
{
	if (how & URING_ASYNC)
		entry->flags = IOSQE_ASYNC;
	submit(ring, !(how & (URING_CANCEL | URING_LEAVE)));
	if (how & URING_CANCEL) {
		prepare(ring, IORING_OP_ASYNC_CANCEL, CANCEL)->addr = REQUEST;
		submit(ring, how & URING_LEAVE ? 0 : 2);
	}
	drain(ring);
}

void run_uring_poll(struct thread *thread, const struct call *call)
{
	struct ring *ring = ring_of(thread);
	struct io_uring_sqe *entry;

	if (!ring)
		return;
	entry = prepare(ring, IORING_OP_POLL_ADD, REQUEST);
	entry->fd = file_of(thread, call, 0);
	entry->poll32_events = call->values[1];
	complete(ring, entry, call->values[2]);
}

void run_uring_cmd(struct thread *thread, const struct call *call)
{
	struct nxia_wait wait = {
		.flags = call->values[2], .timeout = call->values[3],
	};
	struct ring *ring = ring_of(thread);
	struct io_uring_sqe *entry;

	if (!ring)
		return;
	entry = prepare(ring, IORING_OP_URING_CMD, REQUEST);
	entry->fd = file_of(thread, call, 0);
	entry->cmd_op = call->values[1];
	memcpy(entry->cmd, &wait, sizeof(wait));
	complete(ring, entry, call->values[4]);
}
