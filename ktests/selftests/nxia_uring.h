/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of io_uring as the tests need, by its system calls. */
#ifndef NXIA_URING_H
#define NXIA_URING_H

#include <linux/io_uring.h>
#include <stdatomic.h>

#include "nxia_ring.h"

#define URING_ENTRIES	64

struct uring {
	int fd;
	struct io_uring_params params;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
};

static inline _Atomic unsigned int *uring_word(char *ring, unsigned int offset)
{
	return (void *)(ring + offset);
}

static inline void *uring_map(struct uring *ring, size_t size, __u64 offset)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 ring->fd, offset);

	REQUIRE(map != MAP_FAILED);
	return map;
}

static inline void uring_init(struct uring *ring)
{
	struct io_uring_params *p = &ring->params;

	*ring = (struct uring){};
	ring->fd = syscall(SYS_io_uring_setup, URING_ENTRIES, p);
	if (ring->fd < 0)
		test_skip("io_uring: %s", strerror(errno));
	ring->sq = uring_map(ring, p->sq_off.array +
			     p->sq_entries * sizeof(__u32),
			     IORING_OFF_SQ_RING);
	ring->cq = uring_map(ring, p->cq_off.cqes +
			     p->cq_entries * sizeof(struct io_uring_cqe),
			     IORING_OFF_CQ_RING);
	ring->sqes = uring_map(ring, p->sq_entries * sizeof(*ring->sqes),
			       IORING_OFF_SQES);
}

static inline void uring_exit(struct uring *ring)
{
	struct io_uring_params *p = &ring->params;

	munmap(ring->sqes, p->sq_entries * sizeof(*ring->sqes));
	munmap(ring->cq, p->cq_off.cqes +
	       p->cq_entries * sizeof(struct io_uring_cqe));
	munmap(ring->sq, p->sq_off.array + p->sq_entries * sizeof(__u32));
	close(ring->fd);
}

/* Put one into the queue; @data comes back with its completion. */
static inline void uring_queue(struct uring *ring,
			       const struct io_uring_sqe *sqe, __u64 data)
{
	_Atomic unsigned int *tail = uring_word(ring->sq,
						ring->params.sq_off.tail);
	unsigned int index = *tail & (ring->params.sq_entries - 1);

	ring->sqes[index] = *sqe;
	ring->sqes[index].user_data = data;
	*uring_word(ring->sq, ring->params.sq_off.array +
		    index * sizeof(__u32)) = index;
	atomic_store_explicit(tail, *tail + 1, memory_order_release);
}

/* Submit the next @count of the queue: how many went, or a negative errno. */
static inline int uring_enter(struct uring *ring, unsigned int count)
{
	int result = syscall(SYS_io_uring_enter, ring->fd, count, 0, 0, NULL,
			     0);

	return result < 0 ? -errno : result;
}

static inline void uring_submit(struct uring *ring,
				const struct io_uring_sqe *sqe, __u64 data)
{
	uring_queue(ring, sqe, data);
	REQUIRE(uring_enter(ring, 1) == 1);
}

/* Take a completion if there is one. */
static inline bool uring_take(struct uring *ring, struct io_uring_cqe *cqe)
{
	_Atomic unsigned int *head = uring_word(ring->cq,
						ring->params.cq_off.head);
	_Atomic unsigned int *tail = uring_word(ring->cq,
						ring->params.cq_off.tail);
	struct io_uring_cqe *cqes = (void *)(ring->cq +
					     ring->params.cq_off.cqes);

	/* What the kernel has for this task, it gives on the way. */
	syscall(SYS_io_uring_enter, ring->fd, 0, 0, IORING_ENTER_GETEVENTS,
		NULL, 0);
	if (atomic_load_explicit(tail, memory_order_acquire) == *head)
		return false;
	*cqe = cqes[*head & (ring->params.cq_entries - 1)];
	atomic_store_explicit(head, *head + 1, memory_order_release);
	return true;
}

/* Wait for the next completion, which must be that of @data; its result. */
static inline int uring_result(struct uring *ring, __u64 data)
{
	struct io_uring_cqe cqe;

	while (!uring_take(ring, &cqe))
		syscall(SYS_io_uring_enter, ring->fd, 0, 1,
			IORING_ENTER_GETEVENTS, NULL, 0);
	EXPECT_EQ(cqe.user_data, data);
	return cqe.res;
}

static inline void uring_command(struct uring *ring, int file, __u32 command,
				 const struct nxia_wait *wait, __u64 data)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_URING_CMD, .fd = file, .cmd_op = command,
	};

	if (wait)
		memcpy(sqe.cmd, wait, sizeof(*wait));
	uring_submit(ring, &sqe, data);
}

static inline void uring_poll(struct uring *ring, int file, short events,
			      __u64 data)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_POLL_ADD, .fd = file,
		.poll32_events = events,
	};

	uring_submit(ring, &sqe, data);
}

static inline void uring_cancel(struct uring *ring, __u64 what, __u64 data)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_ASYNC_CANCEL, .fd = -1, .addr = what,
	};

	uring_submit(ring, &sqe, data);
}

#endif /* NXIA_URING_H */
