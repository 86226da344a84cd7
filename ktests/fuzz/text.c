// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as text: a call a line, "name field=value ...", all fields of the
 * call in their order; "#" begins a comment. A line "race" stands before the
 * first call that two threads do.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static const char *const memory_names[MEMORIES] = {
	[GOOD] = "good", [SHORT] = "short", [OLD] = "old", [LONG] = "long",
	[DIRTY] = "dirty", [UNMAPPED] = "unmapped", [READONLY] = "readonly",
	[ARRAY_UNMAPPED] = "array-unmapped",
	[ARRAY_READONLY] = "array-readonly",
};

char kind_letter(enum kind kind)
{
	switch (kind) {
	case NUMBER:
		return 0;
	case SESSION ... ANY_FILE:
		return 'f';
	case ENDPOINT ... ANY_HANDLE:
		return 'h';
	case MAP:
		return 'm';
	case KEY:
		return 'k';
	case BUFFER:
		return 'b';
	}
	abort();
}

unsigned int fields_count(const struct description *what)
{
	unsigned int count = 0;

	while (what->fields[count].name)
		count++;
	return count;
}

/* Printing */

static void print_value(const struct field *field, u64 value, FILE *to)
{
	char letter = kind_letter(field->kind);

	if (letter && value < SLOTS)
		fprintf(to, " %s=%c%u", field->name, letter, (unsigned int)value);
	else
		fprintf(to, " %s=0x%llx", field->name, value);
}

static void print_call(const struct call *call, FILE *to)
{
	unsigned int i, count = fields_count(call->what);

	fputs(call->what->name, to);
	for (i = 0; i < count; i++)
		print_value(&call->what->fields[i], call->values[i], to);
	if (call->memory)
		fprintf(to, " memory=%s", memory_names[call->memory]);
	if (call->fail)
		fprintf(to, " fail=%u", call->fail);
	if (call->times > 1)
		fprintf(to, " times=%u", call->times);
	fputc('\n', to);
}

void program_print(const struct program *program, FILE *to)
{
	unsigned int i;

	for (i = 0; i < program->count; i++) {
		if (i == program->race)
			fputs("race\n", to);
		print_call(&program->calls[i], to);
	}
}

/* Parsing */

static bool parse_number(const char *text, u64 *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && !*end;
}

static bool parse_value(const struct field *field, const char *text, u64 *value)
{
	char letter = kind_letter(field->kind);
	bool slot = letter && *text == letter;

	if (!parse_number(text + slot, value))
		return false;
	return !letter || slot == (*value < SLOTS);
}

/* The value of "name=value", or NULL. */
static const char *named(const char *word, const char *name)
{
	size_t length = strlen(name);

	if (!word || strncmp(word, name, length) || word[length] != '=')
		return NULL;
	return word + length + 1;
}

static bool parse_memory(const char *text, enum memory *memory)
{
	for (*memory = SHORT; *memory < MEMORIES; ++*memory)
		if (!strcmp(text, memory_names[*memory]))
			return true;
	return false;
}

/* "name=number" with 1 to @max, if @word is that; *@word is then the next one. */
static bool parse_option(const char **word, const char *name, u64 max,
			 unsigned int *to)
{
	const char *text = named(*word, name);
	u64 value;

	if (!text)
		return true;
	if (!parse_number(text, &value) || !value || value > max)
		return false;
	*to = value;
	*word = strtok(NULL, " ");
	return true;
}

/* What may stand after the fields. */
static bool parse_rest(struct call *call, const char *word)
{
	const char *text = named(word, "memory");

	if (text) {
		if (!parse_memory(text, &call->memory))
			return false;
		word = strtok(NULL, " ");
	}
	return parse_option(&word, "fail", UINT32_MAX, &call->fail) &&
	       parse_option(&word, "times", TIMES_MAX, &call->times) && !word;
}

static bool parse_call(struct call *call, char *line)
{
	const char *name = strtok(line, " "), *text;
	unsigned int i;

	memset(call, 0, sizeof(*call));
	for (i = 0; i < descriptions_count; i++)
		if (!strcmp(name, descriptions[i].name))
			call->what = &descriptions[i];
	if (!call->what)
		return false;
	for (i = 0; i < fields_count(call->what); i++) {
		const struct field *field = &call->what->fields[i];

		text = named(strtok(NULL, " "), field->name);
		if (!text || !parse_value(field, text, &call->values[i]))
			return false;
	}
	return parse_rest(call, strtok(NULL, " "));
}

static bool parse_line(struct program *program, char *line)
{
	if (!*line || *line == '#')
		return true;
	if (!strcmp(line, "race")) {
		if (program->race != CALLS_MAX)
			return false;
		program->race = program->count;
		return true;
	}
	return program->count < CALLS_MAX &&
	       parse_call(&program->calls[program->count++], line);
}

int program_parse(struct program *program, FILE *from)
{
	char line[1024];
	int number = 0;

	memset(program, 0, sizeof(*program));
	program->race = CALLS_MAX;
	while (fgets(line, sizeof(line), from)) {
		size_t length = strlen(line);

		number++;
		if (line[length - 1] != '\n')
			return number;
		line[length - 1] = 0;
		if (!parse_line(program, line))
			return number;
	}
	if (program->race > program->count)
		program->race = program->count;
	return 0;
}

/* Looking */

/* FNV-1a of the text. */
u64 program_hash(const struct program *program)
{
	u64 hash = 0xcbf29ce484222325ULL;
	char text[TEXT_MAX] = "";
	FILE *to = fmemopen(text, sizeof(text), "w");
	const char *at;

	program_print(program, to);
	fclose(to);
	for (at = text; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3ULL;
	return hash;
}

bool program_uses(const struct program *program, const char *name)
{
	unsigned int i;

	for (i = 0; i < program->count; i++)
		if (!strcmp(program->calls[i].what->name, name))
			return true;
	return false;
}

bool program_fails(const struct program *program)
{
	unsigned int i;

	for (i = 0; i < program->count; i++)
		if (program->calls[i].fail)
			return true;
	return false;
}
