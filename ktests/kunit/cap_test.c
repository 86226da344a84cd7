// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees of capabilities.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "compat.h"
#include "thing.h"

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

/* Chains as long as may be, with a leaf at each link, and a fan of them. */
static void revoke_of_many(struct kunit *test)
{
	struct fixture *f = test->priv;
	const unsigned int many = 5000, length = nxia_user_max_depth() - 1;
	struct nxia_cap **caps = kunit_kcalloc(test, 2 * many, sizeof(*caps), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, caps);
	for (i = 0; i < many; i++) {
		caps[i] = derive(test, i % length ? caps[i - 1] : f->root);
		caps[many + i] = derive(test, caps[i]);
	}
	KUNIT_EXPECT_EQ(test, 2 * many, nxia_cap_descendants(f->root));
	KUNIT_EXPECT_EQ(test, 2 * many, nxia_cap_revoke(f->root));
	KUNIT_EXPECT_EQ(test, 2 * many, f->thing->died);
	for (i = 0; i < 2 * many; i++)
		nxia_cap_close(caps[i]);
}

static void depth_is_limited(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = f->root, *more;
	unsigned long depth;

	for (depth = 1; depth <= nxia_user_max_depth(); depth++)
		cap = derive(test, cap);
	more = nxia_cap_derive(cap, f->session->user, RIGHTS, 0);
	KUNIT_EXPECT_EQ(test, -EDQUOT, PTR_ERR_OR_ZERO(more));
	more = nxia_cap_derive(cap->parent, f->session->user, RIGHTS, 0);
	KUNIT_EXPECT_FALSE(test, IS_ERR(more));
	nxia_cap_close(more);
	while (cap != f->root) {
		struct nxia_cap *parent = cap->parent;

		nxia_cap_close(cap);
		cap = parent;
	}
}

/* To make as many as are allowed would take more than a user may have. */
static void children_are_limited(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *child = derive(test, f->root), *more;

	f->root->nr_children += nxia_user_max_children() - 2;
	more = derive(test, f->root);
	KUNIT_EXPECT_EQ(test, -EDQUOT,
			PTR_ERR_OR_ZERO(nxia_cap_derive(f->root, f->session->user,
							RIGHTS, 0)));
	nxia_cap_close(more);
	more = derive(test, f->root);
	f->root->nr_children -= nxia_user_max_children() - 2;
	nxia_cap_close(more);
	nxia_cap_close(child);
	KUNIT_EXPECT_EQ(test, 0, f->root->nr_children);
}

static void unlink_undoes_link(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct nxia_cap *cap = derive(test, f->root);

	KUNIT_EXPECT_EQ(test, 0, nxia_cap_unlink(cap));
	KUNIT_EXPECT_EQ(test, 0, nxia_cap_descendants(f->root));
	KUNIT_EXPECT_EQ(test, 0, f->thing->died);
	KUNIT_EXPECT_EQ(test, 0, nxia_cap_link(cap, f->root));
	KUNIT_EXPECT_EQ(test, 1, nxia_cap_revoke(f->root));
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, nxia_cap_unlink(cap));
	KUNIT_EXPECT_EQ(test, 1, f->thing->died);
	nxia_cap_put(cap);
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
	KUNIT_CASE(depth_is_limited),
	KUNIT_CASE(children_are_limited),
	KUNIT_CASE(unlink_undoes_link),
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
