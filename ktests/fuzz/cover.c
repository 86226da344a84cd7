// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kcov.h>

#include "check.h"
#include "cover.h"
#include "run.h"

#define TEXT_ADDRESS	"/sys/module/nxia/sections/.text"
#define KCOV_FILE	"/sys/kernel/debug/kcov"
#define TRACE_LENGTH	(1UL << 16)

static u64 text;

/* What KCOV writes: how many addresses, and these. */
static struct {
	int file;
	u64 *trace;
} lanes[LANE_FORKED];

static u64 read_text_address(void)
{
	FILE *file = fopen(TEXT_ADDRESS, "re");
	unsigned long long address;

	check(file && fscanf(file, "%llx", &address) == 1, TEXT_ADDRESS);
	fclose(file);
	return address;
}

bool cover_setup(void)
{
	unsigned int i;

	if (access(KCOV_FILE, R_OK | W_OK))
		return false;
	text = read_text_address();
	for (i = 0; i < ARRAY_SIZE(lanes); i++) {
		lanes[i].file = open(KCOV_FILE, O_RDWR | O_CLOEXEC);
		check(lanes[i].file >= 0, KCOV_FILE);
		check(!ioctl(lanes[i].file, KCOV_INIT_TRACE, TRACE_LENGTH),
		      "KCOV_INIT_TRACE");
		lanes[i].trace = mmap(NULL, TRACE_LENGTH * sizeof(u64),
				      PROT_READ | PROT_WRITE, MAP_SHARED,
				      lanes[i].file, 0);
		check(lanes[i].trace != MAP_FAILED, "mmap of KCOV");
	}
	return true;
}

void cover_start(unsigned int lane)
{
	if (!lanes[lane].trace)
		return;
	/* A thread that is labelled by then may not, and leaves no trace. */
	check(!ioctl(lanes[lane].file, KCOV_ENABLE, KCOV_TRACE_PC) || errno == EPERM,
	      "KCOV_ENABLE");
}

void cover_clear(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lanes); i++)
		if (lanes[i].trace)
			lanes[i].trace[0] = 0;
}

static bool set_bit(unsigned char *bits, unsigned int number)
{
	bool was = bits[number / 8] & 1 << number % 8;

	bits[number / 8] |= 1 << number % 8;
	return !was;
}

static void collect_lane(struct coverage *coverage, const u64 *trace)
{
	u32 before = 0;
	u64 i;

	for (i = 1; i <= trace[0] && i < TRACE_LENGTH; i++) {
		u64 offset = trace[i] - text;

		if (offset >= TEXT_ROOM)
			continue;
		coverage->blocks_count += set_bit(coverage->blocks, offset);
		set_bit(coverage->edges, (before * 31 + offset) % EDGES);
		before = offset;
	}
}

void cover_collect(struct coverage *coverage)
{
	unsigned int i;

	memset(coverage, 0, sizeof(*coverage));
	for (i = 0; i < ARRAY_SIZE(lanes); i++)
		if (lanes[i].trace)
			collect_lane(coverage, lanes[i].trace);
}

static bool has_new(const unsigned char *known, const unsigned char *seen,
		    size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (seen[i] & ~known[i])
			return true;
	return false;
}

bool cover_has_new_blocks(const struct coverage *known,
			  const struct coverage *seen)
{
	return has_new(known->blocks, seen->blocks, sizeof(seen->blocks));
}

bool cover_has_new_edges(const struct coverage *known,
			 const struct coverage *seen)
{
	return has_new(known->edges, seen->edges, sizeof(seen->edges));
}

bool cover_contains(const struct coverage *seen, const struct coverage *all)
{
	return !has_new(seen->blocks, all->blocks, sizeof(all->blocks));
}

static void count_blocks(struct coverage *coverage)
{
	size_t i;

	coverage->blocks_count = 0;
	for (i = 0; i < sizeof(coverage->blocks); i++)
		coverage->blocks_count += __builtin_popcount(coverage->blocks[i]);
}

void cover_add(struct coverage *known, const struct coverage *seen)
{
	size_t i;

	for (i = 0; i < sizeof(known->blocks); i++)
		known->blocks[i] |= seen->blocks[i];
	for (i = 0; i < sizeof(known->edges); i++)
		known->edges[i] |= seen->edges[i];
	count_blocks(known);
}

void cover_only_new(const struct coverage *known, struct coverage *seen)
{
	size_t i;

	for (i = 0; i < sizeof(seen->blocks); i++)
		seen->blocks[i] &= ~known->blocks[i];
	count_blocks(seen);
}

void cover_print(const struct coverage *coverage, FILE *to)
{
	unsigned int offset;

	for (offset = 0; offset < TEXT_ROOM; offset++)
		if (coverage->blocks[offset / 8] & 1 << offset % 8)
			fprintf(to, "%#x\n", offset);
}
