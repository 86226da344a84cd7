/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on demand: allocations and copies to and from user memory that fail.
 * Needs a kernel with CONFIG_FAULT_INJECTION_DEBUG_FS, CONFIG_FAILSLAB,
 * CONFIG_FAIL_PAGE_ALLOC, CONFIG_FAULT_INJECTION_USERCOPY and
 * CONFIG_FAULT_INJECTION_STACKTRACE_FILTER, as ./wslx vm --debug has.
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

/* Where the kernel's function @name begins and the one behind it, or false. */
static inline bool fault_function(const char *name, char start[32],
				  char end[32])
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	unsigned long long at = 0, begin = 0;
	char line[256], symbol[128];

	while (symbols && fgets(line, sizeof(line), symbols)) {
		if (sscanf(line, "%llx %*c %127s", &at, symbol) != 2)
			continue;
		if (begin && at > begin)
			break;
		if (!strcmp(symbol, name))
			begin = at;
	}
	if (symbols)
		fclose(symbols);
	snprintf(start, 32, "%#llx", begin);
	snprintf(end, 32, "%#llx", at);
	return begin;
}

/*
 * Allocations that may sleep fail, too, and without a word: in tasks that ask
 * for it, one of a hundred times @percent says. Not in alloc_vmap_area(): it
 * tries twice to have one object, and warns if it gets none either time.
 */
static inline void fault_setup(const char *percent)
{
	char start[32], end[32];

	if (!fault_have())
		test_skip("this kernel injects no faults");
	REQUIRE(fault_function("alloc_vmap_area", start, end));
	for (unsigned int i = 0; i < ARRAY_SIZE(fault_kinds); i++) {
		fault_set(fault_kinds[i], "reject-start", start);
		fault_set(fault_kinds[i], "reject-end", end);
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
