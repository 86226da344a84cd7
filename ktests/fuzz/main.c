// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fuzzer of NXIA's ABI that is guided by coverage.
 *
 * It runs programs, one after the other, keeps those that execute something of
 * the module that none did before, and makes new ones from them. It ends with
 * status 1 as soon as one leaves something behind or makes the kernel complain.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "corpus.h"
#include "cover.h"
#include "execute.h"
#include "fault.h"
#include "ioctl.h"
#include "limit.h"
#include "mutate.h"
#include "netlink.h"
#include "random.h"
#include "run.h"

#define USAGE								\
	"usage: nxia-fuzz [--seconds N | --runs N] [--seed S] [--corpus DIR]\n" \
	"                 [--write DIR] [--coverage FILE] [--replay FILE]\n"

#define REPORT_SECONDS	30

static struct {
	u64 seconds;
	u64 runs;
	u64 seed;
	const char *corpus;
	const char *write;
	const char *coverage;
	const char *replay;
} options = { .seed = 1 };

static struct coverage known;

/* Seconds since the first call. */
static u64 elapsed(void)
{
	static struct timespec start;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!start.tv_sec)
		start = now;
	return now.tv_sec - start.tv_sec;
}

/* Smaller programs that reach the same */

static bool reaches(const struct program *program, const struct coverage *target)
{
	static struct coverage seen;

	execute(program);
	cover_collect(&seen);
	return cover_contains(&seen, target);
}

static void try_without_oddities(struct program *program,
				 const struct coverage *target)
{
	struct program simpler = *program;
	unsigned int i;

	simpler.race = simpler.count;
	if (reaches(&simpler, target))
		*program = simpler;
	for (i = 0; i < program->count; i++) {
		simpler = *program;
		simpler.calls[i].memory = GOOD;
		simpler.calls[i].fail = 0;
		simpler.calls[i].times = 0;
		if (memcmp(&simpler, program, sizeof(simpler)) &&
		    reaches(&simpler, target))
			*program = simpler;
	}
}

/* What is reached by chance alone stays as it is. */
static void minimise(struct program *program, const struct coverage *target)
{
	unsigned int at = program->count;

	if (!reaches(program, target))
		return;
	while (at--) {
		struct program smaller = *program;

		if (smaller.count == 1)
			break;
		program_remove(&smaller, at);
		if (reaches(&smaller, target))
			*program = smaller;
	}
	try_without_oddities(program, target);
}

static void keep(struct program *program, struct coverage *seen)
{
	if (cover_has_new_blocks(&known, seen)) {
		struct coverage target = *seen;

		cover_only_new(&known, &target);
		cover_add(&known, seen);
		minimise(program, &target);
		if (options.write)
			corpus_write(options.write, program);
	} else {
		cover_add(&known, seen);
	}
	corpus_add(program);
}

/* The loop */

static void try_program(struct program *program)
{
	static struct coverage seen;

	execute(program);
	cover_collect(&seen);
	if (cover_has_new_edges(&known, &seen) ||
	    cover_has_new_blocks(&known, &seen))
		keep(program, &seen);
}

/* A program from the corpus is kept in any case, and as it is. */
static void try_known(const struct program *program)
{
	static struct coverage seen;

	execute(program);
	cover_collect(&seen);
	cover_add(&known, &seen);
	corpus_add(program);
}

static void try_new(void)
{
	struct program program;

	if (!corpus_count() || one_in(50)) {
		program_generate(&program);
	} else {
		program = *corpus_any();
		program_mutate(&program, corpus_any());
	}
	if (program.count)
		try_program(&program);
}

static void report(void)
{
	printf("executions %llu calls %llu late %llu corpus %u blocks %u\n",
	       statistics.programs,
	       statistics.calls,
	       statistics.late, corpus_count(),
	       known.blocks_count);
	fflush(stdout);
}

static bool enough(void)
{
	return options.seconds ? elapsed() >= options.seconds :
				 statistics.programs >= options.runs;
}

static void fuzz(void)
{
	u64 reported = elapsed();

	if (options.corpus)
		corpus_read(options.corpus, try_known);
	while (!enough()) {
		try_new();
		if (elapsed() - reported >= REPORT_SECONDS) {
			report();
			reported = elapsed();
		}
	}
}

static void write_coverage(void)
{
	FILE *file = fopen(options.coverage, "we");

	check(file, options.coverage);
	cover_print(&known, file);
	fclose(file);
}

/* Starting */

static u64 number(const char *text)
{
	char *end;
	u64 value = strtoull(text, &end, 0);

	if (*text >= '0' && *text <= '9' && !*end)
		return value;
	fprintf(stderr, "nxia-fuzz: '%s' is not a number\n" USAGE, text);
	exit(EXIT_TROUBLE);
}

static void parse_options(int argc, char **argv)
{
	static const struct option names[] = {
		{ "seconds", required_argument, NULL, 't' },
		{ "runs", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ "corpus", required_argument, NULL, 'c' },
		{ "write", required_argument, NULL, 'w' },
		{ "coverage", required_argument, NULL, 'o' },
		{ "replay", required_argument, NULL, 'p' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 't':
			options.seconds = number(optarg);
			break;
		case 'r':
			options.runs = number(optarg);
			break;
		case 's':
			options.seed = number(optarg);
			break;
		case 'c':
			options.corpus = optarg;
			break;
		case 'w':
			options.write = optarg;
			break;
		case 'o':
			options.coverage = optarg;
			break;
		case 'p':
			options.replay = optarg;
			break;
		default:
			fputs(USAGE, stderr);
			exit(EXIT_TROUBLE);
		}
	}
	if (optind != argc) {
		fputs(USAGE, stderr);
		exit(EXIT_TROUBLE);
	}
}

static void setup(void)
{
	/* As long as it is open the module stays, and knows this user. */
	int session = open("/dev/nxia", O_RDWR | O_CLOEXEC);

	check(session >= 0, "/dev/nxia");
	random_seed(options.seed);
	corpus_setup();
	ioctl_setup();
	limit_setup();
	fault_setup();
	netlink_setup();
	if (!cover_setup())
		puts("no KCOV: not guided by coverage");
	run_setup();
	execute_setup();
	first_file = dup(session);
	close(first_file);
}

int main(int argc, char **argv)
{
	parse_options(argc, argv);
	setup();
	if (options.replay) {
		struct program program;

		corpus_read_file(options.replay, &program);
		try_known(&program);
	} else {
		fuzz();
	}
	report();
	if (options.coverage)
		write_coverage();
	return 0;
}
