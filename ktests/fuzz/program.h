/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs: what the fuzzer runs, changes, reads and writes.
 *
 * A program is a list of calls. What one call makes (a file, a handle, ...) it
 * puts into a slot, from where others take it. Nothing keeps a slot from being
 * empty, stale, or of another kind than the call needs.
 */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __noreturn	__attribute__((noreturn))

typedef __u64 u64;
typedef __u32 u32;

#define CALLS_MAX	24
#define FIELDS_MAX	16
#define SLOTS		16
#define TEXT_MAX	8192

/*
 * What a field holds. All but a number is a slot, as long as it is less than
 * SLOTS; beyond it is taken as it is, but a file is none then, lest it be one of
 * the fuzzer's own. Kinds of one letter share their slots.
 */
enum kind {
	NUMBER,
	SESSION,		/* f: a file of /dev/nxia */
	CHANNEL_FILE,
	ENDPOINT_FILE,
	REGION_FILE,
	EPOLL,
	ANY_FILE,
	ENDPOINT,		/* h: a handle */
	CHANNEL,
	REGION,
	SCOPE,
	ANY_HANDLE,
	MAP,			/* m: a place for a mapping */
	KEY,			/* k: a key of the kernel's keyrings */
	BUFFER,			/* b: memory of the process */
};

/* Numbers worth trying; NULL after the last list. */
struct choices {
	const u64 *values;
	unsigned int count;
};

/**
 * struct field - a field of a call
 * @name: as in the text of a program
 * @kind: what it holds
 * @out: the call puts something into the slot
 * @array: it is in the array that the argument of an ioctl points to
 * @offset: where it is in the argument (or array) of an ioctl
 * @size: its bytes there; 0: it is not there
 * @choices: for numbers
 */
struct field {
	const char *name;
	enum kind kind;
	bool out;
	bool array;
	unsigned short offset;
	unsigned short size;
	const struct choices *choices;
};

struct call;
struct thread;

/**
 * struct description - a call that there is
 * @name: as in the text of a program
 * @run: does it
 * @request: for run_ioctl(): the number of the ioctl
 * @array_offset: where its argument has the address of an array, or 0
 * @old_size: bytes of its argument in the first version of the ABI, if it grew
 * @weight: how often it is tried
 * @fields: ended by one without a name
 */
struct description {
	const char *name;
	void (*run)(struct thread *thread, const struct call *call);
	unsigned long request;
	unsigned short array_offset;
	unsigned short old_size;
	unsigned short weight;
	struct field fields[FIELDS_MAX + 1];
};

/* How the argument of an ioctl is given. */
enum memory {
	GOOD,
	SHORT,			/* lacks its last 8 bytes */
	OLD,			/* as long as in the first version of the ABI */
	LONG,			/* 8 more bytes, 0 */
	DIRTY,			/* 8 more bytes, not 0 */
	UNMAPPED,
	READONLY,
	ARRAY_UNMAPPED,
	ARRAY_READONLY,
	MEMORIES,
};

struct call {
	const struct description *what;
	u64 values[FIELDS_MAX];
	enum memory memory;
	unsigned int fail;	/* this allocation or user copy fails; 0: none */
	unsigned int times;	/* how often it is done, at least once */
};

#define TIMES_MAX	1000

/**
 * struct program - a list of calls
 * @count: how many they are
 * @race: from this one on two threads do all of them, the second thread
 *	beginning in their middle; @count: no second thread
 */
struct program {
	unsigned int count;
	unsigned int race;
	struct call calls[CALLS_MAX];
};

extern const struct description descriptions[];
extern const unsigned int descriptions_count;

char kind_letter(enum kind kind);
unsigned int fields_count(const struct description *what);

void program_print(const struct program *program, FILE *to);
/* Returns 0, or the number of the line that is wrong. */
int program_parse(struct program *program, FILE *from);
u64 program_hash(const struct program *program);
bool program_uses(const struct program *program, const char *name);
bool program_fails(const struct program *program);

#endif /* FUZZ_PROGRAM_H */
