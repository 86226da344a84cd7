// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "corpus.h"
#include "random.h"

#define CORPUS_MAX	4096
#define SUFFIX		".prog"

static struct program *programs;
static unsigned int count;

/* Not in the memory that each program's process is given a copy of. */
void corpus_setup(void)
{
	size_t size = CORPUS_MAX * sizeof(*programs);

	programs = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	check(programs != MAP_FAILED && !madvise(programs, size, MADV_DONTFORK),
	      "mmap of the corpus");
}

/* When there is no more room, a new one takes the place of any. */
void corpus_add(const struct program *program)
{
	if (count < CORPUS_MAX)
		programs[count++] = *program;
	else
		programs[random_below(CORPUS_MAX)] = *program;
}

unsigned int corpus_count(void)
{
	return count;
}

const struct program *corpus_any(void)
{
	return &programs[random_below(count)];
}

void corpus_read_file(const char *path, struct program *program)
{
	FILE *file = fopen(path, "re");
	int line;

	check(file, path);
	line = program_parse(program, file);
	fclose(file);
	if (!line)
		return;
	fprintf(stderr, "nxia-fuzz: %s:%d: not a call\n", path, line);
	exit(EXIT_TROUBLE);
}

static int is_program(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > strlen(SUFFIX) &&
	       !strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX);
}

void corpus_read(const char *folder,
		 void (*each)(const struct program *program))
{
	struct dirent **entries;
	int i, found = scandir(folder, &entries, is_program, alphasort);

	check(found >= 0, folder);
	for (i = 0; i < found; i++) {
		struct program program;
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", folder,
			 entries[i]->d_name);
		corpus_read_file(path, &program);
		each(&program);
		free(entries[i]);
	}
	free(entries);
}

void corpus_write(const char *folder, const struct program *program)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%016llx" SUFFIX, folder,
		 program_hash(program));
	file = fopen(path, "we");
	check(file, path);
	program_print(program, file);
	fclose(file);
}
