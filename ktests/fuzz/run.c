// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process of a program: its threads, its memory, its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "cover.h"
#include "run.h"

/* A call that sleeps longer than this is interrupted by a signal. */
#define SLEEP_NS	50000000

int first_file;
_Thread_local sigjmp_buf fault_context;
_Thread_local volatile bool fault_guard;

static void see_fault(int number)
{
	if (fault_guard)
		siglongjmp(fault_context, 1);
	signal(number, SIG_DFL);
}

static void see_alarm(int number)
{
	(void)number;
}

static void catch_signals(void)
{
	struct sigaction fault = { .sa_handler = see_fault };
	struct sigaction alarm = { .sa_handler = see_alarm };

	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGBUS, &fault, NULL);
	sigaction(SIGALRM, &alarm, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGIO, SIG_IGN);
}

/* Interrupts this thread now and then. */
static void start_alarms(void)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGALRM,
		._sigev_un._tid = gettid(),
	};
	struct itimerspec often = {
		.it_interval.tv_nsec = SLEEP_NS,
		.it_value.tv_nsec = SLEEP_NS,
	};
	timer_t timer;

	if (!timer_create(CLOCK_MONOTONIC, &event, &timer))
		timer_settime(timer, 0, &often, NULL);
}

/* One call */

static void fail_next(const struct thread *thread, unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	/* Without fault injection in the kernel there is no such file. */
	if (pwrite(thread->fail_nth, text, length, 0) < 0)
		return;
}

static void do_call(struct thread *thread, const struct call *call)
{
	unsigned int again = call->times ?: 1;

	while (again--) {
		if (call->fail)
			fail_next(thread, call->fail);
		call->what->run(thread, call);
		if (call->fail)
			fail_next(thread, 0);
	}
}

/* Begins what runs in the current thread. */
void run_begin(struct thread *thread)
{
	start_alarms();
	thread->fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

void run_calls(struct thread *thread, const struct call *from,
	       const struct call *to)
{
	for (; from < to; from++)
		do_call(thread, from);
}

/* Threads */

/* The calls that two threads do, the second beginning in their middle. */
static void *run_second(void *process)
{
	struct thread thread = { .process = process, .lane = LANE_SECOND };
	const struct program *program = thread.process->program;
	const struct call *from = program->calls + program->race;
	const struct call *to = program->calls + program->count;
	const struct call *middle = from + (to - from) / 2;

	run_begin(&thread);
	cover_start(LANE_SECOND);
	run_calls(&thread, middle, to);
	run_calls(&thread, from, middle);
	return NULL;
}

static void run_threads(struct process *process)
{
	const struct program *program = process->program;
	struct thread thread = { .process = process, .lane = LANE_FIRST };
	pthread_t second;
	bool raced;

	run_begin(&thread);
	cover_start(LANE_FIRST);
	run_calls(&thread, program->calls, program->calls + program->race);
	raced = program->race < program->count &&
		!pthread_create(&second, NULL, run_second, process);
	run_calls(&thread, program->calls + program->race,
		  program->calls + program->count);
	if (raced)
		pthread_join(second, NULL);
}

void run_setup(void)
{
	void *buffers = mmap((void *)BUFFERS_AT, SLOTS * BUFFER_ROOM,
			     PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
			     MAP_NORESERVE | MAP_FIXED, -1, 0);

	check(buffers != MAP_FAILED, "mmap");
}

/*
 * Ends what the program has made, while coverage is still on: what the kernel
 * closes for a process that is dead already is in no trace.
 */
static void end_program(void)
{
	munmap((void *)MAPS_AT, SLOTS * MAP_ROOM);
	close_range(first_file, ~0U, 0);
}

void run_program(const struct program *program)
{
	static struct process process;
	int i;

	process.program = program;
	for (i = 0; i < SLOTS; i++)
		process.files[i] = -1;
	catch_signals();
	check(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
			  0, process.pair), "socketpair");
	run_threads(&process);
	end_program();
	_exit(0);
}
