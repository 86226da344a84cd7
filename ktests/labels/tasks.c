// SPDX-License-Identifier: GPL-2.0-only
/* Leaks from task to task: signals, tracing, and what others see of a process. */
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/kcmp.h>
#include <linux/securebits.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/user.h>

#include "leak.h"

/* Signals to the collector */

static volatile __u64 signalled;
static volatile int signal_seen;

static void on_signal(int number, siginfo_t *info, void *)
{
	signal_seen = number;
	signalled = (uintptr_t)info->si_value.sival_ptr;
}

static void catch(int number)
{
	struct sigaction action = {
		.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO,
	};

	must(sigaction(number, &action, NULL));
}

static void prepare_signals(void)
{
	for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
		catch(number);
	catch(SIGUSR1);
	catch(SIGIO);
	catch(SIGURG);
}

static int secret_signal(void)
{
	return SIGRTMIN + part(4);
}

static void send_sigqueue(void)
{
	must(sigqueue(world.collector, SIGUSR1,
		      (union sigval){ .sival_ptr = (void *)world.number }));
}

static siginfo_t secret_info(void)
{
	siginfo_t info = { .si_code = SI_QUEUE };

	info.si_value.sival_ptr = (void *)world.number;
	return info;
}

static void send_tgsigqueue(void)
{
	siginfo_t info = secret_info();

	must(syscall(SYS_rt_tgsigqueueinfo, world.collector, world.collector,
		     SIGUSR1, &info));
}

static void send_pidfd(void)
{
	siginfo_t info = secret_info();
	int pidfd = must(syscall(SYS_pidfd_open, world.collector, 0));

	info.si_signo = SIGUSR1;
	must(syscall(SYS_pidfd_send_signal, pidfd, SIGUSR1, &info, 0));
}

static bool got_value(void)
{
	return signalled == world.number;
}

static void send_kill(void)
{
	must(kill(world.collector, secret_signal()));
}

static void send_tkill(void)
{
	must(syscall(SYS_tkill, world.collector, secret_signal()));
}

static bool got_number(void)
{
	return signal_seen == secret_signal();
}

LEAK(sigqueue, "signal: sigqueue", prepare_signals, NULL, send_sigqueue,
     got_value)
LEAK(tgsigqueue, "signal: rt_tgsigqueueinfo", prepare_signals, NULL,
     send_tgsigqueue, got_value)
LEAK(pidfd_signal, "signal: pidfd_send_signal", prepare_signals, NULL,
     send_pidfd, got_value)
LEAK(kill, "signal: number of kill", prepare_signals, NULL, send_kill,
     got_number)
LEAK(tkill, "signal: number of tkill", prepare_signals, NULL, send_tkill,
     got_number)

/* By the owner of a descriptor */
static void open_pair(void)
{
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	world.fds[0] = pair[0];
	world.fds[1] = pair[1];
}

static void send_sigio(void)
{
	must(fcntl(world.fds[0], F_SETOWN, world.collector));
	must(fcntl(world.fds[0], F_SETSIG, secret_signal()));
	must(fcntl(world.fds[0], F_SETFL, O_ASYNC));
	must(write(world.fds[1], "", 1));
}

/* The collector owns one end, and has what the sender inherits. */
static void prepare_owned(void)
{
	prepare_signals();
	open_pair();
	must(fcntl(world.fds[0], F_SETOWN, world.collector));
	must(fcntl(world.fds[0], F_SETSIG, secret_signal()));
	must(fcntl(world.fds[0], F_SETFL, O_ASYNC));
}

static void send_owned(void)
{
	must(write(world.fds[1], "", 1));
}

LEAK(sigio, "signal: to the owner of a descriptor", prepare_signals, open_pair,
     send_sigio, got_number)
LEAK(sigio_owned, "signal: to an owner set before", prepare_owned, NULL,
     send_owned, got_number)

/* The signal of a parent's death, to a child of the sender that is not confined. */
static void send_to_group(void)
{
	must(kill(-getpgrp(), secret_signal()));
}

static void prepare_group(void)
{
	prepare_signals();
	must(setpgid(0, 0));
}

LEAK(kill_group, "signal: to a process group", prepare_group, NULL,
     send_to_group, got_number)

/* Memory and registers of the collector, and of the sender */

static char inbox[64];

static void prepare_inbox(void)
{
	world.numbers[0] = (uintptr_t)inbox;
}

static bool got_inbox(void)
{
	return got_text(inbox, sizeof(inbox));
}

static void send_writev(void)
{
	struct iovec local = { world.secret, 16 };
	struct iovec remote = { (void *)world.numbers[0], 16 };

	must(process_vm_writev(world.collector, &local, 1, &remote, 1, 0));
}

static void send_proc_mem(void)
{
	char path[64];
	int fd;

	sprintf(path, "/proc/%d/mem", world.collector);
	fd = must(open(path, O_RDWR));
	must(pwrite(fd, world.secret, 16, world.numbers[0]));
}

static void send_poke(void)
{
	must(ptrace(PTRACE_SEIZE, world.collector, NULL, NULL));
	must(ptrace(PTRACE_INTERRUPT, world.collector, NULL, NULL));
	must(waitpid(world.collector, NULL, __WALL));
	for (int i = 0; i < 2; i++)
		must(ptrace(PTRACE_POKEDATA, world.collector,
			    world.numbers[0] + 8 * i,
			    *(long *)(world.secret + 8 * i)));
	must(ptrace(PTRACE_DETACH, world.collector, NULL, NULL));
}

/* An address that the exec keeps: the argument of the sender. */
static char *sender_memory(void)
{
	return (char *)0x600000000000;
}

static void send_own_memory(void)
{
	char *map = mmap(sender_memory(), 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (map == MAP_FAILED)
		leak_failed("mmap", errno);
	memcpy(map, world.secret, 16);
}

static bool got_readv(void)
{
	char text[64];
	struct iovec local = { text, 16 }, remote = { sender_memory(), 16 };

	return got_text(text, process_vm_readv(world.sender, &local, 1, &remote,
					       1, 0));
}

static bool got_proc_mem(void)
{
	char path[64], text[64];
	int fd;
	bool found;

	sprintf(path, "/proc/%d/mem", world.sender);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	found = got_text(text, pread(fd, text, 16, (off_t)sender_memory()));
	close(fd);
	return found;
}

static bool got_peek(void)
{
	long word;

	if (ptrace(PTRACE_SEIZE, world.sender, NULL, NULL))
		return false;
	ptrace(PTRACE_INTERRUPT, world.sender, NULL, NULL);
	waitpid(world.sender, NULL, __WALL);
	word = ptrace(PTRACE_PEEKDATA, world.sender, sender_memory(), NULL);
	ptrace(PTRACE_DETACH, world.sender, NULL, NULL);
	return !memcmp(&word, world.secret, 8);
}

LEAK(writev, "memory: process_vm_writev", prepare_inbox, NULL, send_writev,
     got_inbox)
LEAK(proc_mem, "memory: /proc/PID/mem of the collector", prepare_inbox, NULL,
     send_proc_mem, got_inbox)
LEAK(readv, "memory: process_vm_readv by the collector", NULL, NULL,
     send_own_memory, got_readv)
LEAK(own_proc_mem, "memory: /proc/PID/mem by the collector", NULL, NULL,
     send_own_memory, got_proc_mem)
LEAK(peek, "memory: ptrace by the collector", NULL, NULL, send_own_memory,
     got_peek)

/* The collector waits, so a child of it is traced in its place. */
static int traced_pipe;

static void prepare_traced(void)
{
	int pipes[2];

	must(pipe2(pipes, O_CLOEXEC | O_NONBLOCK));
	prepare_inbox();
	world.collector = child_start();
	if (!world.collector) {
		for (;;) {
			if (inbox[15])
				write(pipes[1], inbox, 16);
			usleep(1000);
		}
	}
	traced_pipe = pipes[0];
}

static bool got_traced(void)
{
	return got(traced_pipe);
}

LEAK(poke, "memory: ptrace of the collector", prepare_traced, NULL, send_poke,
     got_traced)

static void send_traceme(void)
{
	must(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	send_own_memory();
}

static bool got_traceme(void)
{
	long word = ptrace(PTRACE_PEEKDATA, world.sender, sender_memory(),
			   NULL);

	return !memcmp(&word, world.secret, 8);
}

LEAK(traceme, "memory: traced by its parent", NULL, NULL, send_traceme,
     got_traceme)

/* What everybody sees of a process */

static bool got_proc(const char *name)
{
	char path[64];

	sprintf(path, "/proc/%d/%s", world.sender, name);
	return got_path(path);
}

/* Is @wanted in a file of /proc/PID? */
static bool proc_has(const char *name, const char *wanted)
{
	static char text[65536];
	char path[64];
	ssize_t length;
	int fd;

	sprintf(path, "/proc/%d/%s", world.sender, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length < 0)
		return false;
	text[length] = 0;
	return strstr(text, wanted);
}

static bool proc_has_number(const char *name, const char *format, __u64 number)
{
	char wanted[64];

	sprintf(wanted, format, number);
	return proc_has(name, wanted);
}

static const char *short_secret(void)
{
	static char text[16];

	snprintf(text, sizeof(text), "%.15s", world.secret);
	return text;
}

static void send_comm(void)
{
	must(prctl(PR_SET_NAME, world.secret));
}

static void send_proc_comm(void)
{
	int fd = must(open("/proc/self/comm", O_WRONLY));

	must(write(fd, short_secret(), 15));
}

static bool got_comm(void)
{
	return proc_has("comm", short_secret());
}

static bool got_stat_comm(void)
{
	return proc_has("stat", short_secret());
}

static bool got_status_comm(void)
{
	return proc_has("status", short_secret());
}

LEAK(comm, "seen: name, by prctl", NULL, NULL, send_comm, got_comm)
LEAK(proc_comm, "seen: name, by /proc/self/comm", NULL, NULL, send_proc_comm,
     got_stat_comm)
LEAK(status_comm, "seen: name in /proc/PID/status", NULL, NULL, send_comm,
     got_status_comm)

/* The words that a program was started with are on its stack. */
static void send_cmdline(void)
{
	char text[4096];
	unsigned long start;
	ssize_t length;
	int fd = must(open("/proc/self/stat", O_RDONLY));
	char *field = text;

	length = must(read(fd, text, sizeof(text) - 1));
	text[length] = 0;
	field = strrchr(text, ')');
	for (int i = 2; i < 48; i++)
		field = strchr(field + 1, ' ');
	start = strtoul(field, NULL, 10);
	memcpy((char *)start, world.secret, 11);
}

static bool got_cmdline(void)
{
	char wanted[16];

	snprintf(wanted, sizeof(wanted), "%.11s", world.secret);
	return proc_has("cmdline", wanted);
}

static void send_environ(void)
{
	char text[4096], *field;
	ssize_t length;
	int fd = must(open("/proc/self/stat", O_RDONLY));

	length = must(read(fd, text, sizeof(text) - 1));
	text[length] = 0;
	field = strrchr(text, ')');
	for (int i = 2; i < 50; i++)
		field = strchr(field + 1, ' ');
	memcpy((char *)strtoul(field, NULL, 10), world.secret, 16);
}

static bool got_environ(void)
{
	return got_proc("environ");
}

static void send_child(void)
{
	pid_t pid = must(fork());

	if (!pid) {
		execl("/bin/sh", "sh", "-c", "sleep 1000; :", world.secret,
		      NULL);
		_exit(errno);
	}
	usleep(300000);
}

/* Any process in /proc whose words have it. */
static bool got_any_cmdline(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (!found && (entry = readdir(proc))) {
		char path[300];

		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		if (atoi(entry->d_name) > 1 &&
		    atoi(entry->d_name) != getpid())
			found = got_path(path);
	}
	closedir(proc);
	return found;
}

LEAK(cmdline, "seen: words it was started with", NULL, NULL, send_cmdline,
     got_cmdline)
LEAK(environ, "seen: environment", NULL, NULL, send_environ, got_environ)
LEAK(child, "seen: words of a program that it starts", NULL, NULL, send_child,
     got_any_cmdline)

static void send_cwd(void)
{
	must(mkdir("/dev/shm/leak", 0777) && errno != EEXIST ? -1 : 0);
	must(chdir("/proc/self/fdinfo"));
}

static bool got_cwd(void)
{
	char path[64], target[256];
	ssize_t length;

	sprintf(path, "/proc/%d/cwd", world.sender);
	length = readlink(path, target, sizeof(target));
	return length > 7 && !memcmp(target + length - 7, "/fdinfo", 7);
}

static void send_mapping(void)
{
	if (mmap((void *)(0x100000000000 | part(30) << 12), 4096, PROT_READ,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		leak_failed("mmap", errno);
}

static bool got_mapping(void)
{
	return proc_has_number("maps", "%llx-", 0x100000000000 |
			       part(30) << 12);
}

static void send_size(void)
{
	if (mmap(NULL, (part(20) << 12) + (1ULL << 42), PROT_NONE, MAP_PRIVATE |
		 MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
		leak_failed("mmap", errno);
}

static bool got_size(void)
{
	char path[64], text[128] = "";
	__u64 pages;
	int fd;

	sprintf(path, "/proc/%d/statm", world.sender);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	/* But for what the program itself takes. */
	pages = strtoull(text, NULL, 10) - (1ULL << 30);
	return pages >= part(20) && pages < part(20) + 4096;
}

LEAK(cwd, "seen: working directory", NULL, NULL, send_cwd, got_cwd)
LEAK(maps, "seen: mappings", NULL, NULL, send_mapping, got_mapping)
LEAK(size, "seen: size", NULL, NULL, send_size, got_size)

static void send_fd_number(void)
{
	must(dup2(0, 300 + part(8)));
}

static bool got_fd_number(void)
{
	char path[64];
	struct stat status;

	sprintf(path, "/proc/%d/fd/%d", world.sender, (int)(300 + part(8)));
	return !lstat(path, &status);
}

static void send_uid(void)
{
	must(syscall(SYS_setresuid, part(30), part(30), part(30)));
}

static bool got_uid(void)
{
	return proc_has_number("status", "\nUid:\t%llu\t", part(30));
}

static void send_groups(void)
{
	must(syscall(SYS_setgroups, 1, &(gid_t){ part(30) }));
}

static bool got_groups(void)
{
	return proc_has_number("status", "\nGroups:\t%llu ", part(30));
}

static void send_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	must(syscall(SYS_capget, &header, data));
	data[0].effective = part(20);
	must(syscall(SYS_capset, &header, data));
}

static bool got_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3, .pid = world.sender,
	};
	struct __user_cap_data_struct data[2] = {};

	return !syscall(SYS_capget, &header, data) &&
	       data[0].effective == part(20);
}

static void send_umask(void)
{
	umask(part(9));
}

static bool got_umask(void)
{
	return proc_has_number("status", "\nUmask:\t%04llo\n", part(9));
}

LEAK(fd_number, "seen: numbers of descriptors", NULL, NULL, send_fd_number,
     got_fd_number)
LEAK(uid, "seen: user", NULL, NULL, send_uid, got_uid)
LEAK(groups, "seen: groups", NULL, NULL, send_groups, got_groups)
LEAK(capabilities, "seen: capabilities (capget)", NULL, NULL, send_capabilities,
     got_capabilities)
LEAK(umask, "seen: umask", NULL, NULL, send_umask, got_umask)

static void send_oom(void)
{
	char text[16];

	sprintf(text, "%d", (int)part(9));
	must(-!!file_write("/proc/self/oom_score_adj", text));
}

static bool got_oom(void)
{
	return proc_has_number("oom_score_adj", "%llu\n", part(9));
}

static void send_slack(void)
{
	must(prctl(PR_SET_TIMERSLACK, part(30)));
}

static bool got_slack(void)
{
	return proc_has_number("timerslack_ns", "%llu\n", part(30));
}

static void send_core_filter(void)
{
	char text[16];

	sprintf(text, "%#x", (int)part(8));
	must(-!!file_write("/proc/self/coredump_filter", text));
}

static bool got_core_filter(void)
{
	return proc_has_number("coredump_filter", "%08llx\n", part(8));
}

LEAK(oom, "seen: oom_score_adj", NULL, NULL, send_oom, got_oom)
LEAK(slack, "seen: timer slack", NULL, NULL, send_slack, got_slack)
LEAK(core_filter, "seen: coredump_filter", NULL, NULL, send_core_filter,
     got_core_filter)

/* Settings of a process, asked for by system calls */

static void send_nice(void)
{
	must(setpriority(PRIO_PROCESS, 0, part(4)));
}

static bool got_nice(void)
{
	return getpriority(PRIO_PROCESS, world.sender) == (int)part(4);
}

static void send_policy(void)
{
	struct sched_param param = { .sched_priority = part(6) };

	must(sched_setscheduler(0, SCHED_RR, &param));
}

static bool got_policy(void)
{
	struct sched_param param = {};

	return !sched_getparam(world.sender, &param) &&
	       param.sched_priority == (int)part(6);
}

static void send_affinity(void)
{
	must(syscall(SYS_sched_setaffinity, 0, 8, &(long){ 1 }));
}

static bool got_affinity(void)
{
	long mask = 0;

	return syscall(SYS_sched_getaffinity, world.sender, 8, &mask) > 0 &&
	       mask == 1;
}

static void send_io_priority(void)
{
	must(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		     IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, part(3))));
}

static bool got_io_priority(void)
{
	return syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, world.sender) ==
	       (long)IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, part(3));
}

static void send_limit(void)
{
	struct rlimit limit = { part(30), part(30) };

	must(setrlimit(RLIMIT_MSGQUEUE, &limit));
}

static bool got_limit(void)
{
	struct rlimit limit = {};

	return !prlimit(world.sender, RLIMIT_MSGQUEUE, NULL, &limit) &&
	       limit.rlim_cur == part(30);
}

static bool got_proc_limit(void)
{
	return proc_has_number("limits", " %llu ", part(30));
}

static void send_session(void)
{
	must(setsid());
}

static bool got_session(void)
{
	return getsid(world.sender) == world.sender;
}

static void send_group(void)
{
	must(setpgid(0, 0));
}

static bool got_group(void)
{
	return getpgid(world.sender) == world.sender;
}

LEAK(nice, "asked: nice value", NULL, NULL, send_nice, got_nice)
LEAK(policy, "asked: scheduling", NULL, NULL, send_policy, got_policy)
LEAK(affinity, "asked: affinity", NULL, NULL, send_affinity, got_affinity)
LEAK(io_priority, "asked: I/O priority", NULL, NULL, send_io_priority,
     got_io_priority)
LEAK(limit, "asked: limits, by prlimit", NULL, NULL, send_limit, got_limit)
LEAK(proc_limit, "asked: limits, by /proc/PID/limits", NULL, NULL, send_limit,
     got_proc_limit)
LEAK(session, "asked: session", NULL, NULL, send_session, got_session)
LEAK(group, "asked: process group", NULL, NULL, send_group, got_group)

static void send_robust(void)
{
	must(syscall(SYS_set_robust_list, world.number & ~7ULL, 24));
}

static bool got_robust(void)
{
	void *head = NULL;
	size_t size;

	return !syscall(SYS_get_robust_list, world.sender, &head, &size) &&
	       (uintptr_t)head == (world.number & ~7ULL);
}

static void send_same_file(void)
{
	must(dup2(0, 90));
}

static bool got_same_file(void)
{
	return !syscall(SYS_kcmp, world.sender, world.sender, KCMP_FILE, 0, 90);
}

LEAK(robust, "asked: robust list", NULL, NULL, send_robust, got_robust)
LEAK(kcmp, "asked: kcmp", NULL, NULL, send_same_file, got_same_file)

/* Settings of the collector, set by the sender */

static void set_nice(void)
{
	must(setpriority(PRIO_PROCESS, world.collector, part(4)));
}

static bool own_nice(void)
{
	return getpriority(PRIO_PROCESS, 0) == (int)part(4);
}

static void set_policy(void)
{
	struct sched_param param = { .sched_priority = part(6) };

	must(sched_setscheduler(world.collector, SCHED_RR, &param));
}

static bool own_policy(void)
{
	struct sched_param param = {};

	must(sched_getparam(0, &param));
	return param.sched_priority == (int)part(6);
}

static void set_affinity(void)
{
	must(syscall(SYS_sched_setaffinity, world.collector, 8, &(long){ 1 }));
}

static bool own_affinity(void)
{
	long mask = 0;

	must(syscall(SYS_sched_getaffinity, 0, 8, &mask));
	return mask == 1;
}

static void set_io_priority(void)
{
	must(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, world.collector,
		     IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, part(3))));
}

static bool own_io_priority(void)
{
	return syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) ==
	       (long)IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, part(3));
}

static void set_limit(void)
{
	struct rlimit limit = { part(30), part(30) };

	must(prlimit(world.collector, RLIMIT_MSGQUEUE, &limit, NULL));
}

static bool own_limit(void)
{
	struct rlimit limit;

	must(getrlimit(RLIMIT_MSGQUEUE, &limit));
	return limit.rlim_cur == part(30);
}

static void set_comm(void)
{
	char path[64];
	int fd;

	sprintf(path, "/proc/self/task/%d/comm", world.collector);
	fd = open(path, O_WRONLY);
	if (fd < 0) {
		sprintf(path, "/proc/%d/oom_score_adj", world.collector);
		fd = must(open(path, O_WRONLY));
	}
	must(dprintf(fd, "%d", (int)part(9)));
}

static bool own_oom(void)
{
	char text[32] = "";
	int fd = must(open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC));

	must(read(fd, text, sizeof(text) - 1));
	close(fd);
	return atoi(text) == (int)part(9);
}

LEAK(set_nice, "set: nice value", NULL, NULL, set_nice, own_nice)
LEAK(set_policy, "set: scheduling", NULL, NULL, set_policy, own_policy)
LEAK(set_affinity, "set: affinity", NULL, NULL, set_affinity, own_affinity)
LEAK(set_io_priority, "set: I/O priority", NULL, NULL, set_io_priority,
     own_io_priority)
LEAK(set_limit, "set: limits", NULL, NULL, set_limit, own_limit)
LEAK(set_oom, "set: oom_score_adj", NULL, NULL, set_comm, own_oom)

/* The image that a crash leaves */

static char pattern[256];

static void prepare_core(const char *text)
{
	struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	int fd = must(open("/proc/sys/kernel/core_pattern",
			   O_RDONLY | O_CLOEXEC));

	must(read(fd, pattern, sizeof(pattern) - 1));
	close(fd);
	must(setrlimit(RLIMIT_CORE, &none));
	must(-!!file_write("/proc/sys/kernel/core_pattern", text));
}

static void prepare_core_file(void)
{
	prepare_core("core");
}

static void prepare_core_pipe(void)
{
	FILE *script = fopen("/run/leak-core", "w");

	fprintf(script, "#!/bin/sh\nexec cat >/run/leak-core.out\n");
	fchmod(fileno(script), 0755);
	fclose(script);
	unlink("/run/leak-core.out");
	prepare_core("|/run/leak-core %p");
}

static void send_crash(void)
{
	struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 1);
	send_own_memory();
	abort();
}

static bool core_done(const char *path)
{
	bool found = got_path(path);

	if (found || !access(path, F_OK))
		file_write("/proc/sys/kernel/core_pattern", pattern);
	return found;
}

static bool got_core_file(void)
{
	char path[32];

	sprintf(path, "core.%d", world.sender);
	return core_done("core") || core_done(path);
}

static bool got_core_pipe(void)
{
	return core_done("/run/leak-core.out");
}

LEAK(core_file, "core dump: file", prepare_core_file, NULL, send_crash,
     got_core_file)
LEAK(core_pipe, "core dump: program", prepare_core_pipe, NULL, send_crash,
     got_core_pipe)

/* Accounting */

static void prepare_accounting(void)
{
	close(must(open("acct", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
	must(acct("acct"));
}

static void send_exit(void)
{
	prctl(PR_SET_NAME, world.secret);
	_exit(0);
}

static bool got_accounting(void)
{
	char text[65536];
	int fd = must(open("acct", O_RDONLY | O_CLOEXEC));
	ssize_t length = read(fd, text, sizeof(text));
	bool found = length > 0 &&
		     memmem(text, length, world.secret, 15);

	close(fd);
	if (found)
		acct(NULL);
	return found;
}

LEAK(accounting, "accounting: name of a process that ended", prepare_accounting,
     NULL, send_exit, got_accounting)

static void send_acct(void)
{
	char path[300], folder[256];

	must(open(secret_name(), O_WRONLY | O_CREAT, 0600));
	sprintf(path, "%s/%s", getcwd(folder, sizeof(folder)), secret_name());
	must(acct(path));
}

static bool got_acct(void)
{
	bool found = got_name(secret_name());

	if (found)
		acct(NULL);
	return found;
}

LEAK(acct, "accounting: switched to a file", NULL, NULL, send_acct, got_acct)

#include "leak_main.h"
