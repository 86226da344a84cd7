/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls of NXIA, one function each.  All return a negative errno or, where
 * nothing else is said, 0.
 */
#ifndef NXIA_CALL_H
#define NXIA_CALL_H

#include <sys/syscall.h>

#include "nxia_test.h"

/* An end of a channel. */
struct nxia_end {
	__u64 handle;
	int fd;
	__u64 tx_size;
	__u64 rx_size;
};

static inline int nxia_call(int fd, unsigned long request, void *argument)
{
	int result = ioctl(fd, request, argument);

	return result < 0 ? -errno : result;
}

static inline int nxia_session(void)
{
	int fd = open("/dev/nxia", O_RDWR | O_CLOEXEC);

	REQUIRE(fd >= 0);
	return fd;
}

static inline struct nxia_info nxia_info(int session)
{
	struct nxia_info info = {};

	REQUIRE_OK(nxia_call(session, NXIA_IOC_INFO, &info));
	return info;
}

static inline int nxia_bootstrap(int session, __u64 *handle)
{
	struct nxia_bootstrap a = {};
	int result = nxia_call(session, NXIA_IOC_BOOTSTRAP, &a);

	*handle = a.handle;
	return result;
}

static inline int nxia_endpoint_create(int session, __u32 flags, __u32 backlog,
				       __u64 rights, __u64 *handle)
{
	struct nxia_endpoint_create a = {
		.flags = flags, .backlog = backlog, .rights = rights,
	};
	int result = nxia_call(session, NXIA_IOC_ENDPOINT_CREATE, &a);

	*handle = a.handle;
	return result;
}

static inline int nxia_connect(int session, __u64 endpoint, __u64 tx_size,
			       __u64 rx_size, struct nxia_end *end)
{
	struct nxia_connect a = {
		.endpoint = endpoint, .tx_size = tx_size, .rx_size = rx_size,
	};
	int result = nxia_call(session, NXIA_IOC_CONNECT, &a);

	*end = (struct nxia_end){ a.handle, a.fd, tx_size, rx_size };
	return result;
}

static inline int nxia_accept(int session, __u64 endpoint,
			      struct nxia_end *end, struct nxia_accept *a)
{
	int result;

	*a = (struct nxia_accept){ .endpoint = endpoint };
	result = nxia_call(session, NXIA_IOC_ACCEPT, a);
	*end = (struct nxia_end){ a->handle, a->fd, a->tx_size, a->rx_size };
	return result;
}

static inline int nxia_derive(int session, __u64 parent, __u64 rights,
			      __u64 badge, __u64 *handle)
{
	struct nxia_derive a = {
		.parent = parent, .rights = rights, .badge = badge,
	};
	int result = nxia_call(session, NXIA_IOC_DERIVE, &a);

	*handle = a.handle;
	return result;
}

static inline int nxia_transfer(int session, __u64 channel,
				struct nxia_transfer_cap *caps, __u32 count,
				__u64 *sequence)
{
	struct nxia_transfer a = {
		.channel = channel, .caps = (uintptr_t)caps, .count = count,
	};
	int result = nxia_call(session, NXIA_IOC_TRANSFER, &a);

	if (sequence)
		*sequence = a.sequence;
	return result;
}

/* @count: in: room in @caps; out: as the kernel left it */
static inline int nxia_receive(int session, __u64 channel,
			       struct nxia_transfer_cap *caps, __u32 *count,
			       __u64 *sequence)
{
	struct nxia_receive a = {
		.channel = channel, .caps = (uintptr_t)caps, .count = *count,
	};
	int result = nxia_call(session, NXIA_IOC_RECEIVE, &a);

	*count = a.count;
	if (sequence)
		*sequence = a.sequence;
	return result;
}

/* Returns the number of capabilities destroyed. */
static inline int nxia_revoke(int session, __u64 handle)
{
	struct nxia_revoke a = { .handle = handle };
	int result = nxia_call(session, NXIA_IOC_REVOKE, &a);

	return result < 0 ? result : (int)a.revoked;
}

static inline int nxia_close(int session, __u64 handle)
{
	struct nxia_close a = { .handle = handle };

	return nxia_call(session, NXIA_IOC_CLOSE, &a);
}

static inline int nxia_query(int session, __u64 handle, struct nxia_query *a)
{
	*a = (struct nxia_query){ .handle = handle };
	return nxia_call(session, NXIA_IOC_QUERY, a);
}

/* Returns the file. */
static inline int nxia_fd(int session, __u64 handle)
{
	struct nxia_fd a = { .handle = handle };
	int result = nxia_call(session, NXIA_IOC_FD, &a);

	return result < 0 ? result : a.fd;
}

static inline int nxia_handle(int session, int fd, __u64 *handle)
{
	struct nxia_handle a = { .fd = fd };
	int result = nxia_call(session, NXIA_IOC_HANDLE, &a);

	*handle = a.handle;
	return result;
}

static inline int nxia_derive_range(int session, __u64 parent, __u64 rights,
				    __u64 offset, __u64 length, __u64 *handle)
{
	struct nxia_derive a = {
		.parent = parent, .rights = rights, .offset = offset,
		.length = length,
	};
	int result = nxia_call(session, NXIA_IOC_DERIVE, &a);

	*handle = a.handle;
	return result;
}

static inline int nxia_import(int session, int fd, __u64 rights, __u64 *handle)
{
	struct nxia_import a = { .fd = fd, .rights = rights };
	int result = nxia_call(session, NXIA_IOC_IMPORT, &a);

	*handle = a.handle;
	return result;
}

static inline int nxia_region_create(int session, __u64 size, __u64 rights,
				     __u64 *handle)
{
	struct nxia_region_create a = { .size = size, .rights = rights };
	int result = nxia_call(session, NXIA_IOC_REGION_CREATE, &a);

	*handle = a.handle;
	return result;
}

static inline int nxia_freeze(int session, __u64 handle)
{
	struct nxia_freeze a = { .handle = handle };

	return nxia_call(session, NXIA_IOC_FREEZE, &a);
}

static inline int nxia_scope_create(int session, int key, __u64 rights,
				    __u64 *handle)
{
	struct nxia_scope_create a = { .key = key, .rights = rights };
	int result = nxia_call(session, NXIA_IOC_SCOPE_CREATE, &a);

	*handle = a.handle;
	return result;
}

static inline int nxia_watch(int session, __u64 handle)
{
	struct nxia_watch a = { .handle = handle };

	return nxia_call(session, NXIA_IOC_WATCH, &a);
}

static inline int nxia_event(int session, struct nxia_event *a)
{
	*a = (struct nxia_event){};
	return nxia_call(session, NXIA_IOC_EVENT, a);
}

static inline int nxia_enter(int session, const char *domain)
{
	struct nxia_enter a = {};

	strncpy(a.domain, domain, sizeof(a.domain) - 1);
	return nxia_call(session, NXIA_IOC_ENTER, &a);
}

static inline int nxia_notify(int fd)
{
	return nxia_call(fd, NXIA_IOC_NOTIFY, NULL);
}

static inline int nxia_shutdown(int fd)
{
	return nxia_call(fd, NXIA_IOC_SHUTDOWN, NULL);
}

/* These two return which of @flags are ready. */
static inline int nxia_wait(int fd, __u32 flags, __u64 timeout)
{
	struct nxia_wait a = { .flags = flags, .timeout = timeout };
	int result = nxia_call(fd, NXIA_IOC_WAIT, &a);

	return result < 0 ? result : (int)a.ready;
}

static inline int nxia_notify_wait(int fd, __u32 flags, __u64 timeout)
{
	struct nxia_wait a = { .flags = flags, .timeout = timeout };
	int result = nxia_call(fd, NXIA_IOC_NOTIFY_WAIT, &a);

	return result < 0 ? result : (int)a.ready;
}

/* What tests need again and again */

/* An endpoint with all rights. */
static inline __u64 make_endpoint(int session)
{
	__u64 handle;

	REQUIRE_OK(nxia_endpoint_create(session, 0, 64, NXIA_RIGHTS_ENDPOINT,
					&handle));
	return handle;
}

/* The registry, with all rights; skips the test if there is one already. */
static inline __u64 make_registry(int session)
{
	__u64 handle;
	int result = nxia_endpoint_create(session, NXIA_ENDPOINT_REGISTRY, 64,
					  NXIA_RIGHTS_ENDPOINT, &handle);

	if (result == -EBUSY)
		test_skip("there is a registry; run without services");
	REQUIRE_OK(result);
	return handle;
}

static inline __u64 make_child(int session, __u64 parent, __u64 rights,
			       __u64 badge)
{
	__u64 handle;

	REQUIRE_OK(nxia_derive(session, parent, rights, badge, &handle));
	return handle;
}

/* A revoked capability that descended from @parent with its rights. */
static inline __u64 make_revoked(int session, __u64 parent, __u64 rights)
{
	__u64 middle = make_child(session, parent, rights, 0);
	__u64 handle = make_child(session, middle, rights, 0);

	REQUIRE_OK(nxia_revoke(session, middle));
	REQUIRE_OK(nxia_close(session, middle));
	return handle;
}

/* Connect and accept in one session. */
static inline void make_channel(int session, __u64 endpoint, __u64 tx_size,
				__u64 rx_size, struct nxia_end *client,
				struct nxia_end *server)
{
	struct nxia_accept accepted;

	REQUIRE_OK(nxia_connect(session, endpoint, tx_size, rx_size, client));
	REQUIRE_OK(nxia_accept(session, endpoint, server, &accepted));
}

/* A client in a session of its own: through the registry of another process. */
static inline int make_client(__u64 tx_size, __u64 rx_size,
			      struct nxia_end *end)
{
	int session = nxia_session();
	__u64 registry;

	REQUIRE_OK(nxia_bootstrap(session, &registry));
	REQUIRE_OK(nxia_connect(session, registry, tx_size, rx_size, end));
	return session;
}

/* Become an unprivileged user who may open /dev/nxia. */
static inline void become_user(unsigned int uid)
{
	REQUIRE(!syscall(SYS_setresgid, uid, uid, uid));
	REQUIRE(!syscall(SYS_setresuid, uid, uid, uid));
}

#endif /* NXIA_CALL_H */
