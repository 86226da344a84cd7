// SPDX-License-Identifier: GPL-2.0-only
/*
 * New programs, and changes to old ones. What a call takes comes most often
 * from a call before it that made such a thing.
 */
#include <string.h>

#include "mutate.h"
#include "random.h"

#define CHANGES_MAX	4
#define FAIL_MAX	16

static u64 random_number(const struct choices *choices)
{
	u64 value = choices->values[0];

	if (one_in(2))
		value = choices->values[random_below(choices->count)];
	if (one_in(16))
		value ^= 1ULL << random_below(64);
	if (one_in(32))
		value += random_below(3) - 1;
	return value;
}

/* Does a call that makes a @made suit one that takes a @taken? */
static bool suits(enum kind taken, enum kind made)
{
	if (taken == ANY_FILE)
		return kind_letter(made) == 'f';
	if (taken == ANY_HANDLE)
		return kind_letter(made) == 'h';
	return taken == made;
}

/* A slot into which a call before @at puts a @kind, or any. */
static u64 made_slot(const struct program *program, unsigned int at,
		     enum kind kind)
{
	u64 slot = random_below(SLOTS);
	unsigned int i, j, found = 0;

	for (i = 0; i < at; i++) {
		const struct field *field = program->calls[i].what->fields;

		for (j = 0; field[j].name; j++)
			if (field[j].out && suits(kind, field[j].kind) &&
			    one_in(++found))
				slot = program->calls[i].values[j];
	}
	return slot;
}

static u64 random_value(const struct program *program, unsigned int at,
			const struct field *field)
{
	if (field->kind == NUMBER)
		return random_number(field->choices);
	if (field->out || field->kind == BUFFER)
		return random_below(SLOTS);
	if (one_in(40))
		return UINT32_MAX;
	if (one_in(20))
		return random_below(SLOTS);
	return made_slot(program, at, field->kind);
}

static unsigned int total_weight(void)
{
	unsigned int i, total = 0;

	for (i = 0; i < descriptions_count; i++)
		total += descriptions[i].weight;
	return total;
}

static const struct description *random_description(void)
{
	unsigned int at = random_below(total_weight()), i;

	for (i = 0; at >= descriptions[i].weight; i++)
		at -= descriptions[i].weight;
	return &descriptions[i];
}

/* Fills in a call that stands at @at. */
static void random_call(struct program *program, unsigned int at)
{
	struct call *call = &program->calls[at];
	unsigned int i;

	memset(call, 0, sizeof(*call));
	call->what = random_description();
	for (i = 0; call->what->fields[i].name; i++)
		call->values[i] = random_value(program, at,
					       &call->what->fields[i]);
}

/* Changes */

/* Makes room for a call at @at, or returns false. */
static bool make_room(struct program *program, unsigned int at)
{
	if (program->count == CALLS_MAX)
		return false;
	memmove(&program->calls[at + 1], &program->calls[at],
		(program->count - at) * sizeof(*program->calls));
	/* A program without a race stays so. */
	if (program->race > at || program->race == program->count)
		program->race++;
	program->count++;
	return true;
}

static void insert_call(struct program *program)
{
	unsigned int at = random_below(program->count + 1);

	if (make_room(program, at))
		random_call(program, at);
}

void program_remove(struct program *program, unsigned int at)
{
	program->count--;
	memmove(&program->calls[at], &program->calls[at + 1],
		(program->count - at) * sizeof(*program->calls));
	if (program->race > at)
		program->race--;
}

static void remove_call(struct program *program)
{
	if (program->count > 1)
		program_remove(program, random_below(program->count));
}

static void repeat_call(struct program *program)
{
	struct call call = program->calls[random_below(program->count)];
	unsigned int at = random_below(program->count + 1);

	if (make_room(program, at))
		program->calls[at] = call;
}

static void change_value(struct program *program)
{
	unsigned int at = random_below(program->count);
	struct call *call = &program->calls[at];
	unsigned int count = fields_count(call->what), field;

	if (!count)
		return;
	field = random_below(count);
	call->values[field] = random_value(program, at,
					   &call->what->fields[field]);
}

static void change_memory(struct program *program)
{
	struct call *call = &program->calls[random_below(program->count)];

	if (call->what->request)
		call->memory = random_below(MEMORIES);
}

static void change_fail(struct program *program)
{
	struct call *call = &program->calls[random_below(program->count)];

	/* Most others would fail on their own, far from the module. */
	if (call->what->request)
		call->fail = random_below(FAIL_MAX);
}

static void change_times(struct program *program)
{
	struct call *call = &program->calls[random_below(program->count)];

	/* A few, or more than any limit on what waits. */
	if (call->what->request)
		call->times = one_in(4) ? 100 : random_below(4);
}

static void change_race(struct program *program)
{
	program->race = one_in(2) ? program->count :
				    random_below(program->count);
}

/* Continues with the end of another program. */
static void splice(struct program *program, const struct program *other)
{
	unsigned int at = random_below(program->count + 1);
	unsigned int from = random_below(other->count);
	unsigned int count = other->count - from;

	if (count > CALLS_MAX - at)
		count = CALLS_MAX - at;
	memcpy(&program->calls[at], &other->calls[from],
	       count * sizeof(*program->calls));
	program->count = at + count;
	program->race = program->count;
}

static void change(struct program *program, const struct program *other)
{
	switch (random_below(21)) {
	case 0 ... 5:
		insert_call(program);
		break;
	case 6 ... 7:
		remove_call(program);
		break;
	case 8 ... 12:
		change_value(program);
		break;
	case 13 ... 14:
		repeat_call(program);
		break;
	case 15:
		change_memory(program);
		break;
	case 16 ... 17:
		change_fail(program);
		break;
	case 18:
		change_race(program);
		break;
	case 19:
		splice(program, other);
		break;
	case 20:
		change_times(program);
		break;
	}
}

void program_mutate(struct program *program, const struct program *other)
{
	unsigned int changes = 1 + random_below(CHANGES_MAX);

	while (changes--)
		change(program, other);
}

void program_generate(struct program *program)
{
	unsigned int count = 1 + random_below(CALLS_MAX);

	memset(program, 0, sizeof(*program));
	while (program->count < count) {
		random_call(program, program->count);
		program->count++;
	}
	program->race = one_in(4) ? random_below(count) : count;
}
