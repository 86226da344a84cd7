// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions, mapped as by a process.
 */
#include <kunit/test.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>

#include "account.h"
#include "call.h"
#include "file.h"
#include "region.h"
#include "session.h"
#include "user_memory.h"

#define RW	(PROT_READ | PROT_WRITE)
/* Three huge pages where the kernel has such. */
#define PAGES	(3 * (PMD_SIZE / PAGE_SIZE))
#define SIZE	(PAGES * PAGE_SIZE)

struct region {
	struct nxia_session *session;
	u64 handle;
	struct nxia_cap *cap;
	struct file *file;
};

static int region_init(struct kunit *test)
{
	struct region *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	struct nxia_call call = {};

	KUNIT_ASSERT_NOT_NULL(test, r);
	test->priv = r;
	r->session = account_session(test);
	call.session = r->session;
	call.arg.region_create = (struct nxia_region_create) {
		.size = SIZE, .rights = NXIA_RIGHTS_REGION,
	};
	KUNIT_ASSERT_EQ(test, 0, nxia_region_create(&call));
	r->handle = call.arg.region_create.handle;
	r->cap = nxia_session_get(r->session, r->handle, NXIA_TYPE_REGION, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r->cap);
	r->file = nxia_file_create(r->cap);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r->file);
	return 0;
}

static void region_exit(struct kunit *test)
{
	struct region *r = test->priv;

	fput(r->file);
	nxia_cap_put(r->cap);
	nxia_session_close(r->session);
}

static int freeze(struct region *r)
{
	struct nxia_call call = { .session = r->session };

	call.arg.freeze.handle = r->handle;
	return nxia_region_freeze(&call);
}

static u32 state(struct region *r)
{
	struct nxia_query query = {};

	r->cap->object->ops->query(r->cap, &query);
	return query.state;
}

static void create_charges_and_checks(struct kunit *test)
{
	struct region *r = test->priv;
	struct nxia_call call = { .session = r->session };
	struct nxia_region_create *arg = &call.arg.region_create;
	static const u64 sizes[] = { 0, 1, PAGE_SIZE - 1, PAGE_SIZE + 1, U64_MAX };
	int i;

	KUNIT_EXPECT_EQ(test, PAGES, account_used(r->session, NXIA_CHARGE_PAGES));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		*arg = (struct nxia_region_create) {
			.size = sizes[i], .rights = NXIA_RIGHTS_REGION,
		};
		KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_create(&call));
	}
	*arg = (struct nxia_region_create) { .size = PAGE_SIZE };
	KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_create(&call));
	arg->rights = NXIA_RIGHT_SEAL;
	KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_create(&call));
	KUNIT_EXPECT_EQ(test, PAGES, account_used(r->session, NXIA_CHARGE_PAGES));
}

static void mappings_share_pages(struct kunit *test)
{
	struct region *r = test->priv;
	unsigned long all = user_mapped(test, r->file, RW, 0, SIZE);
	unsigned long part = user_mapped(test, r->file, PROT_READ, PAGE_SIZE,
					 SIZE - PAGE_SIZE);
	unsigned long at;

	for (at = PAGE_SIZE; at < SIZE; at += PAGE_SIZE) {
		KUNIT_EXPECT_EQ(test, 0, user_load(all + at));
		KUNIT_EXPECT_EQ(test, 0, user_store(all + at, at));
		KUNIT_EXPECT_EQ(test, at, user_load(part + at - PAGE_SIZE));
	}
	KUNIT_EXPECT_EQ(test, -EFAULT, user_store(part, 1));
}

static void ranges_are_narrow(struct kunit *test)
{
	struct region *r = test->priv;
	unsigned long all = user_mapped(test, r->file, RW, 0, SIZE), at;
	struct nxia_cap *child;
	struct file *file;

	child = nxia_cap_derive(r->cap, r->session->user, NXIA_RIGHTS_REGION, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, child);
	KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_narrow(child, 0, SIZE + PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_narrow(child, PAGE_SIZE, SIZE));
	KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_narrow(child, -PAGE_SIZE, 2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_narrow(child, 0, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_narrow(child, 1, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, nxia_region_narrow(child, 2 * PAGE_SIZE, 5 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, nxia_region_narrow(child, PAGE_SIZE, 2 * PAGE_SIZE));
	file = nxia_file_create(child);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_EXPECT_EQ(test, -EINVAL, user_map(test, file, RW, 0, 3 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, -EINVAL, user_map(test, file, RW, 2 * PAGE_SIZE, PAGE_SIZE));
	at = user_mapped(test, file, RW, 0, 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 0, user_store(at + PAGE_SIZE, 44));
	KUNIT_EXPECT_EQ(test, 44, user_load(all + 4 * PAGE_SIZE));
	fput(file);
	nxia_cap_close(child);
	KUNIT_EXPECT_EQ(test, -1, user_load(at));
	KUNIT_EXPECT_EQ(test, 44, user_load(all + 4 * PAGE_SIZE));
}

static void rights_decide(struct kunit *test)
{
	struct region *r = test->priv;
	static const struct {
		u64 rights;
		long read, write;
	} cases[] = {
		{ NXIA_RIGHT_READ, -EPERM, -EPERM },
		{ NXIA_RIGHT_MAP, -EPERM, -EPERM },
		{ NXIA_RIGHT_MAP | NXIA_RIGHT_WRITE, -EPERM, -EPERM },
		{ NXIA_RIGHT_MAP | NXIA_RIGHT_READ, 0, -EPERM },
		{ NXIA_RIGHT_MAP | NXIA_RIGHT_READ | NXIA_RIGHT_WRITE, 0, 0 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nxia_cap *child = nxia_cap_derive(r->cap, r->session->user,
							 cases[i].rights, 0);
		struct file *file = nxia_file_create(child);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
		KUNIT_EXPECT_EQ(test, cases[i].read,
				min(user_map(test, file, PROT_READ, 0, SIZE), 0L));
		KUNIT_EXPECT_EQ(test, cases[i].write,
				min(user_map(test, file, RW, 0, SIZE), 0L));
		fput(file);
		nxia_cap_close(child);
	}
}

static void freeze_ends_writing(struct kunit *test)
{
	struct region *r = test->priv;
	unsigned long all = user_mapped(test, r->file, RW, 0, SIZE);
	unsigned long last = all + SIZE - PAGE_SIZE;

	KUNIT_EXPECT_EQ(test, 0, user_store(all, 1));
	KUNIT_EXPECT_EQ(test, 0, user_store(last, 2));
	KUNIT_EXPECT_EQ(test, 0, state(r));
	KUNIT_EXPECT_EQ(test, 0, freeze(r));
	KUNIT_EXPECT_EQ(test, NXIA_STATE_FROZEN, state(r));
	KUNIT_EXPECT_EQ(test, -EFAULT, user_store(all, 3));
	KUNIT_EXPECT_EQ(test, 1, user_load(all));
	KUNIT_EXPECT_EQ(test, -EFAULT, user_store(all, 3));
	KUNIT_EXPECT_EQ(test, 2, user_load(last));
	KUNIT_EXPECT_EQ(test, -EFAULT, user_store(last, 3));
	KUNIT_EXPECT_EQ(test, -EROFS, user_map(test, r->file, RW, 0, SIZE));
	KUNIT_EXPECT_EQ(test, 2, user_load(SIZE - PAGE_SIZE +
					   user_mapped(test, r->file, PROT_READ, 0, SIZE)));
	KUNIT_EXPECT_EQ(test, 0, freeze(r));
}

static void freeze_needs_the_whole_and_the_right(struct kunit *test)
{
	struct region *r = test->priv;
	struct nxia_call call = { .session = r->session };
	struct nxia_cap *part, *reader;

	part = nxia_cap_derive(r->cap, r->session->user, NXIA_RIGHTS_REGION, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, part);
	KUNIT_ASSERT_EQ(test, 0, nxia_region_narrow(part, 0, PAGE_SIZE));
	KUNIT_ASSERT_EQ(test, 0, nxia_session_install(r->session, &part, 1));
	call.arg.freeze.handle = part->handle;
	KUNIT_EXPECT_EQ(test, -EINVAL, nxia_region_freeze(&call));
	reader = nxia_cap_derive(r->cap, r->session->user, NXIA_RIGHT_READ, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, reader);
	KUNIT_ASSERT_EQ(test, 0, nxia_session_install(r->session, &reader, 1));
	call.arg.freeze.handle = reader->handle;
	KUNIT_EXPECT_EQ(test, -EPERM, nxia_region_freeze(&call));
	KUNIT_EXPECT_EQ(test, 0, state(r));
	nxia_cap_put(part);
	nxia_cap_put(reader);
}

static void revoke_takes_mappings(struct kunit *test)
{
	struct region *r = test->priv;
	struct nxia_cap *child = nxia_cap_derive(r->cap, r->session->user,
						 NXIA_RIGHTS_REGION, 0);
	unsigned long own = user_mapped(test, r->file, RW, 0, SIZE), theirs;
	struct file *file = nxia_file_create(child);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	theirs = user_mapped(test, file, RW, 0, SIZE);
	KUNIT_EXPECT_EQ(test, 0, user_store(theirs, 1));
	KUNIT_EXPECT_EQ(test, 0, user_store(theirs + SIZE - 8, 2));
	KUNIT_EXPECT_EQ(test, 1, nxia_cap_revoke(r->cap));
	KUNIT_EXPECT_EQ(test, -EFAULT, user_store(theirs, 3));
	KUNIT_EXPECT_EQ(test, -1, user_load(theirs + SIZE - 8));
	KUNIT_EXPECT_EQ(test, 1, user_load(own));
	KUNIT_EXPECT_EQ(test, 0, user_store(own + SIZE - 8, 4));
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, user_map(test, file, RW, 0, SIZE));
	fput(file);
	nxia_cap_close(child);
}

static struct kunit_case region_cases[] = {
	KUNIT_CASE(create_charges_and_checks),
	KUNIT_CASE(mappings_share_pages),
	KUNIT_CASE(ranges_are_narrow),
	KUNIT_CASE(rights_decide),
	KUNIT_CASE(freeze_ends_writing),
	KUNIT_CASE(freeze_needs_the_whole_and_the_right),
	KUNIT_CASE(revoke_takes_mappings),
	{}
};

static struct kunit_suite region_suite = {
	.name = "nxia_region",
	.init = region_init,
	.exit = region_exit,
	.test_cases = region_cases,
};

kunit_test_suite(region_suite);
