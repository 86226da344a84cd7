// SPDX-License-Identifier: GPL-2.0-only
/* io_uring on the file of a channel end: poll, NOTIFY, WAIT, NOTIFY_WAIT. */
#include <poll.h>
#include <pthread.h>
#include <time.h>

#include "nxia_main.h"
#include "nxia_pair.h"
#include "nxia_region.h"
#include "nxia_uring.h"

#define FOREVER	NXIA_WAIT_FOREVER
#define READ	NXIA_WAIT_READ
#define WRITE	NXIA_WAIT_WRITE

struct fixture {
	struct pair p;
	struct uring ring;
};

static void fixture_init(struct fixture *f)
{
	uring_init(&f->ring);
	pair_init(&f->p, 1, 1);
}

static void start_wait(struct fixture *f, __u32 command, __u32 flags,
		       __u64 timeout, __u64 data)
{
	struct nxia_wait wait = { .flags = flags, .timeout = timeout };

	uring_command(&f->ring, f->p.server.fd, command, &wait, data);
}

/* A wait that goes on: nothing comes, and the consumer page says so. */
static void expect_pending(struct fixture *f)
{
	struct io_uring_cqe cqe;

	for (int i = 0; i < 1000 && !ring_consumer(&f->p.b)->want; i++)
		usleep(1000);
	EXPECT_EQ(ring_consumer(&f->p.b)->want, 1);
	usleep(20000);
	EXPECT(!uring_take(&f->ring, &cqe));
}

/* NOTIFY */

TEST(notify, "uring NOTIFY: wakes the peer")
{
	struct fixture f;
	pid_t child;

	fixture_init(&f);
	child = child_start();
	if (!child) {
		EXPECT_EQ(nxia_wait(f.p.server.fd, READ, FOREVER), READ);
		child_done();
	}
	until_asleep(child);
	ring_put(&f.p.a, "x", 1);
	uring_command(&f.ring, f.p.client.fd, NXIA_IOC_NOTIFY, NULL, 1);
	EXPECT_EQ(uring_result(&f.ring, 1), 0);
	child_join(child);
}

TEST(notify_errors, "uring NOTIFY: EPIPE, EKEYREVOKED and EBADF as the ioctl")
{
	struct fixture f;

	fixture_init(&f);
	EXPECT_OK(nxia_close(f.p.session, f.p.client.handle));
	uring_command(&f.ring, f.p.server.fd, NXIA_IOC_NOTIFY, NULL, 1);
	EXPECT_ERR(uring_result(&f.ring, 1), EPIPE);
	uring_command(&f.ring, f.p.client.fd, NXIA_IOC_NOTIFY, NULL, 2);
	EXPECT_ERR(uring_result(&f.ring, 2), EBADF);
	EXPECT_OK(nxia_revoke(f.p.session, f.p.endpoint));
	uring_command(&f.ring, f.p.server.fd, NXIA_IOC_NOTIFY, NULL, 3);
	EXPECT_ERR(uring_result(&f.ring, 3), EKEYREVOKED);
}

/* WAIT */

TEST(wait_ready, "uring WAIT: gives the flags that are ready")
{
	struct fixture f;

	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ | WRITE, FOREVER, 1);
	EXPECT_EQ(uring_result(&f.ring, 1), WRITE);
	ring_put(&f.p.a, "x", 1);
	start_wait(&f, NXIA_IOC_WAIT, READ | WRITE, FOREVER, 2);
	EXPECT_EQ(uring_result(&f.ring, 2), READ | WRITE);
	start_wait(&f, NXIA_IOC_NOTIFY_WAIT, READ, FOREVER, 3);
	EXPECT_EQ(uring_result(&f.ring, 3), READ);
}

TEST(wait_later, "uring WAIT: completes when data comes, not before")
{
	struct fixture f;

	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
	expect_pending(&f);
	EXPECT(ring_send(&f.p.a, "x", 1));
	EXPECT_EQ(uring_result(&f.ring, 1), READ);
	EXPECT_EQ(ring_consumer(&f.p.b)->want, 0);
}

TEST(wait_zero, "uring WAIT: a time-out of 0 looks without sleeping")
{
	struct fixture f;

	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ, 0, 1);
	EXPECT_ERR(uring_result(&f.ring, 1), ETIMEDOUT);
	ring_put(&f.p.a, "x", 1);
	start_wait(&f, NXIA_IOC_WAIT, READ, 0, 2);
	EXPECT_EQ(uring_result(&f.ring, 2), READ);
}

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

TEST(wait_timeout, "uring WAIT: ETIMEDOUT after its time, not before")
{
	struct fixture f;
	__u64 start;

	fixture_init(&f);
	start = now();
	start_wait(&f, NXIA_IOC_WAIT, READ, 50000000, 1);
	EXPECT_ERR(uring_result(&f.ring, 1), ETIMEDOUT);
	EXPECT(now() - start >= 50000000);
	start_wait(&f, NXIA_IOC_NOTIFY_WAIT, READ, 1000000, 2);
	EXPECT_ERR(uring_result(&f.ring, 2), ETIMEDOUT);
}

TEST(notify_wait, "uring NOTIFY_WAIT: wakes the peer and waits for its answer")
{
	struct fixture f;
	pid_t child;
	char byte = 0;

	fixture_init(&f);
	child = child_start();
	if (!child) {
		ring_map(&f.p.a, &f.p.client);
		EXPECT_EQ(nxia_wait(f.p.client.fd, READ, FOREVER), READ);
		EXPECT(ring_receive(&f.p.a, &byte, 1));
		EXPECT(ring_send(&f.p.a, &byte, 1));
		child_done();
	}
	until_asleep(child);
	ring_put(&f.p.b, "y", 1);
	start_wait(&f, NXIA_IOC_NOTIFY_WAIT, READ, FOREVER, 1);
	EXPECT_EQ(uring_result(&f.ring, 1), READ);
	EXPECT(ring_get(&f.p.b, &byte, 1));
	EXPECT_EQ(byte, 'y');
	child_join(child);
}

TEST(many_waits, "uring WAIT: several at once, and all complete")
{
	struct io_uring_cqe cqe;
	struct fixture f;

	fixture_init(&f);
	for (int i = 1; i <= 8; i++)
		start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, i);
	expect_pending(&f);
	EXPECT(ring_send(&f.p.a, "x", 1));
	for (int i = 0; i < 8; i++) {
		while (!uring_take(&f.ring, &cqe))
			usleep(1000);
		EXPECT_EQ(cqe.res, READ);
	}
}

/* What ends a wait */

TEST(cancelled, "uring WAIT: EINTR when it is cancelled")
{
	struct io_uring_cqe cqe;
	struct fixture f;

	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
	expect_pending(&f);
	uring_cancel(&f.ring, 1, 2);
	for (int i = 0; i < 2; i++) {
		while (!uring_take(&f.ring, &cqe))
			usleep(1000);
		if (cqe.user_data == 1)
			EXPECT(cqe.res == -EINTR || cqe.res == -ECANCELED);
		else
			EXPECT(cqe.res == 0 || cqe.res == -EALREADY);
	}
	EXPECT_EQ(ring_consumer(&f.p.b)->want, 0);
	/* The end is as good as before. */
	start_wait(&f, NXIA_IOC_WAIT, READ, 1000000, 3);
	EXPECT_ERR(uring_result(&f.ring, 3), ETIMEDOUT);
}

TEST(ring_closed, "uring WAIT: ends with the ring, and leaves nothing")
{
	struct fixture f;

	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
	expect_pending(&f);
	munmap(f.ring.sqes, f.ring.params.sq_entries * sizeof(*f.ring.sqes));
	close(f.ring.fd);
	EXPECT(ring_send(&f.p.a, "x", 1));
	EXPECT_EQ(nxia_wait(f.p.server.fd, READ, FOREVER), READ);
}

TEST(killed, "uring WAIT: ends with the process, and leaves nothing")
{
	struct gate ready;
	struct fixture f;
	pid_t child;

	gate_init(&ready);
	child = child_start();
	if (!child) {
		fixture_init(&f);
		start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
		start_wait(&f, NXIA_IOC_WAIT, READ, 1ULL << 40, 2);
		uring_poll(&f.ring, f.p.server.fd, POLLIN, 3);
		expect_pending(&f);
		gate_open(&ready);
		pause();
	}
	gate_pass(&ready);
	child_kill(child);
}

TEST(revoked, "uring WAIT: EKEYREVOKED when the capability is revoked")
{
	struct fixture f;

	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
	expect_pending(&f);
	EXPECT_OK(nxia_revoke(f.p.session, f.p.endpoint));
	EXPECT_ERR(uring_result(&f.ring, 1), EKEYREVOKED);
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 2);
	EXPECT_ERR(uring_result(&f.ring, 2), EKEYREVOKED);
}

TEST(closed, "uring WAIT: EBADF when the capability is closed")
{
	struct fixture f;

	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
	expect_pending(&f);
	EXPECT_OK(nxia_close(f.p.session, f.p.server.handle));
	EXPECT_ERR(uring_result(&f.ring, 1), EBADF);
}

TEST(peer_gone, "uring WAIT: EPIPE when the peer goes, or shuts down")
{
	struct fixture f;

	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
	expect_pending(&f);
	EXPECT_OK(nxia_shutdown(f.p.client.fd));
	EXPECT_ERR(uring_result(&f.ring, 1), EPIPE);
	fixture_init(&f);
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
	expect_pending(&f);
	EXPECT_OK(nxia_close(f.p.session, f.p.client.handle));
	EXPECT_ERR(uring_result(&f.ring, 1), EPIPE);
}

TEST(poisoned, "uring WAIT: EBADMSG when the indices are impossible")
{
	struct fixture f;

	fixture_init(&f);
	ring_producer(&f.p.a)->index = 1ULL << 40;
	start_wait(&f, NXIA_IOC_WAIT, READ, FOREVER, 1);
	EXPECT_ERR(uring_result(&f.ring, 1), EBADMSG);
}

/* Bad input */

TEST(bad_flags, "uring WAIT: EINVAL for no flag, an unknown one, or ready set")
{
	const struct nxia_wait bad[] = {
		{}, { .flags = 4 }, { .flags = READ | 1U << 31 },
		{ .flags = WRITE, .ready = 1 },
		{ .flags = WRITE, .ready = ~0U },
	};
	struct fixture f;

	fixture_init(&f);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		uring_command(&f.ring, f.p.server.fd, NXIA_IOC_WAIT, &bad[i],
			      i);
		EXPECT_ERR(uring_result(&f.ring, i), EINVAL);
		uring_command(&f.ring, f.p.server.fd, NXIA_IOC_NOTIFY_WAIT,
			      &bad[i], i);
		EXPECT_ERR(uring_result(&f.ring, i), EINVAL);
	}
}

TEST(bad_command, "uring: ENOTTY for any other command")
{
	const __u32 bad[] = {
		0, 1, ~0U, NXIA_IOC_SHUTDOWN, NXIA_IOC_INFO, NXIA_IOC_DERIVE,
		NXIA_IOC_WAIT + (8 << _IOC_SIZESHIFT),
	};
	struct fixture f;

	fixture_init(&f);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		uring_command(&f.ring, f.p.server.fd, bad[i], NULL, i);
		EXPECT_ERR(uring_result(&f.ring, i), ENOTTY);
	}
}

TEST(bad_file, "uring: EOPNOTSUPP on what is no channel end")
{
	struct fixture f;
	int files[3];

	fixture_init(&f);
	files[0] = f.p.session;
	files[1] = nxia_fd(f.p.session, f.p.endpoint);
	files[2] = nxia_fd(f.p.session, make_region(f.p.session, 1));
	for (int i = 0; i < 3; i++) {
		uring_command(&f.ring, files[i], NXIA_IOC_NOTIFY, NULL, i);
		EXPECT_ERR(uring_result(&f.ring, i), EOPNOTSUPP);
	}
}

/* poll */

TEST(poll_ready, "uring poll: tells at once what is ready")
{
	struct fixture f;

	fixture_init(&f);
	uring_poll(&f.ring, f.p.server.fd, POLLIN | POLLOUT, 1);
	EXPECT_EQ(uring_result(&f.ring, 1), POLLOUT);
	ring_put(&f.p.a, "x", 1);
	uring_poll(&f.ring, f.p.server.fd, POLLIN, 2);
	EXPECT_EQ(uring_result(&f.ring, 2), POLLIN);
}

TEST(poll_later, "uring poll: completes when data comes, not before")
{
	struct fixture f;

	fixture_init(&f);
	uring_poll(&f.ring, f.p.server.fd, POLLIN, 1);
	expect_pending(&f);
	EXPECT(ring_send(&f.p.a, "x", 1));
	EXPECT_EQ(uring_result(&f.ring, 1), POLLIN);
}

TEST(poll_revoked, "uring poll: completes when the capability is revoked")
{
	struct fixture f;

	fixture_init(&f);
	uring_poll(&f.ring, f.p.server.fd, POLLIN, 1);
	expect_pending(&f);
	EXPECT_OK(nxia_revoke(f.p.session, f.p.endpoint));
	EXPECT(uring_result(&f.ring, 1) & POLLERR);
}

TEST(poll_session, "uring poll: completes when the session has an event")
{
	struct fixture f;
	__u64 child;

	fixture_init(&f);
	child = make_child(f.p.session, make_endpoint(f.p.session),
			   NXIA_RIGHTS_ENDPOINT, 0);
	uring_poll(&f.ring, f.p.session, POLLIN, 1);
	EXPECT_OK(nxia_watch(f.p.session, child));
	EXPECT_EQ(uring_result(&f.ring, 1), POLLIN);
}

/* Memory */

static int register_buffer(struct uring *ring, void *at, size_t size)
{
	struct iovec buffer = { at, size };

	return syscall(SYS_io_uring_register, ring->fd,
		       IORING_REGISTER_BUFFERS, &buffer, 1) < 0 ? -errno : 0;
}

TEST(buffers, "uring: EFAULT, a ring or a region is no fixed buffer")
{
	struct fixture f;
	void *own, *map;

	fixture_init(&f);
	own = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT_OK(register_buffer(&f.ring, own, page_size()));
	EXPECT_EQ(syscall(SYS_io_uring_register, f.ring.fd,
			  IORING_UNREGISTER_BUFFERS, NULL, 0), 0);
	map = region_map_all(f.p.session, make_region(f.p.session, 1), 1);
	EXPECT_ERR(register_buffer(&f.ring, map, page_size()), EFAULT);
	EXPECT_ERR(register_buffer(&f.ring, ring_tx_data(&f.p.a), page_size()),
		   EFAULT);
}
