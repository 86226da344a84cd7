/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on demand: allocations and copies to and from user memory that fail.
 * Needs a kernel with CONFIG_FAULT_INJECTION_DEBUG_FS, CONFIG_FAILSLAB,
 * CONFIG_FAIL_PAGE_ALLOC and CONFIG_FAULT_INJECTION_USERCOPY, as ./wslx vm
 * --debug has.
 */
#ifndef NXIA_FAULT_H
#define NXIA_FAULT_H

#include <sys/mount.h>

#include "nxia_test.h"

#define FAULT_DEBUG	"/sys/kernel/debug"

static const char *const fault_kinds[] = {
	"failslab", "fail_page_alloc", "fail_usercopy",
};

static inline void fault_set(const char *kind, const char *name,
			     const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), FAULT_DEBUG "/%s/%s", kind, name);
	if (!access(path, F_OK))
		EXPECT_OK(file_write(path, value));
}

static inline bool fault_have(void)
{
	if (access(FAULT_DEBUG "/failslab", F_OK))
		mount("debugfs", FAULT_DEBUG, "debugfs", 0, NULL);
	return !access("/proc/thread-self/fail-nth", F_OK) &&
	       !access(FAULT_DEBUG "/failslab", F_OK) &&
	       !access(FAULT_DEBUG "/fail_usercopy", F_OK);
}

/*
 * Allocations that may sleep fail, too, and without a word: in tasks that ask
 * for it, one of a hundred times @percent says.
 */
static inline void fault_setup(const char *percent)
{
	if (!fault_have())
		test_skip("this kernel injects no faults");
	for (unsigned int i = 0; i < ARRAY_SIZE(fault_kinds); i++) {
		fault_set(fault_kinds[i], "task-filter", "Y");
		fault_set(fault_kinds[i], "ignore-gfp-wait", "N");
		fault_set(fault_kinds[i], "min-order", "0");
		fault_set(fault_kinds[i], "verbose", "0");
		fault_set(fault_kinds[i], "times", "-1");
		fault_set(fault_kinds[i], "probability", percent);
	}
}

/* This thread, and what it forks from now on, fails or no longer fails. */
static inline void fault_task(bool fails)
{
	/* To end it is a copy that may fail. */
	while (file_write("/proc/thread-self/make-it-fail", fails ? "1" : "0"))
		continue;
}

#endif /* NXIA_FAULT_H */
