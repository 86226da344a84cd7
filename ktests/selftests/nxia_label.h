/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labelled processes, by nxia_lsm_label.ko (ktests/kunit/lsm_label.c), which stands
 * in for a policy: it labels the process that asks.
 */
#ifndef NXIA_LABEL_H
#define NXIA_LABEL_H

#include "nxia_test.h"

#define LABEL_FILE	"/sys/kernel/debug/nxia_label/self"

static inline bool lsm_listed(void)
{
	char names[512] = "", *name, *rest = names;
	int fd = open("/sys/kernel/security/lsm", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, names, sizeof(names) - 1) < 0)
		test_skip("/sys/kernel/security/lsm: %s", strerror(errno));
	close(fd);
	while ((name = strsep(&rest, ",\n")))
		if (!strcmp(name, "nxia"))
			return true;
	return false;
}

/* The tests of labels begin with this. */
static inline void lsm_needed(void)
{
	if (!lsm_listed())
		test_skip("the kernel runs without the NXIA LSM");
	if (access(LABEL_FILE, W_OK) &&
	    system("modprobe nxia_lsm_label && [ -w " LABEL_FILE " ]"))
		test_skip("no %s: debugfs or nxia_lsm_label.ko is missing",
			  LABEL_FILE);
}

/* Once it is confined, a process can write to the file no more. */
static inline void label_self(const char *label_and_may_drop)
{
	REQUIRE_OK(file_write(LABEL_FILE, label_and_may_drop));
}

/*
 * Processes with different labels have no pipe in common: they take turns by memory
 * that they have shared since before.
 */
static inline int *turns_start(void)
{
	int *turn = mmap(NULL, sizeof(*turn), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	REQUIRE(turn != MAP_FAILED);
	return turn;
}

static inline void turn_wait(const int *turn, int number)
{
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) < number)
		usleep(2000);
}

static inline void turn_set(int *turn, int number)
{
	__atomic_store_n(turn, number, __ATOMIC_RELEASE);
}

#endif
