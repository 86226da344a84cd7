/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of trees, sessions and events start with: a session, a thing, and
 * the root of its tree.
 */
#ifndef NXIA_KUNIT_THING_H
#define NXIA_KUNIT_THING_H

#include <kunit/test.h>
#include <linux/slab.h>

#include "account.h"
#include "cap.h"
#include "session.h"

#define RIGHTS	(NXIA_RIGHT_READ | NXIA_RIGHT_DERIVE | NXIA_RIGHT_REVOKE | NXIA_RIGHT_INSPECT)

/* An object that counts what it is told. */
struct thing {
	struct nxia_object object;
	unsigned int installed;
	unsigned int died;
	bool *freed;
};

static inline struct thing *thing_of(struct nxia_object *object)
{
	return container_of(object, struct thing, object);
}

static inline void thing_installed(struct nxia_cap *cap)
{
	thing_of(cap->object)->installed++;
}

static inline void thing_died(struct nxia_cap *cap)
{
	thing_of(cap->object)->died++;
}

static inline void thing_free(struct nxia_object *object)
{
	*thing_of(object)->freed = true;
	kfree(thing_of(object));
}

static const struct nxia_object_ops thing_ops = {
	.type = NXIA_TYPE_ENDPOINT,
	.rights = RIGHTS,
	.installed = thing_installed,
	.died = thing_died,
	.free = thing_free,
};

/* The root's reference is the test's, which closes it. */
struct fixture {
	struct nxia_session *session;
	struct thing *thing;
	struct nxia_cap *root;
	bool freed;
};

static inline int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct nxia_tree *tree;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->session = account_session(test);
	f->thing = kzalloc(sizeof(*f->thing), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->thing);
	f->thing->freed = &f->freed;
	KUNIT_ASSERT_EQ(test, 0, nxia_object_init(&f->thing->object, &thing_ops,
						  f->session->user));
	tree = nxia_tree_create();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, tree);
	f->root = nxia_cap_create(&f->thing->object, tree, f->session->user, RIGHTS, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->root);
	nxia_tree_put(tree);
	return 0;
}

/* Every capability has been given back by now, so the last references go. */
static inline void fixture_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	nxia_cap_close(f->root);
	KUNIT_EXPECT_EQ(test, 0, account_used(f->session, NXIA_CHARGE_CAPS));
	KUNIT_EXPECT_FALSE(test, f->freed);
	nxia_object_put(&f->thing->object);
	KUNIT_EXPECT_TRUE(test, f->freed);
	nxia_session_close(f->session);
}

static inline struct nxia_cap *derive(struct kunit *test, struct nxia_cap *parent)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = nxia_cap_derive(parent, f->session->user, RIGHTS, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cap);
	return cap;
}

/* Puts a child of the root into the session; returns its handle. */
static inline u64 install(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = derive(test, f->root);
	u64 handle;

	KUNIT_ASSERT_EQ(test, 0, nxia_session_install(f->session, &cap, 1));
	handle = cap->handle;
	nxia_cap_put(cap);
	return handle;
}

#endif
