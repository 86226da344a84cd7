// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "cover.h"
#include "execute.h"
#include "limit.h"
#include "netlink.h"
#include "run.h"

/* Generous: the debug kernel on an emulated processor is slow. */
#define PROGRAM_MS	20000
#define DEATH_MS	60000
#define LEFT_MS		5000

struct statistics statistics;

/* What there was before the first program. */
static struct totals base;
static char base_taint[32];
static int taint_file;

static __noreturn void found(const struct program *program, const char *what)
{
	printf("FOUND: %s\n", what);
	program_print(program, stdout);
	fflush(stdout);
	exit(EXIT_FOUND);
}

static void read_taint(char *taint, size_t size)
{
	ssize_t length = pread(taint_file, taint, size - 1, 0);

	check(length > 0, "/proc/sys/kernel/tainted");
	taint[length] = 0;
}

/* An oops shall end a program, not the guest: then its text can be told. */
static void survive_oopses(void)
{
	int file = open("/proc/sys/kernel/panic_on_oops", O_WRONLY | O_CLOEXEC);

	check(file >= 0 && write(file, "0", 1) == 1, "panic_on_oops");
	close(file);
}

void execute_setup(void)
{
	survive_oopses();
	check(!prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
	taint_file = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);
	read_taint(base_taint, sizeof(base_taint));
	netlink_totals(&base);
}

/* The process */

static bool wait_for_end(pid_t child, int milliseconds)
{
	int file = syscall(SYS_pidfd_open, child, 0), ended;
	struct pollfd poller = { file, POLLIN, 0 };

	check(file >= 0, "pidfd_open");
	ended = poll(&poller, 1, milliseconds);
	close(file);
	return ended == 1;
}

/* Waits for the program's process and for all that it forked. */
static int reap(pid_t child)
{
	int status = 0, other;
	pid_t pid;

	waitpid(child, &status, 0);
	do {
		pid = waitpid(-1, &other, 0);
	} while (pid > 0 || errno == EINTR);
	return status;
}

static void run_in_child(const struct program *program)
{
	bool late;
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	check(child >= 0, "fork");
	if (!child) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_program(program);
	}
	setpgid(child, child);
	late = !wait_for_end(child, PROGRAM_MS);
	statistics.late += late;
	kill(-child, SIGKILL);
	if (late && !wait_for_end(child, DEATH_MS))
		found(program, "a process that cannot be killed");
	status = reap(child);
	/* A signal whose frame cannot be copied out, as "fail" has it, kills. */
	if (!late && WIFSIGNALED(status) && !program_fails(program))
		found(program, strsignal(WTERMSIG(status)));
	if (!late && WIFEXITED(status) && WEXITSTATUS(status))
		found(program, "its process could not do its part");
}

/* Afterwards */

static bool is_base(const struct totals *now)
{
	return !memcmp(now, &base, sizeof(base));
}

/* What io_uring and Unix sockets held is let go a moment later. */
static void check_totals(const struct program *program)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	struct totals now;
	char text[200];
	int waited;

	netlink_totals(&now);
	for (waited = 0; !is_base(&now) && waited < LEFT_MS; waited++) {
		nanosleep(&moment, NULL);
		netlink_totals(&now);
	}
	if (is_base(&now))
		return;
	snprintf(text, sizeof(text),
		 "left behind: %lld sessions, %lld capabilities, %lld objects, %lld pages; flags %#llx",
		 (long long)(now.sessions - base.sessions),
		 (long long)(now.caps - base.caps),
		 (long long)(now.objects - base.objects),
		 (long long)(now.pages - base.pages),
		 now.flags);
	found(program, text);
}

static void check_kernel(const struct program *program)
{
	char taint[sizeof(base_taint)];

	read_taint(taint, sizeof(taint));
	if (strcmp(taint, base_taint))
		found(program, "a report in the kernel's log");
}

void execute(const struct program *program)
{
	cover_clear();
	run_in_child(program);
	if (program_uses(program, "limit"))
		limit_restore();
	check_kernel(program);
	check_totals(program);
	statistics.programs++;
	statistics.calls += program->count;
}
