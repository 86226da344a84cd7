// SPDX-License-Identifier: GPL-2.0-only
/*
 * nxia-caps: what a capability costs among few and among many.
 *
 * Prints the median cost of calls on a random handle of a session that holds
 * 1,000 and 1,000,000 of them, and the cost of REVOKE for each descendant.  In a
 * guest started with --icount the unit is an instruction.  Fails if a look-up
 * among many costs more than 10 % more than among few.
 */
#include <x86intrin.h>

#include "nxia_call.h"

#define FEW		1000
#define MANY		1000000
#define SAMPLES		1001
#define DEPTH		50
#define RIGHTS		(NXIA_RIGHTS_ENDPOINT & ~NXIA_RIGHT_INSPECT)

static int session;
static __u64 endpoint;

static void limit(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/nxia/parameters/%s", name);
	REQUIRE_OK(file_write(path, "4000000"));
}

/* Look-ups */

static __u64 handles[MANY];

/* The same sequence each time: Lehmer's generator. */
static __u64 random_handle(__u64 count)
{
	static __u64 state = 1;

	state = state * 48271 % 2147483647;
	return handles[state % count];
}

static void call_info(__u64 __maybe_unused handle)
{
	nxia_info(session);
}

static void call_query(__u64 handle)
{
	struct nxia_query query;

	REQUIRE_OK(nxia_query(session, handle, &query));
}

/* Looks up, is refused for a right, and does nothing more. */
static void call_refused(__u64 handle)
{
	REQUIRE(nxia_watch(session, handle) == -EPERM);
}

static void call_derive_close(__u64 handle)
{
	REQUIRE_OK(nxia_close(session, make_child(session, handle, RIGHTS,
						  0)));
}

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return (x > y) - (x < y);
}

static __u64 median(void (*call)(__u64 handle), __u64 count)
{
	static __u64 costs[SAMPLES];

	for (int i = 0; i < SAMPLES; i++) {
		__u64 handle = random_handle(count), start = __rdtsc();

		call(handle);
		costs[i] = __rdtsc() - start;
	}
	qsort(costs, SAMPLES, sizeof(*costs), compare);
	return costs[SAMPLES / 2];
}

static const struct lookup {
	const char *name;
	void (*call)(__u64 handle);
} lookups[] = {
	{ "INFO (no look-up)", call_info },
	{ "WATCH refused", call_refused },
	{ "QUERY", call_query },
	{ "DERIVE and CLOSE", call_derive_close },
};

static void fill(__u64 from, __u64 to)
{
	for (__u64 i = from; i < to; i++)
		handles[i] = make_child(session, endpoint, RIGHTS, 0);
}

static bool compare_lookups(void)
{
	__u64 few[ARRAY_SIZE(lookups)], many;
	bool good = true;
	double more;

	fill(0, FEW);
	for (unsigned int i = 0; i < ARRAY_SIZE(lookups); i++)
		few[i] = median(lookups[i].call, FEW);
	fill(FEW, MANY);
	for (unsigned int i = 0; i < ARRAY_SIZE(lookups); i++) {
		many = median(lookups[i].call, MANY);
		more = 100.0 * many / few[i] - 100;
		good = good && more <= 10;
		printf("%-20s among %d: %llu, among %d: %llu (%+.1f %%)\n",
		       lookups[i].name, FEW, few[i], MANY, many, more);
	}
	return good;
}

/* REVOKE */

/* Chains of @depth below one parent. */
static __u64 make_tree(int count, int depth)
{
	__u64 top = make_child(session, endpoint, RIGHTS, 0), at = top;

	for (int i = 0; i < count; i++)
		at = make_child(session, i % depth ? at : top, RIGHTS, 0);
	return top;
}

static void measure_revoke(int count, int depth)
{
	__u64 top = make_tree(count, depth), start = __rdtsc(), cost;

	REQUIRE(nxia_revoke(session, top) == count);
	cost = __rdtsc() - start;
	printf("REVOKE of %d, %d deep: %llu, %llu each\n", count, depth, cost,
	       cost / count);
}

int main(void)
{
	struct test_report report = {};
	bool good;

	test_report = &report;
	session = nxia_session();
	limit("max_caps");
	limit("max_children");
	endpoint = make_endpoint(session);
	for (int count = 1000; count <= 100000; count *= 10) {
		measure_revoke(count, 1);
		measure_revoke(count, DEPTH);
	}
	good = compare_lookups();
	return !good;
}
