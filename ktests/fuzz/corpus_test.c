// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is each program of the corpus one that the fuzzer itself would print? Prints
 * TAP. Needs no module.
 */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static bool same(const char *path)
{
	char text[TEXT_MAX] = "", printed[TEXT_MAX] = "";
	FILE *file = fopen(path, "re"), *to;
	struct program program;

	if (!file || !fread(text, 1, sizeof(text) - 1, file))
		return false;
	rewind(file);
	if (program_parse(&program, file))
		return false;
	to = fmemopen(printed, sizeof(printed), "w");
	program_print(&program, to);
	fclose(to);
	fclose(file);
	return !strcmp(text, printed);
}

/* A text that is no program. */
static bool refused(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct program program;
	int line = program_parse(&program, file);

	fclose(file);
	return line == 1;
}

static const char *const wrong[] = {
	"opened file=f0 flags=0x2\n", "open file=f0\n", "open flags=0x2 file=f0\n",
	"open file=h0 flags=0x2\n", "open file=f99 flags=0x2\n",
	"open file=f0 flags=two\n", "open file=f0 flags=0x2 fail=0\n",
	"open file=f0 flags=0x2 times=0\n", "open file=f0 flags=0x2 memory=new\n", "open file=f0 flags=0x2 more=1\n",
	"open file=f0 flags=0x2",
};

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int failed;

static void tell(int number, bool good, const char *name)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", number, name);
	failed |= !good;
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	char path[PATH_MAX];
	unsigned int i;
	int at, found = argc == 2 ? scandir(argv[1], &entries, is_visible,
					    alphasort) : -1;

	if (found <= 0)
		return 2;
	printf("1..%zu\n", found + ARRAY_SIZE(wrong));
	for (at = 0; at < found; at++) {
		snprintf(path, sizeof(path), "%s/%s", argv[1], entries[at]->d_name);
		tell(at + 1, same(path), entries[at]->d_name);
		free(entries[at]);
	}
	free(entries);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		tell(found + i + 1, refused(wrong[i]), "what is no call is refused");
	return failed;
}
