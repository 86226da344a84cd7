// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls that there are: all of the ABI, and what else reaches the module.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <linux/nxia.h>

#include "run.h"

/* Numbers worth trying, the usual one first. */
#define CHOICES(name, ...)						\
	static const u64 name##_values[] = { __VA_ARGS__ };		\
	static const struct choices name = {				\
		name##_values, ARRAY_SIZE(name##_values)		\
	}

CHOICES(flags, 0, 1, 2, 3, ~0U);
CHOICES(zero, 0, 1, ~0U);
CHOICES(backlogs, 4, 1, 2, 1024, 0, 1025, ~0U);
CHOICES(endpoint_rights, NXIA_RIGHTS_ENDPOINT, NXIA_RIGHT_CONNECT,
	NXIA_RIGHT_READ, NXIA_RIGHTS_ENDPOINT & ~NXIA_RIGHT_READ,
	NXIA_RIGHTS_ENDPOINT & ~NXIA_RIGHT_CONNECT, NXIA_RIGHT_DERIVE,
	NXIA_RIGHT_WRITE, 0, ~0ULL);
CHOICES(rights, NXIA_RIGHTS_ENDPOINT, NXIA_RIGHT_CONNECT, NXIA_RIGHT_READ,
	NXIA_RIGHTS_REGION, NXIA_RIGHT_READ | NXIA_RIGHT_MAP,
	NXIA_RIGHTS_SCOPE, NXIA_RIGHTS_COMMON, NXIA_RIGHT_SEAL,
	NXIA_RIGHT_CONNECT | NXIA_RIGHT_TRANSFER, NXIA_RIGHT_TRANSFER,
	NXIA_RIGHT_INSPECT, 0, ~0ULL);
CHOICES(region_rights, NXIA_RIGHTS_REGION, NXIA_RIGHT_READ | NXIA_RIGHT_MAP,
	NXIA_RIGHT_WRITE, NXIA_RIGHTS_REGION & ~NXIA_RIGHT_MAP,
	NXIA_RIGHTS_REGION & ~NXIA_RIGHT_WRITE, NXIA_RIGHT_CONNECT, 0, ~0ULL);
CHOICES(scope_rights, NXIA_RIGHTS_SCOPE, NXIA_RIGHT_SEAL, NXIA_RIGHT_UNSEAL,
	NXIA_RIGHT_READ, 0, ~0ULL);
CHOICES(badges, 0, 1, 7, ~0ULL);
CHOICES(ring_sizes, 0x1000, 0x1000, 0x2000, 0x4000, 0, 0x800, 0x1001, 0x3000,
	0x1000000, 0x2000000, ~0ULL);
CHOICES(region_sizes, 0x1000, 0x3000, 0x200000, 0x201000, 0x400000, 0, 0x1001,
	1ULL << 40, ~0ULL);
CHOICES(range_offsets, 0, 0x1000, 0x2000, 0x200000, 1, ~0ULL << 12, ~0ULL);
CHOICES(range_lengths, 0, 0x1000, 0x2000, 0x200000, 1, ~0ULL << 12, ~0ULL);
CHOICES(counts, 1, 2, 3, 16, 0, 17, ~0U);
CHOICES(wait_flags, NXIA_WAIT_READ, NXIA_WAIT_WRITE,
	NXIA_WAIT_READ | NXIA_WAIT_WRITE, 0, 4, ~0U);
CHOICES(timeouts, 0, 1, 1000000, NXIA_WAIT_FOREVER, 1ULL << 63,
	NXIA_WAIT_FOREVER - 1);
CHOICES(seal_sizes, 1, 0, 4096, 65536, 65537, 131072, 200000,
	NXIA_SEAL_MAX + 1, ~0ULL);
CHOICES(sealed_sizes, 41, 40, 4136, 65576, 65593, 131128, 200104, 0, 23, 39,
	65577, ~0ULL);
CHOICES(out_sizes, 0x40000, 1, 0, 41, 40, 65576, ~0ULL);
CHOICES(ad_sizes, 0, 1, 64, 4096, 4097, ~0U);

CHOICES(open_flags, O_RDWR, O_RDONLY, O_WRONLY, O_RDWR | O_NONBLOCK);
CHOICES(requests, NXIA_IOC_NOTIFY, NXIA_IOC_SHUTDOWN, NXIA_IOC_WAIT,
	_IO(NXIA_IOC_MAGIC, 0), _IO(NXIA_IOC_MAGIC, 0x41),
	_IOWR(NXIA_IOC_MAGIC, 0x3f, struct nxia_info),
	_IOR(NXIA_IOC_MAGIC, 0x05, struct nxia_derive),
	_IOWR(NXIA_IOC_MAGIC + 1, 0x00, struct nxia_info), 0, ~0U);
CHOICES(map_lengths, 0x4000, 0x6000, 0x1000, 0x2000, 0x3000, 0xa000, 0x200000,
	0x201000, 0, 1, 1 << 28);
CHOICES(map_offsets, NXIA_MMAP_OWN, NXIA_MMAP_PEER, 0x1000, 0x200000,
	NXIA_MMAP_PEER + 0x1000, ~0ULL << 12);
CHOICES(protections, PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE, PROT_WRITE,
	PROT_READ | PROT_EXEC);
CHOICES(map_flags, MAP_SHARED, MAP_PRIVATE, MAP_SHARED | MAP_POPULATE,
	MAP_SHARED | MAP_LOCKED);
CHOICES(pages, 0, 1, 2, 3, 4, 512, 513);
CHOICES(page_counts, 1, 4, 6, 16, 600);
/* index and want of the producer page and the consumer page, and data */
CHOICES(places, 0, 64, 0x1000, 0x1040, 0x2000, 0x1ff8, 0x200000);
CHOICES(words, 0, 1, 2, 16, 0x1000, 0x1001, 0x2000, 1ULL << 63, ~0ULL);
CHOICES(advices, MADV_DOFORK, MADV_DONTNEED, MADV_DODUMP, MADV_REMOVE,
	MADV_HUGEPAGE, MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_COLLAPSE);
CHOICES(poll_events, POLLIN, POLLOUT, POLLIN | POLLOUT, 0, POLLRDNORM,
	POLLWRNORM | POLLRDHUP, ~0U);
CHOICES(milliseconds, 0, 1, 10);
CHOICES(epoll_operations, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL);
CHOICES(epoll_events, EPOLLIN | EPOLLOUT, EPOLLIN, EPOLLOUT,
	EPOLLIN | EPOLLET, EPOLLIN | EPOLLOUT | EPOLLONESHOT, 0);
CHOICES(lives, LIFE_EXIT, LIFE_STAY, LIFE_RUN, LIFE_EXEC);
/* Not POLICY_SEAL: after it there would be no other policy until the next boot. */
CHOICES(commands, NXIA_CMD_STATUS, NXIA_CMD_SESSION, NXIA_CMD_CAP,
	NXIA_CMD_REVOKE, NXIA_CMD_POLICY_LOAD, NXIA_CMD_POLICY_GET,
	NXIA_CMD_AUDIT_GET, NXIA_CMD_AUDIT, NXIA_CMD_UNSPEC, NXIA_CMD_MAX + 1,
	255);
CHOICES(tag_counts, 0, 1, 2, 64, 65);
CHOICES(domain_counts, 0, 1, 2, 3, 16, 64);
/* A flaw times 4, and of a domain, tag, sink or service. */
CHOICES(flaws, FLAW_NONE, 0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14, 16, 20, 23, 24,
	28, 31);
/* The first bytes of a name: "", "d1", "d2", what is none. */
CHOICES(domain_names, 0, 0x3164, 0x3264, ~0ULL);
CHOICES(netlink_flags, NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP | NLM_F_ACK, 0);
CHOICES(shapes, SHAPE_BOTH, SHAPE_NONE, SHAPE_SESSION, SHAPE_HANDLE,
	SHAPE_CUT, SHAPE_UNREAD);
CHOICES(limit_names, 0, 1, 2, 3, 4);
CHOICES(limit_values, 0, 1, 2, 3, 5, 8, 1ULL << 63, ~0ULL);
CHOICES(descriptor_limits, 0, 8, 16, 24);
CHOICES(users, 1000, 1001, 0);
CHOICES(key_sizes, NXIA_SCOPE_KEY_SIZE, 16, 33, 1);
CHOICES(key_kinds, KEY_SCOPE, KEY_USER, KEY_OTHER_NAME, KEY_REVOKED,
	KEY_NO_SEARCH);
CHOICES(labels, 0, 1, 2, 3, ~0ULL);
CHOICES(families, AF_INET, AF_UNIX, AF_VSOCK);
CHOICES(uring_polls, POLLIN, POLLOUT, POLLIN | POLLOUT, POLLRDHUP, 0);
CHOICES(uring_requests, NXIA_IOC_NOTIFY, NXIA_IOC_WAIT, NXIA_IOC_NOTIFY_WAIT,
	NXIA_IOC_SHUTDOWN, NXIA_IOC_INFO, 0);
CHOICES(uring_flags, 0, URING_ASYNC, URING_CANCEL, URING_ASYNC | URING_CANCEL,
	URING_LEAVE);

/* A field of the argument of an ioctl. */
#define AT(struct_name, member)						\
	.offset = offsetof(struct struct_name, member),			\
	.size = sizeof(((struct struct_name *)0)->member)
#define IN(struct_name, member, what)					\
	{ .name = #member, .kind = what, AT(struct_name, member) }
#define OUT(struct_name, member, what)					\
	{ .name = #member, .kind = what, .out = true, AT(struct_name, member) }
#define NUM(struct_name, member, list)					\
	{ .name = #member, .choices = &list, AT(struct_name, member) }

/* A field of entry i of an array of struct nxia_transfer_cap. */
#define AT_CAP(i, member)						\
	.array = true,							\
	.offset = (i) * sizeof(struct nxia_transfer_cap) +		\
		  offsetof(struct nxia_transfer_cap, member),		\
	.size = sizeof(u64)
#define SEND_CAP(i)							\
	{ .name = "handle" #i, .kind = ANY_HANDLE, AT_CAP(i, handle) },	\
	{ .name = "rights" #i, .choices = &rights, AT_CAP(i, rights) },	\
	{ .name = "badge" #i, .choices = &badges, AT_CAP(i, badge) }
#define RECEIVE_CAP(i, what)						\
	{ .name = "handle" #i, .kind = what, .out = true, AT_CAP(i, handle) }

/* Fields of other calls, and the file that an ioctl is on. */
#define USES(label, what)	{ .name = label, .kind = what }
#define MAKES(label, what)	{ .name = label, .kind = what, .out = true }
#define TAKES(label, list)	{ .name = label, .choices = &list }

#define IOCTL(label, number, often)					\
	.name = label, .run = run_ioctl, .request = number, .weight = often
#define OTHER(label, function, often)					\
	.name = label, .run = function, .weight = often

const struct description descriptions[] = {
	{
		OTHER("open", run_open, 6),
		.fields = { MAKES("file", SESSION), TAKES("flags", open_flags) },
	}, {
		IOCTL("info", NXIA_IOC_INFO, 1),
		.fields = { USES("file", SESSION) },
	}, {
		IOCTL("bootstrap", NXIA_IOC_BOOTSTRAP, 4),
		.fields = {
			USES("file", SESSION),
			NUM(nxia_bootstrap, flags, zero),
			NUM(nxia_bootstrap, reserved, zero),
			OUT(nxia_bootstrap, handle, ENDPOINT),
		},
	}, {
		IOCTL("endpoint_create", NXIA_IOC_ENDPOINT_CREATE, 6),
		.fields = {
			USES("file", SESSION),
			NUM(nxia_endpoint_create, flags, flags),
			NUM(nxia_endpoint_create, backlog, backlogs),
			NUM(nxia_endpoint_create, rights, endpoint_rights),
			OUT(nxia_endpoint_create, handle, ENDPOINT),
		},
	}, {
		IOCTL("connect", NXIA_IOC_CONNECT, 10),
		.fields = {
			USES("file", SESSION),
			IN(nxia_connect, endpoint, ENDPOINT),
			NUM(nxia_connect, flags, zero),
			OUT(nxia_connect, fd, CHANNEL_FILE),
			NUM(nxia_connect, tx_size, ring_sizes),
			NUM(nxia_connect, rx_size, ring_sizes),
			OUT(nxia_connect, handle, CHANNEL),
		},
	}, {
		IOCTL("accept", NXIA_IOC_ACCEPT, 10),
		.fields = {
			USES("file", SESSION),
			IN(nxia_accept, endpoint, ENDPOINT),
			NUM(nxia_accept, flags, zero),
			OUT(nxia_accept, fd, CHANNEL_FILE),
			OUT(nxia_accept, handle, CHANNEL),
			NUM(nxia_accept, reserved, zero),
		},
	}, {
		IOCTL("derive", NXIA_IOC_DERIVE, 8),
		.old_size = offsetof(struct nxia_derive, offset),
		.fields = {
			USES("file", SESSION),
			IN(nxia_derive, parent, ANY_HANDLE),
			NUM(nxia_derive, rights, rights),
			NUM(nxia_derive, badge, badges),
			NUM(nxia_derive, flags, zero),
			NUM(nxia_derive, reserved, zero),
			OUT(nxia_derive, handle, ENDPOINT),
			NUM(nxia_derive, offset, range_offsets),
			NUM(nxia_derive, length, range_lengths),
		},
	}, {
		IOCTL("derive_region", NXIA_IOC_DERIVE, 3),
		.fields = {
			USES("file", SESSION),
			IN(nxia_derive, parent, REGION),
			NUM(nxia_derive, rights, region_rights),
			NUM(nxia_derive, badge, badges),
			OUT(nxia_derive, handle, REGION),
			NUM(nxia_derive, offset, range_offsets),
			NUM(nxia_derive, length, range_lengths),
		},
	}, {
		IOCTL("transfer", NXIA_IOC_TRANSFER, 10),
		.array_offset = offsetof(struct nxia_transfer, caps),
		.fields = {
			USES("file", SESSION),
			IN(nxia_transfer, channel, CHANNEL),
			NUM(nxia_transfer, count, counts),
			NUM(nxia_transfer, flags, zero),
			SEND_CAP(0), SEND_CAP(1), SEND_CAP(2),
		},
	}, {
		IOCTL("receive", NXIA_IOC_RECEIVE, 10),
		.array_offset = offsetof(struct nxia_receive, caps),
		.fields = {
			USES("file", SESSION),
			IN(nxia_receive, channel, CHANNEL),
			NUM(nxia_receive, count, counts),
			NUM(nxia_receive, flags, zero),
			RECEIVE_CAP(0, ENDPOINT), RECEIVE_CAP(1, REGION),
			RECEIVE_CAP(2, ENDPOINT),
		},
	}, {
		IOCTL("revoke", NXIA_IOC_REVOKE, 5),
		.fields = {
			USES("file", SESSION),
			IN(nxia_revoke, handle, ANY_HANDLE),
			NUM(nxia_revoke, flags, zero),
			NUM(nxia_revoke, reserved, zero),
		},
	}, {
		IOCTL("close_handle", NXIA_IOC_CLOSE, 6),
		.fields = {
			USES("file", SESSION),
			IN(nxia_close, handle, ANY_HANDLE),
			NUM(nxia_close, flags, zero),
			NUM(nxia_close, reserved, zero),
		},
	}, {
		IOCTL("query", NXIA_IOC_QUERY, 2),
		.old_size = offsetof(struct nxia_query, offset),
		.fields = {
			USES("file", SESSION),
			IN(nxia_query, handle, ANY_HANDLE),
			NUM(nxia_query, flags, zero),
		},
	}, {
		IOCTL("fd", NXIA_IOC_FD, 4),
		.fields = {
			USES("file", SESSION),
			IN(nxia_fd, handle, ANY_HANDLE),
			NUM(nxia_fd, flags, zero),
			OUT(nxia_fd, fd, ENDPOINT_FILE),
		},
	}, {
		IOCTL("fd_region", NXIA_IOC_FD, 4),
		.fields = {
			USES("file", SESSION),
			IN(nxia_fd, handle, REGION),
			OUT(nxia_fd, fd, REGION_FILE),
		},
	}, {
		IOCTL("handle", NXIA_IOC_HANDLE, 2),
		.fields = {
			USES("file", SESSION),
			IN(nxia_handle, fd, ANY_FILE),
			NUM(nxia_handle, flags, zero),
			OUT(nxia_handle, handle, CHANNEL),
		},
	}, {
		IOCTL("region_create", NXIA_IOC_REGION_CREATE, 5),
		.fields = {
			USES("file", SESSION),
			NUM(nxia_region_create, size, region_sizes),
			NUM(nxia_region_create, rights, region_rights),
			NUM(nxia_region_create, flags, zero),
			NUM(nxia_region_create, reserved, zero),
			OUT(nxia_region_create, handle, REGION),
		},
	}, {
		IOCTL("freeze", NXIA_IOC_FREEZE, 4),
		.fields = {
			USES("file", SESSION),
			IN(nxia_freeze, handle, REGION),
			NUM(nxia_freeze, flags, zero),
			NUM(nxia_freeze, reserved, zero),
		},
	}, {
		IOCTL("import", NXIA_IOC_IMPORT, 5),
		.fields = {
			USES("file", SESSION),
			IN(nxia_import, fd, ANY_FILE),
			NUM(nxia_import, flags, zero),
			NUM(nxia_import, rights, rights),
			OUT(nxia_import, handle, ENDPOINT),
		},
	}, {
		IOCTL("scope_create", NXIA_IOC_SCOPE_CREATE, 4),
		.fields = {
			USES("file", SESSION),
			IN(nxia_scope_create, key, KEY),
			NUM(nxia_scope_create, flags, zero),
			NUM(nxia_scope_create, rights, scope_rights),
			OUT(nxia_scope_create, handle, SCOPE),
		},
	}, {
		IOCTL("seal", NXIA_IOC_SEAL, 5),
		.fields = {
			USES("file", SESSION),
			IN(nxia_seal, scope, SCOPE),
			NUM(nxia_seal, flags, zero),
			NUM(nxia_seal, ad_size, ad_sizes),
			IN(nxia_seal, ad, BUFFER),
			IN(nxia_seal, in, BUFFER),
			NUM(nxia_seal, in_size, seal_sizes),
			IN(nxia_seal, out, BUFFER),
			NUM(nxia_seal, out_size, out_sizes),
		},
	}, {
		IOCTL("unseal", NXIA_IOC_UNSEAL, 5),
		.fields = {
			USES("file", SESSION),
			IN(nxia_seal, scope, SCOPE),
			NUM(nxia_seal, flags, zero),
			NUM(nxia_seal, ad_size, ad_sizes),
			IN(nxia_seal, ad, BUFFER),
			IN(nxia_seal, in, BUFFER),
			NUM(nxia_seal, in_size, sealed_sizes),
			IN(nxia_seal, out, BUFFER),
			NUM(nxia_seal, out_size, out_sizes),
		},
	}, {
		IOCTL("watch", NXIA_IOC_WATCH, 4),
		.fields = {
			USES("file", SESSION),
			IN(nxia_watch, handle, ANY_HANDLE),
			NUM(nxia_watch, flags, zero),
			NUM(nxia_watch, reserved, zero),
		},
	}, {
		IOCTL("event", NXIA_IOC_EVENT, 3),
		.fields = {
			USES("file", SESSION),
			NUM(nxia_event, flags, zero),
		},
	}, {
		IOCTL("enter", NXIA_IOC_ENTER, 2),
		.fields = {
			USES("file", SESSION),
			NUM(nxia_enter, flags, zero),
			NUM(nxia_enter, reserved, zero),
			{ .name = "domain", .choices = &domain_names,
			  .offset = offsetof(struct nxia_enter, domain),
			  .size = sizeof(u64) },
		},
	}, {
		IOCTL("notify", NXIA_IOC_NOTIFY, 4),
		.fields = { USES("file", CHANNEL_FILE) },
	}, {
		IOCTL("wait", NXIA_IOC_WAIT, 6),
		.fields = {
			USES("file", CHANNEL_FILE),
			NUM(nxia_wait, flags, wait_flags),
			NUM(nxia_wait, timeout, timeouts),
		},
	}, {
		IOCTL("notify_wait", NXIA_IOC_NOTIFY_WAIT, 4),
		.fields = {
			USES("file", CHANNEL_FILE),
			NUM(nxia_wait, flags, wait_flags),
			NUM(nxia_wait, timeout, timeouts),
		},
	}, {
		IOCTL("shutdown", NXIA_IOC_SHUTDOWN, 3),
		.fields = { USES("file", CHANNEL_FILE) },
	}, {
		OTHER("ioctl", run_request, 2),
		.fields = {
			USES("file", ANY_FILE), TAKES("request", requests),
		},
	}, {
		OTHER("close", run_close, 5),
		.fields = { USES("file", ANY_FILE) },
	}, {
		OTHER("dup", run_dup, 2),
		.fields = { USES("file", SESSION), MAKES("to", SESSION) },
	}, {
		OTHER("mmap", run_mmap, 8),
		.fields = {
			USES("file", CHANNEL_FILE), MAKES("map", MAP),
			TAKES("length", map_lengths),
			TAKES("protection", protections),
			TAKES("flags", map_flags),
			TAKES("offset", map_offsets),
		},
	}, {
		OTHER("mmap_region", run_mmap, 4),
		.fields = {
			USES("file", REGION_FILE), MAKES("map", MAP),
			TAKES("length", map_lengths),
			TAKES("protection", protections),
			TAKES("flags", map_flags),
			TAKES("offset", map_offsets),
		},
	}, {
		OTHER("munmap", run_munmap, 2),
		.fields = { USES("map", MAP), TAKES("length", map_lengths) },
	}, {
		OTHER("mprotect", run_mprotect, 2),
		.fields = {
			USES("map", MAP), TAKES("length", map_lengths),
			TAKES("protection", protections),
		},
	}, {
		OTHER("mremap", run_mremap, 1),
		.fields = {
			USES("map", MAP), TAKES("old", map_lengths),
			TAKES("new", map_lengths),
		},
	}, {
		OTHER("madvise", run_madvise, 1),
		.fields = {
			USES("map", MAP), TAKES("length", map_lengths),
			TAKES("advice", advices),
		},
	}, {
		OTHER("load", run_load, 5),
		.fields = {
			USES("map", MAP), TAKES("page", pages),
			TAKES("count", page_counts),
		},
	}, {
		OTHER("store", run_store, 8),
		.fields = {
			USES("map", MAP), TAKES("place", places),
			TAKES("value", words),
		},
	}, {
		OTHER("write_memory", run_write_memory, 1),
		.fields = {
			USES("map", MAP), TAKES("place", places),
			TAKES("value", words),
		},
	}, {
		OTHER("poll", run_poll, 4),
		.fields = {
			USES("file", ANY_FILE), TAKES("events", poll_events),
			TAKES("timeout", milliseconds),
		},
	}, {
		OTHER("epoll_create", run_epoll_create, 2),
		.fields = { MAKES("file", EPOLL) },
	}, {
		OTHER("epoll_ctl", run_epoll_ctl, 3),
		.fields = {
			USES("file", EPOLL), TAKES("operation", epoll_operations),
			USES("of", ANY_FILE), TAKES("events", epoll_events),
		},
	}, {
		OTHER("epoll_wait", run_epoll_wait, 2),
		.fields = { USES("file", EPOLL), TAKES("timeout", milliseconds) },
	}, {
		OTHER("uring_poll", run_uring_poll, 1),
		.fields = {
			USES("file", ANY_FILE), TAKES("events", uring_polls),
			TAKES("how", uring_flags),
		},
	}, {
		OTHER("uring_cmd", run_uring_cmd, 3),
		.fields = {
			USES("file", CHANNEL_FILE),
			TAKES("request", uring_requests),
			TAKES("flags", wait_flags), TAKES("timeout", timeouts),
			TAKES("how", uring_flags),
		},
	}, {
		OTHER("send_file", run_send_file, 2),
		.fields = { USES("file", ANY_FILE) },
	}, {
		OTHER("receive_file", run_receive_file, 2),
		.fields = { MAKES("file", CHANNEL_FILE) },
	}, {
		OTHER("fork", run_fork, 2),
		.fields = { TAKES("life", lives) },
	}, {
		OTHER("kill", run_kill, 1),
		.fields = { },
	}, {
		OTHER("netlink", run_netlink, 6),
		.fields = {
			TAKES("command", commands), TAKES("flags", netlink_flags),
			USES("session", SESSION), USES("handle", ANY_HANDLE),
			TAKES("shape", shapes),
		},
	}, {
		OTHER("policy", run_policy, 3),
		.fields = {
			TAKES("tags", tag_counts), TAKES("domains", domain_counts),
			TAKES("label", labels), TAKES("may_drop", labels),
			TAKES("flaw", flaws),
		},
	}, {
		OTHER("limit", run_limit, 2),
		.fields = {
			TAKES("which", limit_names), TAKES("value", limit_values),
		},
	}, {
		OTHER("descriptor_limit", run_descriptor_limit, 1),
		.fields = { TAKES("value", descriptor_limits) },
	}, {
		OTHER("user", run_user, 1),
		.fields = { TAKES("id", users) },
	}, {
		OTHER("add_key", run_add_key, 3),
		.fields = {
			MAKES("key", KEY), TAKES("sort", key_kinds),
			TAKES("size", key_sizes),
		},
	}, {
		OTHER("label", run_label, 1),
		.fields = { TAKES("label", labels), TAKES("may_drop", labels) },
	}, {
		OTHER("trace", run_trace, 1),
		.fields = { },
	}, {
		OTHER("socket", run_socket, 1),
		.fields = { TAKES("family", families) },
	}, {
		OTHER("unload", run_unload, 1),
		.fields = { },
	},
};

const unsigned int descriptions_count = ARRAY_SIZE(descriptions);
