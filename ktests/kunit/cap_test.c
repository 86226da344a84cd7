// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees of capabilities, and the table of a session.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "cap.h"
#include "compat.h"
#include "session.h"

#define RIGHTS	(NXIA_RIGHT_READ | NXIA_RIGHT_DERIVE | NXIA_RIGHT_REVOKE)

/* An object that counts what it is told. */
struct thing {
	struct nxia_object object;
	unsigned int installed;
	unsigned int died;
	bool *freed;
};

static struct thing *thing_of(struct nxia_object *object)
{
	return container_of(object, struct thing, object);
}

static void thing_installed(struct nxia_cap *cap)
{
	thing_of(cap->object)->installed++;
}

static void thing_died(struct nxia_cap *cap)
{
	thing_of(cap->object)->died++;
}

static void thing_free(struct nxia_object *object)
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

/*
 * What each test starts with: a session, a thing, and the root of its tree.
 * The root's reference is the test's, which closes it.
 */
struct fixture {
	struct nxia_session *session;
	struct thing *thing;
	struct nxia_cap *root;
	bool freed;
	long caps_before;
};

static long caps_used(struct fixture *f)
{
	return atomic_long_read(&f->session->user->used[NXIA_CHARGE_CAPS]);
}

static int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct nxia_tree *tree;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->session = nxia_session_create();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->session);
	f->caps_before = caps_used(f);
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
static void fixture_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	nxia_cap_close(f->root);
	KUNIT_EXPECT_EQ(test, f->caps_before, caps_used(f));
	KUNIT_EXPECT_FALSE(test, f->freed);
	nxia_object_put(&f->thing->object);
	KUNIT_EXPECT_TRUE(test, f->freed);
	nxia_session_close(f->session);
}

static struct nxia_cap *derive(struct kunit *test, struct nxia_cap *parent)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = nxia_cap_derive(parent, f->session->user, RIGHTS, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cap);
	return cap;
}

static long derive_error(struct kunit *test, u64 rights, u64 badge)
{
	struct fixture *f = test->priv;
	struct nxia_cap *parent = nxia_cap_derive(f->root, f->session->user,
						  NXIA_RIGHT_READ, 7);
	struct nxia_cap *cap;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, parent);
	cap = nxia_cap_derive(parent, f->session->user, rights, badge);
	nxia_cap_close(parent);
	if (IS_ERR(cap))
		return PTR_ERR(cap);
	nxia_cap_close(cap);
	return 0;
}

static void derive_shrinks(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, derive_error(test, NXIA_RIGHT_READ, 0));
	KUNIT_EXPECT_EQ(test, 0, derive_error(test, NXIA_RIGHT_READ, 7));
	KUNIT_EXPECT_EQ(test, -EINVAL, derive_error(test, 0, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, derive_error(test, NXIA_RIGHT_SEAL, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, derive_error(test, 1ULL << 63, 0));
	KUNIT_EXPECT_EQ(test, -EPERM,
			derive_error(test, NXIA_RIGHT_READ | NXIA_RIGHT_REVOKE, 0));
	KUNIT_EXPECT_EQ(test, -EPERM, derive_error(test, NXIA_RIGHT_READ, 8));
}

static void derive_keeps_badge(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *badged = nxia_cap_derive(f->root, f->session->user, RIGHTS, 42);
	struct nxia_cap *child = derive(test, badged);

	KUNIT_EXPECT_EQ(test, 42, badged->badge);
	KUNIT_EXPECT_EQ(test, 42, child->badge);
	nxia_cap_close(child);
	nxia_cap_close(badged);
}

static void revoke_takes_descendants_only(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *child = derive(test, f->root);
	struct nxia_cap *grandchild = derive(test, child);
	struct nxia_cap *other = derive(test, f->root);

	KUNIT_EXPECT_EQ(test, 3, nxia_cap_descendants(f->root));
	KUNIT_EXPECT_EQ(test, 1, nxia_cap_revoke(child));
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, nxia_cap_error(grandchild));
	KUNIT_EXPECT_EQ(test, 0, nxia_cap_error(child));
	KUNIT_EXPECT_EQ(test, 0, nxia_cap_error(other));
	KUNIT_EXPECT_EQ(test, 1, f->thing->died);
	KUNIT_EXPECT_EQ(test, 2, nxia_cap_revoke(f->root));
	KUNIT_EXPECT_EQ(test, 0, nxia_cap_revoke(f->root));
	KUNIT_EXPECT_EQ(test, 3, f->thing->died);
	KUNIT_EXPECT_EQ(test, 0, nxia_cap_descendants(f->root));
	nxia_cap_close(child);
	nxia_cap_close(grandchild);
	nxia_cap_close(other);
	KUNIT_EXPECT_EQ(test, 3, f->thing->died);
}

static void revoked_cannot_derive(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *child = derive(test, f->root), *grandchild;

	nxia_cap_revoke(f->root);
	grandchild = nxia_cap_derive(child, f->session->user, RIGHTS, 0);
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, PTR_ERR_OR_ZERO(grandchild));
	nxia_cap_close(child);
}

static void close_hands_children_up(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *child = derive(test, f->root);
	struct nxia_cap *first = derive(test, child), *second = derive(test, child);

	nxia_cap_close(child);
	KUNIT_EXPECT_PTR_EQ(test, f->root, first->parent);
	KUNIT_EXPECT_PTR_EQ(test, f->root, second->parent);
	KUNIT_EXPECT_EQ(test, 2, nxia_cap_descendants(f->root));
	KUNIT_EXPECT_EQ(test, 2, nxia_cap_revoke(f->root));
	nxia_cap_close(first);
	nxia_cap_close(second);
}

static void close_of_root_makes_roots(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *child = derive(test, f->root), *grandchild = derive(test, child);

	nxia_cap_get(f->root);
	nxia_cap_close(f->root);
	KUNIT_EXPECT_EQ(test, -EBADF, nxia_cap_error(f->root));
	KUNIT_EXPECT_NULL(test, child->parent);
	KUNIT_EXPECT_EQ(test, 1, nxia_cap_revoke(child));
	nxia_cap_close(child);
	nxia_cap_close(grandchild);
}

static void destroy_takes_the_top_too(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *child = derive(test, f->root), *grandchild = derive(test, child);

	KUNIT_EXPECT_EQ(test, 2, nxia_cap_destroy(child));
	KUNIT_EXPECT_EQ(test, 0, nxia_cap_destroy(child));
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, nxia_cap_error(child));
	KUNIT_EXPECT_EQ(test, 0, nxia_cap_error(f->root));
	nxia_cap_close(child);
	nxia_cap_close(grandchild);
}

/* A chain and a fan: neither recursion nor a second visit would survive it. */
static void revoke_of_many(struct kunit *test)
{
	struct fixture *f = test->priv;
	const unsigned int many = 5000;
	struct nxia_cap **caps = kunit_kcalloc(test, 2 * many, sizeof(*caps), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, caps);
	for (i = 0; i < many; i++) {
		caps[i] = derive(test, i ? caps[i - 1] : f->root);
		caps[many + i] = derive(test, caps[i]);
	}
	KUNIT_EXPECT_EQ(test, 2 * many, nxia_cap_descendants(f->root));
	KUNIT_EXPECT_EQ(test, 2 * many, nxia_cap_revoke(f->root));
	KUNIT_EXPECT_EQ(test, 2 * many, f->thing->died);
	for (i = 0; i < 2 * many; i++)
		nxia_cap_close(caps[i]);
}

/* Puts a child of the root into the session; returns its handle. */
static u64 install(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = derive(test, f->root);
	u64 handle;

	KUNIT_ASSERT_EQ(test, 0, nxia_session_install(f->session, &cap, 1));
	handle = cap->handle;
	nxia_cap_put(cap);
	return handle;
}

static int get_error(struct kunit *test, u64 handle, enum nxia_type type, u64 rights)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = nxia_session_get(f->session, handle, type, rights);

	if (IS_ERR(cap))
		return PTR_ERR(cap);
	nxia_cap_put(cap);
	return 0;
}

static void session_finds(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 handle = install(test);

	KUNIT_EXPECT_NE(test, 0, handle);
	KUNIT_EXPECT_EQ(test, 1, f->thing->installed);
	KUNIT_EXPECT_EQ(test, 0, get_error(test, handle, 0, 0));
	KUNIT_EXPECT_EQ(test, 0, get_error(test, handle, NXIA_TYPE_ENDPOINT, RIGHTS));
	KUNIT_EXPECT_EQ(test, -ENOTTY, get_error(test, handle, NXIA_TYPE_CHANNEL, 0));
	KUNIT_EXPECT_EQ(test, -EPERM, get_error(test, handle, 0, NXIA_RIGHT_CONNECT));
	KUNIT_EXPECT_EQ(test, -EBADF, get_error(test, 0, 0, 0));
	KUNIT_EXPECT_EQ(test, -EBADF, get_error(test, handle + 1, 0, 0));
	KUNIT_EXPECT_EQ(test, -EBADF, get_error(test, U64_MAX, 0, 0));
	nxia_cap_revoke(f->root);
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, get_error(test, handle, 0, 0));
	KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(f->session, handle));
	KUNIT_EXPECT_EQ(test, -EBADF, get_error(test, handle, 0, 0));
	KUNIT_EXPECT_EQ(test, -EBADF, nxia_session_drop(f->session, handle));
}

static void session_never_reuses_handles(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 last = 0;
	int i;

	for (i = 0; i < 100; i++) {
		u64 handle = install(test);

		KUNIT_EXPECT_GT(test, handle, last);
		last = handle;
		KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(f->session, handle));
	}
}

static void session_installs_batches(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *caps[3];
	int i;

	for (i = 0; i < 3; i++)
		caps[i] = derive(test, f->root);
	KUNIT_ASSERT_EQ(test, 0, nxia_session_install(f->session, caps, 3));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, caps[0]->handle + i, caps[i]->handle);
		KUNIT_EXPECT_EQ(test, 0, get_error(test, caps[i]->handle, 0, 0));
		KUNIT_EXPECT_EQ(test, 0, nxia_session_drop(f->session, caps[i]->handle));
		nxia_cap_put(caps[i]);
	}
}

static struct kunit_case cap_cases[] = {
	KUNIT_CASE(derive_shrinks),
	KUNIT_CASE(derive_keeps_badge),
	KUNIT_CASE(revoke_takes_descendants_only),
	KUNIT_CASE(revoked_cannot_derive),
	KUNIT_CASE(close_hands_children_up),
	KUNIT_CASE(close_of_root_makes_roots),
	KUNIT_CASE(destroy_takes_the_top_too),
	KUNIT_CASE(revoke_of_many),
	KUNIT_CASE(session_finds),
	KUNIT_CASE(session_never_reuses_handles),
	KUNIT_CASE(session_installs_batches),
	{}
};

static struct kunit_suite cap_suite = {
	.name = "nxia_cap",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cap_cases,
};

kunit_test_suite(cap_suite);

NXIA_IMPORT_KUNIT();
MODULE_DESCRIPTION("KUnit tests for NXIA");
MODULE_LICENSE("GPL");
