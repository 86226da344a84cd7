/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TAP for the selftests.
 *
 * TEST(function, "CALL: what is expected") defines a test.  Each runs in a
 * process of its own, in a process group of its own, under a time limit.  When
 * it is over, all that it forked is killed, and what the user holds in the
 * module must be what it was before: a test that leaves something behind
 * fails, whatever it found out.
 *
 * EXPECT_*() note a failure and go on; REQUIRE*() end the process.  Both work in
 * any process or thread of a test.
 *
 * A name that begins with "CALL: ERRNO" is what errnos.sh looks for.
 */
#ifndef NXIA_TEST_H
#define NXIA_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/nxia.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

/* The names of the kernel, which libc's headers may have already. */
#ifndef __maybe_unused
#define __maybe_unused		__attribute__((unused))
#endif
#ifndef __noreturn
#define __noreturn		__attribute__((noreturn))
#endif
#ifndef __printf
#define __printf(text, first)	__attribute__((format(printf, text, first)))
#endif
#ifndef __aligned
#define __aligned(bytes)	__attribute__((aligned(bytes)))
#endif
#ifndef __constructor
#define __constructor		__attribute__((constructor))
#endif

/* Generous: a debug kernel on an emulated processor is a hundred times slower. */
#define TEST_SECONDS	180
#define TESTS_MAX	512

#define EXIT_SKIP	4

struct test {
	const char *name;
	void (*run)(void);
	const void *arg;
};

/* What a test tells the runner; shared by all of its processes. */
struct test_report {
	int failures;
	char skip[160];
	/* What a process had to say that may not write to standard output. */
	char unsaid[512];
};

static struct test tests[TESTS_MAX];
static unsigned int tests_count;
static struct test_report *test_report;
/* The argument that the running test was added with. */
static const void *test_arg __maybe_unused;

static inline void test_add(const char *name, void (*run)(void),
			    const void *arg)
{
	if (tests_count == TESTS_MAX) {
		printf("Bail out! more than %d tests\n", TESTS_MAX);
		exit(1);
	}
	tests[tests_count++] = (struct test){ name, run, arg };
}

#define TEST(function, text)						\
	static void function(void);					\
	__constructor static void add_##function(void)			\
	{								\
		test_add(text, function, NULL);				\
	}								\
	static void function(void)

/* Failures */

__printf(1, 2) static inline void test_fail(const char *format, ...)
{
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	__atomic_add_fetch(&test_report->failures, 1, __ATOMIC_RELAXED);
	fflush(stdout);
	if (dprintf(STDOUT_FILENO, "# %.*s\n", length, line) < 0)
		memccpy(test_report->unsaid, line, 0,
			sizeof(test_report->unsaid) - 1);
}

static inline bool expect_true(bool got, const char *text, const char *file,
			       int line)
{
	if (!got)
		test_fail("%s:%d: not so: %s", file, line, text);
	return got;
}

static inline bool expect_eq(long long got, long long want, const char *text,
			     const char *file, int line)
{
	if (got != want)
		test_fail("%s:%d: %s: want %lld (%#llx), got %lld (%#llx)",
			  file, line, text, want, want, got, got);
	return got == want;
}

/* The name of a result that is 0 or more, or a negative errno. */
static inline const char *result_name(long long result)
{
	const char *name = result < 0 ? strerrorname_np(-result) : "success";

	return name ? name : "an unknown error";
}

static inline bool expect_err(long long got, int want, const char *text,
			      const char *file, int line)
{
	if (got != -want)
		test_fail("%s:%d: %s: want %s, got %s", file, line, text,
			  result_name(-want), result_name(got));
	return got == -want;
}

static inline bool expect_ok(long long got, const char *text, const char *file,
			     int line)
{
	if (got < 0)
		test_fail("%s:%d: %s: want success, got %s", file, line, text,
			  result_name(got));
	return got >= 0;
}

#define EXPECT(condition)						\
	expect_true((condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(got, want)						\
	expect_eq((long long)(got), (long long)(want), #got, __FILE__,	\
		  __LINE__)
/* For calls that return a negative errno. */
#define EXPECT_ERR(call, error)						\
	expect_err((call), (error), #call, __FILE__, __LINE__)
#define EXPECT_OK(call)							\
	expect_ok((call), #call, __FILE__, __LINE__)

static inline void require(bool held)
{
	if (!held)
		_exit(1);
}

#define REQUIRE(condition)	require(EXPECT(condition))
#define REQUIRE_OK(call)	require(EXPECT_OK(call))

__printf(1, 2) __noreturn
static inline void test_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(test_report->skip, sizeof(test_report->skip), format, args);
	va_end(args);
	_exit(EXIT_SKIP);
}

/* Processes of a test */

/* fork(); the child ends with child_done(). */
static inline pid_t child_start(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	REQUIRE(pid >= 0);
	return pid;
}

__noreturn static inline void child_done(void)
{
	fflush(stdout);
	_exit(0);
}

static inline void child_join(pid_t pid)
{
	int status = -1;

	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
}

static inline void child_kill(pid_t pid)
{
	int status = -1;

	EXPECT_EQ(kill(pid, SIGKILL), 0);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* A gate: one process waits until another has opened it, once for each time. */
struct gate {
	int fds[2];
};

static inline void gate_init(struct gate *gate)
{
	REQUIRE(!pipe2(gate->fds, O_CLOEXEC));
}

static inline void gate_open(struct gate *gate)
{
	EXPECT_EQ(write(gate->fds[1], "", 1), 1);
}

static inline void gate_pass(struct gate *gate)
{
	char byte;

	EXPECT_EQ(read(gate->fds[0], &byte, 1), 1);
}

/* Send a number through a gate. */
static inline void gate_put(struct gate *gate, __u64 number)
{
	EXPECT_EQ(write(gate->fds[1], &number, sizeof(number)),
		  sizeof(number));
}

static inline __u64 gate_get(struct gate *gate)
{
	__u64 number = 0;

	EXPECT_EQ(read(gate->fds[0], &number, sizeof(number)), sizeof(number));
	return number;
}

static inline char task_state(pid_t tid)
{
	char path[64], text[512], *end;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[length < 0 ? 0 : length] = 0;
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : 0;
}

/*
 * Wait until a process or thread sleeps.  It may not be asleep where the caller
 * means; no test may depend on that, it only makes it likely.
 */
static inline void until_asleep(pid_t tid)
{
	for (int i = 0; i < 2000 && task_state(tid) != 'S'; i++)
		usleep(5000);
	usleep(20000);
}

/* Memory */

static __thread sigjmp_buf probe_context;
static __thread volatile bool probing;

/* A signal that nobody probes for kills, as it would have. */
static void probe_handler(int number)
{
	if (probing)
		siglongjmp(probe_context, number);
	signal(number, SIG_DFL);
}

static inline void probe_catch(int number)
{
	struct sigaction action = { .sa_handler = probe_handler };

	sigaction(number, &action, NULL);
}

/* Touch a byte: 0, or the signal that it raised.  A write keeps the value. */
static inline int probe(const volatile void *address, bool writes)
{
	volatile char *byte = (volatile char *)address;
	int number;

	probe_catch(SIGBUS);
	probe_catch(SIGSEGV);
	probing = true;
	number = sigsetjmp(probe_context, 1);
	if (!number) {
		char value = *byte;

		if (writes)
			*byte = value;
	}
	probing = false;
	return number;
}

/* Files */

/* Write a string to a file: 0 or a negative errno. */
static inline int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int error;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	error = written < 0 ? -errno : 0;
	close(fd);
	return error;
}

/* Read a number from a file: the number or a negative errno. */
static inline long long file_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	return length < 0 ? -EIO : strtoll(text, NULL, 0);
}

static inline int open_files(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

#endif /* NXIA_TEST_H */
