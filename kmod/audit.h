/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Audit: a numbered record of what was refused, and of each change of policy.
 */
#ifndef NXIA_AUDIT_H
#define NXIA_AUDIT_H

#include <linux/sched.h>
#include <linux/types.h>

#include <uapi/linux/nxia.h>

/**
 * struct nxia_audit_event - something that happened, as the caller tells it
 * @kind: what it is about
 * @operation: what the current task tried, or NULL
 * @target: what it tried it on, or NULL
 * @rule: what decided, or NULL
 * @tags: those that may not flow there, or 0
 * @error: the errno that the task gets, negative or positive, or 0
 *
 * The texts are copied, and cut where they are too long.
 */
struct nxia_audit_event {
	enum nxia_audit_kind kind;
	const char *operation;
	const char *target;
	const char *rule;
	u64 tags;
	int error;
};

/**
 * struct nxia_audit_record - an event with its source, as it is held
 * @sequence: its number, from 1
 * @time: nanoseconds of CLOCK_REALTIME
 * @tags: of the event
 * @kind: of the event
 * @pid: process that the task belongs to
 * @uid: its user
 * @domain: its domain, 0 if it has none
 * @error: positive errno, or 0
 * @comm: name of the task
 * @operation: of the event; like the other texts empty if it has none
 * @target: of the event
 * @rule: of the event
 * @exe: path of its program
 */
struct nxia_audit_record {
	u64 sequence;
	u64 time;
	u64 tags;
	u32 kind;
	u32 pid;
	u32 uid;
	u32 domain;
	u32 error;
	char comm[TASK_COMM_LEN];
	char operation[32];
	char target[128];
	char rule[96];
	char exe[128];
};

int nxia_audit_init(void);
void nxia_audit_exit(void);

/* In any context but NMI: */
void nxia_audit(const struct nxia_audit_event *event);
u64 nxia_audit_sequence(void);
bool nxia_audit_next(u64 *sequence, struct nxia_audit_record *record);

/* Who sends the records out, from a work item; NULL when no one does any more. */
typedef void nxia_audit_sender(const struct nxia_audit_record *record);
void nxia_audit_send_to(nxia_audit_sender *sender);

#endif
