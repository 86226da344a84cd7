/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The runner of a test program: main().
 *
 * It keeps a session open, so that the module does not forget what a user holds
 * between two tests.  A program that unloads the module defines TEST_UNLOADS
 * before it includes this file; then there is no such session.
 */
#ifndef NXIA_MAIN_H
#define NXIA_MAIN_H

#include "nxia_test.h"

/* The session of the runner, or -1. */
static int test_session = -1;

/* How long a test runs that runs for a time. */
static unsigned int test_seconds = 1;

static inline void test_open_session(void)
{
#ifndef TEST_UNLOADS
	test_session = open("/dev/nxia", O_RDWR | O_CLOEXEC);
#endif
}

/* What the user holds; false without the module. */
static inline bool test_usage(struct nxia_info *info)
{
	int fd = test_session;
	bool told;

	memset(info, 0, sizeof(*info));
	if (fd < 0)
		fd = open("/dev/nxia", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	told = !ioctl(fd, NXIA_IOC_INFO, info);
	if (fd != test_session)
		close(fd);
	return told;
}

static inline bool usage_same(const struct nxia_info *a,
			      const struct nxia_info *b)
{
	return a->caps == b->caps && a->objects == b->objects &&
	       a->pages == b->pages && a->max_caps == b->max_caps &&
	       a->max_objects == b->max_objects &&
	       a->max_pages == b->max_pages &&
	       (a->flags & NXIA_INFO_REGISTRY) ==
		       (b->flags & NXIA_INFO_REGISTRY);
}

/* What a test gave back may be freed a moment later; give it that moment. */
static inline void test_check_usage(const struct nxia_info *before)
{
	struct nxia_info after;

	for (int i = 0; i < 400; i++) {
		if (!test_usage(&after)) {
			test_fail("/dev/nxia: %s", strerror(errno));
			return;
		}
		if (usage_same(before, &after))
			return;
		usleep(10000);
	}
	test_fail("left behind: caps %lld, objects %lld, pages %lld; limits %s, registry %s",
		  (long long)(after.caps - before->caps),
		  (long long)(after.objects - before->objects),
		  (long long)(after.pages - before->pages),
		  after.max_caps == before->max_caps &&
		  after.max_objects == before->max_objects &&
		  after.max_pages == before->max_pages ? "kept" : "changed",
		  (after.flags ^ before->flags) & NXIA_INFO_REGISTRY ?
		  "changed" : "kept");
}

__noreturn static inline void test_child(const struct test *test)
{
	setpgid(0, 0);
	if (test_session >= 0)
		close(test_session);
	alarm(TEST_SECONDS + test_seconds);
	test_arg = test->arg;
	test->run();
	child_done();
}

static inline bool test_run(const struct test *test, unsigned int number)
{
	struct nxia_info before;
	int status = 0;
	bool passed;
	pid_t pid;

	memset(test_report, 0, sizeof(*test_report));
	if (!test_usage(&before))
		test_fail("/dev/nxia: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid)
		test_child(test);
	waitpid(pid, &status, 0);
	kill(-pid, SIGKILL);
	while (wait(NULL) > 0)
		continue;
	if (WIFSIGNALED(status))
		test_fail("%s", WTERMSIG(status) == SIGALRM ? "timed out" :
			  strsignal(WTERMSIG(status)));
	test_check_usage(&before);
	if (*test_report->unsaid)
		printf("# %s\n", test_report->unsaid);
	passed = !test_report->failures &&
		 (!status || WEXITSTATUS(status) == EXIT_SKIP);
	printf("%sok %u - %s", passed ? "" : "not ", number, test->name);
	if (passed && status)
		printf(" # SKIP %s", test_report->skip);
	printf("\n");
	return passed;
}

/*
 * With --list, the names; with another argument, the tests whose name has it.
 * --seconds N before it sets test_seconds.  Exit status 1 if a test failed.
 */
int main(int argc, char **argv)
{
	bool seconds = argc > 2 && !strcmp(argv[1], "--seconds");
	const char *part = argc > 1 + 2 * seconds ? argv[1 + 2 * seconds] : "";
	struct nxia_info info;
	bool passed = true;
	unsigned int number = 0, count = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (seconds)
		test_seconds = atoi(argv[2]);
	if (!strcmp(part, "--list")) {
		for (unsigned int i = 0; i < tests_count; i++)
			printf("%s\n", tests[i].name);
		return 0;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	test_report = mmap(NULL, sizeof(*test_report), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned int i = 0; i < tests_count; i++)
		count += !!strstr(tests[i].name, part);
	printf("TAP version 13\n1..%u\n", count);
	test_open_session();
	if (test_report == MAP_FAILED || !test_usage(&info)) {
		printf("Bail out! /dev/nxia: %s\n", strerror(errno));
		return 1;
	}
	for (unsigned int i = 0; i < tests_count; i++)
		if (strstr(tests[i].name, part))
			passed &= test_run(&tests[i], ++number);
	return !passed;
}

#endif /* NXIA_MAIN_H */
