/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An account that no one else is charged to: files of earlier tests can go late.
 */
#ifndef NXIA_KUNIT_ACCOUNT_H
#define NXIA_KUNIT_ACCOUNT_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/random.h>

#include "session.h"

/* A new session that is charged to a user who has nothing: one of 2^31. */
static inline struct nxia_session *account_session(struct kunit *test)
{
	struct nxia_session *session = nxia_session_create();
	struct nxia_user *user = nxia_user_find(KUIDT_INIT(get_random_u32() >> 1));

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, session);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, user);
	nxia_user_put(session->user);
	session->user = user;
	return session;
}

static inline long account_used(struct nxia_session *session, enum nxia_charge what)
{
	return atomic_long_read(&session->user->used[what]);
}

#endif
