// SPDX-License-Identifier: GPL-2.0-only
/*
 * Audit records: numbers, what is held, and the limit on what one source may make.
 */
#include <kunit/test.h>
#include <linux/sched.h>

#include "audit.h"
#include "limit.h"

/* Of kmod/audit.c. */
#define HELD	4096

static void limit(struct kunit *test)
{
	u64 full = 0, now = 1000000;
	int i;

	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_TRUE(test, nxia_limit_take(&full, now, 100, 5));
	KUNIT_EXPECT_FALSE(test, nxia_limit_take(&full, now, 100, 5));
	KUNIT_EXPECT_FALSE(test, nxia_limit_take(&full, now + 99, 100, 5));
	KUNIT_EXPECT_TRUE(test, nxia_limit_take(&full, now + 100, 100, 5));
	KUNIT_EXPECT_FALSE(test, nxia_limit_take(&full, now + 100, 100, 5));
	/* What was refused costs nothing; a long rest gives no more than a burst. */
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_TRUE(test, nxia_limit_take(&full, now + 100000, 100, 5));
	KUNIT_EXPECT_FALSE(test, nxia_limit_take(&full, now + 100000, 100, 5));
	/* A clock that is behind that of another processor. */
	KUNIT_EXPECT_FALSE(test, nxia_limit_take(&full, now, 100, 5));
}

static void tell(enum nxia_audit_kind kind, const char *operation, int count)
{
	const struct nxia_audit_event event = {
		.kind = kind,
		.operation = operation,
		.error = -EACCES,
	};

	while (count--)
		nxia_audit(&event);
}

static struct nxia_audit_record *record_new(struct kunit *test)
{
	struct nxia_audit_record *record = kunit_kzalloc(test, sizeof(*record), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, record);
	return record;
}

/* How many records of that operation are held, from @sequence on. */
static int count_held(struct kunit *test, u64 sequence, const char *operation)
{
	struct nxia_audit_record *record = record_new(test);
	int count = 0;

	while (nxia_audit_next(&sequence, record))
		count += !strcmp(record->operation, operation);
	return count;
}

static void told(struct kunit *test)
{
	struct nxia_audit_record *record = record_new(test);
	u64 sequence = nxia_audit_sequence() + 1;

	tell(NXIA_AUDIT_LABEL_CHANGED, "kunit_told", 1);
	KUNIT_EXPECT_GE(test, nxia_audit_sequence(), sequence);
	KUNIT_ASSERT_TRUE(test, nxia_audit_next(&sequence, record));
	KUNIT_EXPECT_STREQ(test, "kunit_told", record->operation);
	KUNIT_EXPECT_STREQ(test, "", record->target);
	KUNIT_EXPECT_STREQ(test, "", record->rule);
	KUNIT_EXPECT_EQ(test, EACCES, record->error);
	KUNIT_EXPECT_EQ(test, task_tgid_nr(current), record->pid);
	KUNIT_EXPECT_STREQ(test, current->comm, record->comm);
	KUNIT_EXPECT_EQ(test, record->sequence + 1, sequence);
}

static void long_texts_are_cut(struct kunit *test)
{
	struct nxia_audit_record *record = record_new(test);
	char *text = kunit_kzalloc(test, 1000, GFP_KERNEL);
	const struct nxia_audit_event event = {
		.kind = NXIA_AUDIT_LABEL_CHANGED,
		.operation = text,
		.target = text,
		.rule = text,
	};
	u64 sequence = nxia_audit_sequence() + 1;

	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, 'x', 999);
	nxia_audit(&event);
	KUNIT_ASSERT_TRUE(test, nxia_audit_next(&sequence, record));
	KUNIT_EXPECT_EQ(test, sizeof(record->operation) - 1, strlen(record->operation));
	KUNIT_EXPECT_EQ(test, sizeof(record->target) - 1, strlen(record->target));
	KUNIT_EXPECT_EQ(test, sizeof(record->rule) - 1, strlen(record->rule));
}

static void held_back_is_a_gap(struct kunit *test)
{
	u64 sequence = nxia_audit_sequence() + 1;
	int held;

	tell(NXIA_AUDIT_DENIED, "kunit_gap", 2000);
	held = count_held(test, sequence, "kunit_gap");
	KUNIT_EXPECT_GE(test, held, 1);
	KUNIT_EXPECT_LT(test, held, 2000);
	KUNIT_EXPECT_GE(test, nxia_audit_sequence() - sequence + 1, 2000);
	/* Of policy nothing is held back. */
	tell(NXIA_AUDIT_POLICY_REFUSED, "kunit_policy", 300);
	KUNIT_EXPECT_EQ(test, 300, count_held(test, sequence, "kunit_policy"));
}

static void the_oldest_go(struct kunit *test)
{
	struct nxia_audit_record *record = record_new(test);
	u64 first = nxia_audit_sequence() + 1, sequence = 0, last = 0;
	int count = 0;

	tell(NXIA_AUDIT_LABEL_CHANGED, "kunit_old", HELD + 10);
	KUNIT_ASSERT_TRUE(test, nxia_audit_next(&sequence, record));
	KUNIT_EXPECT_GE(test, record->sequence, first + 10);
	sequence = 0;
	while (nxia_audit_next(&sequence, record)) {
		KUNIT_EXPECT_GT(test, record->sequence, last);
		last = record->sequence;
		count++;
	}
	KUNIT_EXPECT_EQ(test, HELD, count);
	KUNIT_EXPECT_FALSE(test, nxia_audit_next(&sequence, record));
	sequence = U64_MAX;
	KUNIT_EXPECT_FALSE(test, nxia_audit_next(&sequence, record));
}

static struct kunit_case audit_cases[] = {
	KUNIT_CASE(limit),
	KUNIT_CASE(told),
	KUNIT_CASE(long_texts_are_cut),
	KUNIT_CASE(held_back_is_a_gap),
	KUNIT_CASE(the_oldest_go),
	{}
};

static struct kunit_suite audit_suite = {
	.name = "nxia_audit",
	.test_cases = audit_cases,
};

kunit_test_suite(audit_suite);
