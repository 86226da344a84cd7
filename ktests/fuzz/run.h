/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doing what a program says, in a process of its own.
 */
#ifndef FUZZ_RUN_H
#define FUZZ_RUN_H

#include <setjmp.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "program.h"

/*
 * Where things are. The kernel chooses none of these addresses by itself, so
 * what one thread unmaps under the feet of the other stays unmapped.
 */
#define MAPS_AT		0x400000000UL
#define MAP_ROOM	(1UL << 28)
#define BUFFERS_AT	0x300000000UL
#define BUFFER_ROOM	(1UL << 20)
#define NOTHING_AT	0x200000000UL

/* What a process that a program forks does. */
enum life {
	LIFE_EXIT,
	LIFE_STAY,		/* until it is killed */
	LIFE_RUN,		/* the rest of the program */
	LIFE_EXEC,
};

/* What a netlink request has. */
enum shape {
	SHAPE_BOTH,		/* SESSION and HANDLE */
	SHAPE_NONE,
	SHAPE_SESSION,
	SHAPE_HANDLE,
	SHAPE_CUT,		/* both, too short */
	SHAPE_UNREAD,		/* both, and no one reads the answer */
};

/* What is wrong with a policy: times 4, and of which of its four kinds of things. */
enum flaw {
	FLAW_MISSING,
	FLAW_NAME,
	FLAW_TWICE,
	FLAW_NUMBER,
	FLAW_LABEL,
	FLAW_UNKNOWN,
	FLAW_UNCONFINED,
	FLAW_LONG,
};

#define FLAW_NONE	(~0ULL)

/* Keys that add_key makes. */
enum key_sort {
	KEY_SCOPE,		/* as SCOPE_CREATE wants it */
	KEY_USER,
	KEY_OTHER_NAME,
	KEY_REVOKED,
	KEY_NO_SEARCH,
};

/* How io_uring does a request, as flags. */
#define URING_ASYNC	1	/* on a worker at once */
#define URING_CANCEL	2	/* and is cancelled */
#define URING_LEAVE	4	/* and is not waited for */

/**
 * struct process - what the threads of a program share
 * @program: what they run
 * @files: slots
 * @handles: slots
 * @keys: slots
 * @pair: connected sockets that files travel over
 * @child: process that stays, or 0
 * @forked: it is a fork of the program's process, and does not fork again
 */
struct process {
	const struct program *program;
	_Atomic int files[SLOTS];
	_Atomic u64 handles[SLOTS];
	_Atomic int keys[SLOTS];
	int pair[2];
	_Atomic pid_t child;
	bool forked;
};

/**
 * struct thread - one thread of a program
 * @process: its process
 * @lane: which memory and coverage it uses
 * @fail_nth: file that makes an allocation of this thread fail, or -1
 */
struct thread {
	struct process *process;
	unsigned int lane;
	int fail_nth;
};

enum lane {
	LANE_FIRST,
	LANE_SECOND,
	LANE_FORKED,
	LANES,
};

/* run.c */
void run_setup(void);
/* The lowest descriptor that is not the fuzzer's own. */
extern int first_file;
/* Runs @program in this process, which is for nothing else, and ends it. */
__noreturn void run_program(const struct program *program);
void run_begin(struct thread *thread);
void run_calls(struct thread *thread, const struct call *from,
	       const struct call *to);

/* slot.c */
u64 slot_get(struct process *process, enum kind kind, u64 value);
void slot_put(struct process *process, enum kind kind, u64 slot, u64 value);
/* The file, or the address of the mapping, that a field stands for. */
int file_of(struct thread *thread, const struct call *call, unsigned int field);
char *map_of(struct thread *thread, const struct call *call, unsigned int field);
/* Does what may fault; false if it did. */
#define no_fault(statement)						\
	({								\
		bool done = false;					\
		fault_guard = true;					\
		if (!sigsetjmp(fault_context, 1)) {			\
			statement;					\
			done = true;					\
		}							\
		fault_guard = false;					\
		done;							\
	})
extern _Thread_local sigjmp_buf fault_context;
extern _Thread_local volatile bool fault_guard;

/* The calls. */
typedef void run_call(struct thread *thread, const struct call *call);

run_call run_ioctl;
run_call run_open, run_request, run_close, run_dup, run_poll;
run_call run_epoll_create, run_epoll_ctl, run_epoll_wait;
run_call run_send_file, run_receive_file;
run_call run_mmap, run_munmap, run_mprotect, run_mremap, run_madvise;
run_call run_load, run_store, run_write_memory;
run_call run_uring_poll, run_uring_cmd;
run_call run_netlink;
run_call run_policy;
run_call run_fork, run_kill, run_trace;
run_call run_limit, run_descriptor_limit, run_user, run_add_key, run_label;
run_call run_socket, run_unload;

#endif /* FUZZ_RUN_H */
