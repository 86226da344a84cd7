// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleep and wake-up between the ends of a channel.
 */
#include <kunit/test.h>
#include <linux/kthread.h>

#include "pair.h"
#include "user_memory.h"

static long call_on(struct pair_end *end, unsigned int cmd, unsigned long to)
{
	return end->file->f_op->unlocked_ioctl(end->file, cmd, to);
}

/* WAIT: the flags that are ready, or a negative errno. */
static long wait(struct kunit *test, struct pair_end *end, u32 flags, u64 timeout)
{
	unsigned long to = user_mapped(test, NULL, PROT_READ | PROT_WRITE, 0, PAGE_SIZE);
	struct nxia_wait arg = { .flags = flags, .timeout = timeout };
	void __user *user = (void __user *)to;
	long err;

	KUNIT_ASSERT_EQ(test, 0, copy_to_user(user, &arg, sizeof(arg)));
	err = call_on(end, NXIA_IOC_WAIT, to);
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(&arg, user, sizeof(arg)));
	return err ?: arg.ready;
}

static u32 poll(struct pair_end *end, u32 asked)
{
	poll_table table = { ._key = (__force __poll_t)asked };

	return (__force u32)end->file->f_op->poll(end->file, &table);
}

static void wait_tells_what_is_ready(struct kunit *test)
{
	struct pair *p = test->priv;

	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, wait(test, &p->server, NXIA_WAIT_READ, 0));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, wait(test, &p->server, NXIA_WAIT_READ, 1000000));
	KUNIT_EXPECT_EQ(test, NXIA_WAIT_WRITE,
			wait(test, &p->client, NXIA_WAIT_READ | NXIA_WAIT_WRITE, 0));
	pair_send(p, TX);
	KUNIT_EXPECT_EQ(test, NXIA_WAIT_READ, wait(test, &p->server, NXIA_WAIT_READ, 0));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, wait(test, &p->client, NXIA_WAIT_WRITE, 0));
	pair_receive(p, 1);
	KUNIT_EXPECT_EQ(test, NXIA_WAIT_WRITE, wait(test, &p->client, NXIA_WAIT_WRITE, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, wait(test, &p->client, 0, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, wait(test, &p->client, 4, 0));
}

static void wait_leaves_no_want(struct kunit *test)
{
	struct pair *p = test->priv;
	struct nxia_end *server = nxia_end_of(p->server.cap);

	server->consumer->want = 5;
	pair_send(p, 4);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, wait(test, &p->server, NXIA_WAIT_READ, 0));
	KUNIT_EXPECT_EQ(test, 0, server->consumer->want);
	KUNIT_EXPECT_EQ(test, NXIA_WAIT_READ, wait(test, &p->server, NXIA_WAIT_READ, 0));
}

static void poll_arms(struct kunit *test)
{
	struct pair *p = test->priv;
	struct nxia_end *server = nxia_end_of(p->server.cap);

	KUNIT_EXPECT_EQ(test, 0, poll(&p->server, POLLIN));
	KUNIT_EXPECT_EQ(test, 1, server->consumer->want);
	KUNIT_EXPECT_EQ(test, 0, server->producer->want);
	KUNIT_EXPECT_EQ(test, POLLOUT | POLLWRNORM, poll(&p->server, POLLOUT));
	pair_send(p, 1);
	KUNIT_EXPECT_EQ(test, POLLIN | POLLRDNORM, poll(&p->server, POLLIN));
}

struct waiter {
	struct pair_end *end;
	struct task_struct *task;
	long result;
};

static bool sleeps_on(struct pair_end *end)
{
	/* Needs no barrier: the callers look again. */
	return waitqueue_active(&nxia_end_of(end->cap)->wait);
}

/* Polls as a sleeper does, for a kernel thread has no memory for WAIT's argument. */
static int waiter_run(void *data)
{
	struct waiter *waiter = data;
	struct nxia_end *end = nxia_end_of(waiter->end->cap);

	waiter->result = wait_event_interruptible_timeout(end->wait,
							  poll(waiter->end, POLLIN),
							  10 * HZ);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void waiter_start(struct kunit *test, struct waiter *waiter)
{
	waiter->task = kthread_run(waiter_run, waiter, "nxia_waiter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(waiter->task));
	while (!sleeps_on(waiter->end))
		schedule_timeout_interruptible(1);
}

/* Was it woken, long before its time was up? */
static bool waiter_woken(struct waiter *waiter)
{
	int i;

	for (i = 0; i < 5 * HZ && sleeps_on(waiter->end); i++)
		schedule_timeout_interruptible(1);
	kthread_stop(waiter->task);
	return waiter->result > 1;
}

static void notify_wakes(struct kunit *test)
{
	struct pair *p = test->priv;
	struct waiter waiter = { .end = &p->server };

	waiter_start(test, &waiter);
	pair_send(p, 1);
	KUNIT_EXPECT_EQ(test, 0, call_on(&p->client, NXIA_IOC_NOTIFY, 0));
	KUNIT_EXPECT_TRUE(test, waiter_woken(&waiter));
}

static void shutdown_wakes(struct kunit *test)
{
	struct pair *p = test->priv;
	struct waiter waiter = { .end = &p->server };

	waiter_start(test, &waiter);
	KUNIT_EXPECT_EQ(test, 0, call_on(&p->client, NXIA_IOC_SHUTDOWN, 0));
	KUNIT_EXPECT_TRUE(test, waiter_woken(&waiter));
	KUNIT_EXPECT_EQ(test, -EPIPE, wait(test, &p->server, NXIA_WAIT_READ,
					   NXIA_WAIT_FOREVER));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, wait(test, &p->client, NXIA_WAIT_READ, 0));
	KUNIT_EXPECT_EQ(test, POLLRDHUP | POLLIN | POLLRDNORM,
			poll(&p->server, POLLIN));
}

static void revoke_wakes(struct kunit *test)
{
	struct pair *p = test->priv;
	struct waiter waiter = { .end = &p->server };

	waiter_start(test, &waiter);
	pair_revoke(test, p);
	KUNIT_EXPECT_TRUE(test, waiter_woken(&waiter));
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, wait(test, &p->server, NXIA_WAIT_READ,
						 NXIA_WAIT_FOREVER));
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, call_on(&p->client, NXIA_IOC_NOTIFY, 0));
	KUNIT_EXPECT_EQ(test, -EKEYREVOKED, call_on(&p->client, NXIA_IOC_SHUTDOWN, 0));
}

static void close_wakes(struct kunit *test)
{
	struct pair *p = test->priv;
	struct waiter waiter = { .end = &p->server };

	pair_send(p, 1);
	nxia_end_of(p->server.cap)->consumer->want = 2;
	waiter_start(test, &waiter);
	nxia_session_drop(p->session, p->client.handle);
	KUNIT_EXPECT_TRUE(test, waiter_woken(&waiter));
	/* What was sent is read first. */
	KUNIT_EXPECT_EQ(test, NXIA_WAIT_READ, wait(test, &p->server, NXIA_WAIT_READ, 0));
	pair_receive(p, 1);
	KUNIT_EXPECT_EQ(test, -EPIPE, wait(test, &p->server, NXIA_WAIT_READ,
					   NXIA_WAIT_FOREVER));
	KUNIT_EXPECT_EQ(test, -EPIPE, call_on(&p->server, NXIA_IOC_NOTIFY, 0));
}

static void impossible_indices_poison(struct kunit *test)
{
	struct pair *p = test->priv;
	struct waiter waiter = { .end = &p->client };

	waiter_start(test, &waiter);
	pair_send(p, TX + 1);
	KUNIT_EXPECT_EQ(test, -EBADMSG, wait(test, &p->server, NXIA_WAIT_READ, 0));
	KUNIT_EXPECT_TRUE(test, waiter_woken(&waiter));
	pair_receive(p, 1);
	KUNIT_EXPECT_EQ(test, -EBADMSG, wait(test, &p->server, NXIA_WAIT_READ, 0));
	KUNIT_EXPECT_EQ(test, -EBADMSG, wait(test, &p->client, NXIA_WAIT_WRITE, 0));
	KUNIT_EXPECT_EQ(test, POLLERR, poll(&p->client, POLLIN));
}

static void other_calls_are_none(struct kunit *test)
{
	struct pair *p = test->priv;

	KUNIT_EXPECT_EQ(test, -ENOTTY, call_on(&p->client, NXIA_IOC_INFO, 0));
	KUNIT_EXPECT_EQ(test, -ENOTTY, call_on(&p->client, 0, 0));
	KUNIT_EXPECT_EQ(test, -EFAULT, call_on(&p->client, NXIA_IOC_WAIT, ~0UL));
}

static struct kunit_case wait_cases[] = {
	KUNIT_CASE(wait_tells_what_is_ready),
	KUNIT_CASE(wait_leaves_no_want),
	KUNIT_CASE(poll_arms),
	KUNIT_CASE(notify_wakes),
	KUNIT_CASE(shutdown_wakes),
	KUNIT_CASE(revoke_wakes),
	KUNIT_CASE(close_wakes),
	KUNIT_CASE(impossible_indices_poison),
	KUNIT_CASE(other_calls_are_none),
	{}
};

static struct kunit_suite wait_suite = {
	.name = "nxia_wait",
	.init = pair_init,
	.exit = pair_exit,
	.test_cases = wait_cases,
};

kunit_test_suite(wait_suite);
