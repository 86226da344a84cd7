// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls about processes, users and the system.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/keyctl.h>

#include "limit.h"
#include "run.h"

/* Processes */

static __noreturn void live(struct thread *thread, const struct call *call)
{
	const struct program *program = thread->process->program;
	static const char *const nothing[] = { "true", NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	thread->process->forked = true;
	thread->lane = LANE_FORKED;
	switch (call->values[0]) {
	case LIFE_STAY:
		for (;;)
			pause();
	case LIFE_RUN:
		run_begin(thread);
		run_calls(thread, call + 1, program->calls + program->count);
		break;
	case LIFE_EXEC:
		execv("/bin/true", (char *const *)nothing);
		break;
	}
	_exit(0);
}

void run_fork(struct thread *thread, const struct call *call)
{
	pid_t child;

	if (thread->process->forked)
		return;
	child = fork();
	if (!child)
		live(thread, call);
	if (child < 0)
		return;
	if (call->values[0] == LIFE_STAY)
		thread->process->child = child;
	if (call->values[0] == LIFE_EXIT || call->values[0] == LIFE_EXEC)
		waitpid(child, NULL, 0);
}

void run_kill(struct thread *thread, const struct call *call)
{
	pid_t child = atomic_exchange(&thread->process->child, 0);

	(void)call;
	if (!child || thread->process->forked)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* Looks at the process that stays, and attaches to it. */
void run_trace(struct thread *thread, const struct call *call)
{
	pid_t child = thread->process->child;
	char path[64], byte;
	int file;

	(void)call;
	if (!child)
		return;
	snprintf(path, sizeof(path), "/proc/%d/environ", child);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (read(file, &byte, 1) > 0)
		lseek(file, 0, SEEK_SET);
	close(file);
	ptrace(PTRACE_SEIZE, child, NULL, NULL);
}

/* Users */

void run_limit(struct thread *thread, const struct call *call)
{
	(void)thread;
	limit_set(call->values[0], call->values[1]);
}

void run_descriptor_limit(struct thread *thread, const struct call *call)
{
	struct rlimit limit = { call->values[0], 1024 };

	(void)thread;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Of this thread alone, which is not what libc's function does. */
void run_user(struct thread *thread, const struct call *call)
{
	(void)thread;
	syscall(SYS_setresuid, -1, call->values[0], -1);
}

void run_add_key(struct thread *thread, const struct call *call)
{
	u64 sort = call->values[1];
	char payload[64] = "not a secret";
	const char *type = sort == KEY_USER ? "user" : "logon";
	const char *name = sort == KEY_OTHER_NAME ? "fuzz:key" : "nxia:fuzz";
	int key = syscall(SYS_add_key, type, name, payload,
			  call->values[2] % sizeof(payload),
			  KEY_SPEC_PROCESS_KEYRING);

	if (key < 0)
		return;
	if (sort == KEY_REVOKED)
		syscall(SYS_keyctl, KEYCTL_REVOKE, key);
	if (sort == KEY_NO_SEARCH)
		syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0);
	slot_put(thread->process, KEY, call->values[0], key);
}

/* The system */

/* Labels this thread, where the module for tests is loaded that can. */
void run_label(struct thread *thread, const struct call *call)
{
	int file = open("/sys/kernel/debug/nxia_label/self", O_WRONLY | O_CLOEXEC);

	(void)thread;
	dprintf(file, "%llx %llx", call->values[0],
		call->values[1]);
	close(file);
}

/* Connects to where no one listens. */
void run_socket(struct thread *thread, const struct call *call)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_un un;
	} address = { .any.sa_family = call->values[0] };
	int file = socket(call->values[0], SOCK_STREAM | SOCK_NONBLOCK |
			  SOCK_CLOEXEC, 0);

	(void)thread;
	if (address.any.sa_family == AF_INET) {
		address.in.sin_port = htons(9);
		address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	connect(file, &address.any, sizeof(address));
	close(file);
}

/* Is refused, for the fuzzer itself has a session open. */
void run_unload(struct thread *thread, const struct call *call)
{
	(void)thread;
	(void)call;
	syscall(SYS_delete_module, "nxia", O_NONBLOCK);
}
