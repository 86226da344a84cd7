// SPDX-License-Identifier: GPL-2.0-only
/* The generic netlink family: what the administrator sees and may do. */
#include <linux/capability.h>
#include <sched.h>

#include "nxia_genl.h"
#include "nxia_main.h"
#include "nxia_ring.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

/* Requests */

static int request_plain(struct genl *genl, __u8 command, __u16 flags,
			 genl_each *each, void *context)
{
	struct genl_request request;

	genl_begin(&request, genl->family, command, flags);
	return genl_talk(genl->socket, &request, each, context);
}

static int request_status(struct genl *genl, struct genl_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	return request_plain(genl, NXIA_CMD_STATUS, NLM_F_ACK, genl_see_reply,
			     reply);
}

static int request_revoke(struct genl *genl, __u32 session, __u64 handle,
			  __u64 *count)
{
	struct genl_request request;
	struct genl_reply reply = {};
	int result;

	genl_begin(&request, genl->family, NXIA_CMD_REVOKE, NLM_F_ACK);
	genl_add(&request, NXIA_ATTR_SESSION, &session, sizeof(session));
	genl_add(&request, NXIA_ATTR_HANDLE, &handle, sizeof(handle));
	result = genl_talk(genl->socket, &request, genl_see_reply, &reply);
	*count = result > 0 ? genl_u64(&reply, NXIA_ATTR_REVOKED_COUNT) : 0;
	return result;
}

/* What a dump of capabilities has of one handle, copied. */
struct cap_seen {
	__u32 session;
	__u64 handle;
	int seen, others;
	__u32 type;
	__u64 rights, badge, object;
	bool has_parent;
	__u32 parent_session;
	__u64 parent_handle;
	bool revoked;
};

static void see_cap(const struct nlmsghdr *header, void *context)
{
	struct cap_seen *cap = context;
	struct genl_reply reply;

	genl_see_reply(header, &reply);
	if (genl_u32(&reply, NXIA_ATTR_SESSION) != cap->session) {
		cap->others++;
		return;
	}
	if (genl_u64(&reply, NXIA_ATTR_HANDLE) != cap->handle)
		return;
	cap->seen++;
	cap->type = genl_u32(&reply, NXIA_ATTR_TYPE);
	cap->rights = genl_u64(&reply, NXIA_ATTR_RIGHTS);
	cap->badge = genl_u64(&reply, NXIA_ATTR_BADGE);
	cap->object = genl_u64(&reply, NXIA_ATTR_OBJECT);
	cap->has_parent = genl_has(&reply, NXIA_ATTR_PARENT_HANDLE);
	EXPECT_EQ(genl_has(&reply, NXIA_ATTR_PARENT_SESSION), cap->has_parent);
	if (cap->has_parent) {
		cap->parent_session = genl_u32(&reply,
					       NXIA_ATTR_PARENT_SESSION);
		cap->parent_handle = genl_u64(&reply, NXIA_ATTR_PARENT_HANDLE);
	}
	cap->revoked = genl_has(&reply, NXIA_ATTR_REVOKED);
}

/* Dump the capabilities of @only (0: all), looking for one handle. */
static int dump_caps(struct genl *genl, __u32 only, __u32 session,
		     __u64 handle, struct cap_seen *cap)
{
	struct genl_request request;

	*cap = (struct cap_seen){ .session = session, .handle = handle };
	genl_begin(&request, genl->family, NXIA_CMD_CAP, NLM_F_DUMP);
	if (only)
		genl_add(&request, NXIA_ATTR_SESSION, &only, sizeof(only));
	return genl_talk(genl->socket, &request, see_cap, cap);
}

struct session_seen {
	__u32 session;
	int seen;
	__u32 pid, uid;
	__u64 caps;
	char comm[32];
};

static void see_session(const struct nlmsghdr *header, void *context)
{
	struct session_seen *seen = context;
	struct genl_reply reply;

	genl_see_reply(header, &reply);
	if (genl_u32(&reply, NXIA_ATTR_SESSION) != seen->session)
		return;
	seen->seen++;
	seen->pid = genl_u32(&reply, NXIA_ATTR_PID);
	seen->uid = genl_u32(&reply, NXIA_ATTR_UID);
	seen->caps = genl_u64(&reply, NXIA_ATTR_CAPS);
	snprintf(seen->comm, sizeof(seen->comm), "%s",
		 genl_string(&reply, NXIA_ATTR_COMM));
}

/* STATUS */

TEST(status, "CMD_STATUS: tells the totals")
{
	int session = nxia_session();
	struct nxia_info info;
	struct genl_reply reply;
	struct genl genl;
	__u64 sessions, caps, objects;

	genl_open(&genl);
	EXPECT_EQ(request_status(&genl, &reply), 1);
	info = nxia_info(session);
	EXPECT_EQ(genl_u32(&reply, NXIA_ATTR_ABI_VERSION), info.abi_version);
	EXPECT_EQ(genl_u32(&reply, NXIA_ATTR_FLAGS), info.flags);
	sessions = genl_u64(&reply, NXIA_ATTR_SESSIONS);
	caps = genl_u64(&reply, NXIA_ATTR_CAPS);
	objects = genl_u64(&reply, NXIA_ATTR_OBJECTS);
	EXPECT(caps >= info.caps);
	EXPECT(genl_u64(&reply, NXIA_ATTR_PAGES) >= info.pages);
	make_endpoint(nxia_session());
	EXPECT_EQ(request_status(&genl, &reply), 1);
	EXPECT_EQ(genl_u64(&reply, NXIA_ATTR_SESSIONS), sessions + 1);
	EXPECT_EQ(genl_u64(&reply, NXIA_ATTR_CAPS), caps + 1);
	EXPECT_EQ(genl_u64(&reply, NXIA_ATTR_OBJECTS), objects + 1);
}

TEST(status_users, "CMD_STATUS: counts what all users have")
{
	struct genl_reply reply;
	struct gate done;
	struct genl genl;
	__u64 caps;
	pid_t child;

	gate_init(&done);
	genl_open(&genl);
	EXPECT_EQ(request_status(&genl, &reply), 1);
	caps = genl_u64(&reply, NXIA_ATTR_CAPS);
	child = child_start();
	if (!child) {
		become_user(1000);
		make_endpoint(nxia_session());
		gate_open(&done);
		pause();
	}
	gate_pass(&done);
	EXPECT_EQ(request_status(&genl, &reply), 1);
	EXPECT_EQ(genl_u64(&reply, NXIA_ATTR_CAPS), caps + 1);
	child_kill(child);
	EXPECT_EQ(request_status(&genl, &reply), 1);
	EXPECT_EQ(genl_u64(&reply, NXIA_ATTR_CAPS), caps);
}

TEST(status_anyone, "CMD_STATUS: anyone may ask")
{
	struct genl_reply reply;
	struct genl genl;

	become_user(1000);
	genl_open(&genl);
	EXPECT_EQ(request_status(&genl, &reply), 1);
}

/* SESSION */

TEST(sessions, "CMD_SESSION: tells who opened each session")
{
	int session = nxia_session();
	struct session_seen seen = { .session = nxia_info(session).session };
	struct genl genl;

	make_endpoint(session);
	make_endpoint(session);
	genl_open(&genl);
	EXPECT_OK(request_plain(&genl, NXIA_CMD_SESSION, NLM_F_DUMP,
				see_session, &seen));
	EXPECT_EQ(seen.seen, 1);
	EXPECT_EQ(seen.pid, getpid());
	EXPECT_EQ(seen.uid, 0);
	EXPECT_EQ(seen.caps, 2);
	EXPECT(!strcmp(seen.comm, program_invocation_short_name));
}

TEST(sessions_opener, "CMD_SESSION: tells process and user as they opened it")
{
	struct session_seen seen = {};
	struct gate number;
	struct genl genl;
	pid_t child;

	gate_init(&number);
	child = child_start();
	if (!child) {
		become_user(1000);
		prctl(PR_SET_NAME, "the-opener");
		gate_put(&number, nxia_info(nxia_session()).session);
		pause();
	}
	seen.session = gate_get(&number);
	genl_open(&genl);
	EXPECT_OK(request_plain(&genl, NXIA_CMD_SESSION, NLM_F_DUMP,
				see_session, &seen));
	EXPECT_EQ(seen.seen, 1);
	EXPECT_EQ(seen.pid, child);
	EXPECT_EQ(seen.uid, 1000);
	EXPECT(!strcmp(seen.comm, "the-opener"));
	child_kill(child);
	seen.seen = 0;
	EXPECT_OK(request_plain(&genl, NXIA_CMD_SESSION, NLM_F_DUMP,
				see_session, &seen));
	EXPECT_EQ(seen.seen, 0);
}

TEST(sessions_many, "CMD_SESSION: a dump of 300 sessions has each once")
{
	int sessions[300];
	struct session_seen seen = {};
	struct genl genl;

	genl_open(&genl);
	for (int i = 0; i < 300; i++)
		sessions[i] = nxia_session();
	for (int i = 0; i < 300; i += 23) {
		seen = (struct session_seen){
			.session = nxia_info(sessions[i]).session };
		EXPECT(request_plain(&genl, NXIA_CMD_SESSION, NLM_F_DUMP,
				     see_session, &seen) >= 300);
		EXPECT_EQ(seen.seen, 1);
	}
}

/* CAP */

TEST(caps, "CMD_CAP: tells all about a capability")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session);
	__u64 child = make_child(session, endpoint, NXIA_RIGHT_CONNECT, 5);
	struct nxia_query query;
	struct cap_seen cap;
	struct genl genl;

	genl_open(&genl);
	REQUIRE_OK(nxia_query(session, endpoint, &query));
	EXPECT_EQ(dump_caps(&genl, number, number, endpoint, &cap), 2);
	EXPECT_EQ(cap.seen, 1);
	EXPECT_EQ(cap.others, 0);
	EXPECT_EQ(cap.type, NXIA_TYPE_ENDPOINT);
	EXPECT_EQ(cap.rights, ALL);
	EXPECT_EQ(cap.badge, 0);
	EXPECT_EQ(cap.object, query.object);
	EXPECT(!cap.has_parent);
	EXPECT(!cap.revoked);
	EXPECT_EQ(dump_caps(&genl, number, number, child, &cap), 2);
	EXPECT_EQ(cap.rights, NXIA_RIGHT_CONNECT);
	EXPECT_EQ(cap.badge, 5);
	EXPECT(cap.has_parent);
	EXPECT_EQ(cap.parent_session, number);
	EXPECT_EQ(cap.parent_handle, endpoint);
}

TEST(caps_revoked, "CMD_CAP: a revoked capability is told as such")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session);
	__u64 dead = make_revoked(session, endpoint, ALL);
	struct cap_seen cap;
	struct genl genl;

	genl_open(&genl);
	EXPECT_EQ(dump_caps(&genl, number, number, dead, &cap), 2);
	EXPECT_EQ(cap.seen, 1);
	EXPECT(cap.revoked);
}

TEST(caps_across, "CMD_CAP: tells the parent in another session")
{
	int server = nxia_session(), client = nxia_session();
	__u64 registry = make_registry(server), handle;
	__u32 number = nxia_info(client).session;
	struct cap_seen cap;
	struct genl genl;

	genl_open(&genl);
	REQUIRE_OK(nxia_bootstrap(client, &handle));
	EXPECT_OK(dump_caps(&genl, 0, number, handle, &cap));
	EXPECT_EQ(cap.seen, 1);
	EXPECT(cap.others >= 1);
	EXPECT(cap.has_parent);
	EXPECT_EQ(cap.parent_session, nxia_info(server).session);
	EXPECT_EQ(cap.parent_handle, registry);
}

TEST(caps_channel, "CMD_CAP: tells of channel ends")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session);
	struct nxia_end client, server;
	struct cap_seen cap;
	struct genl genl;

	genl_open(&genl);
	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	EXPECT_EQ(dump_caps(&genl, number, number, server.handle, &cap), 3);
	EXPECT_EQ(cap.type, NXIA_TYPE_CHANNEL);
	EXPECT_EQ(cap.rights, NXIA_RIGHTS_CHANNEL);
	EXPECT_EQ(cap.parent_handle, endpoint);
}

TEST(caps_many, "CMD_CAP: a dump of 2000 has each once")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session), handles[2000];
	struct cap_seen cap;
	struct genl genl;

	genl_open(&genl);
	for (int i = 0; i < 2000; i++)
		handles[i] = make_child(session, endpoint, ALL, 0);
	for (int i = 0; i < 2000; i += 499) {
		EXPECT_EQ(dump_caps(&genl, number, number, handles[i], &cap),
			  2001);
		EXPECT_EQ(cap.seen, 1);
	}
}

TEST(caps_moving, "CMD_CAP: what stays is told once while the rest changes")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session), kept = 0;
	struct cap_seen cap;
	struct genl genl;
	pid_t child;

	genl_open(&genl);
	for (int i = 0; i < 500; i++)
		kept = make_child(session, endpoint, ALL, 0);
	child = child_start();
	if (!child) {
		for (;;)
			nxia_close(session, make_child(session, endpoint, ALL,
						       0));
	}
	for (int i = 0; i < 30; i++) {
		EXPECT_OK(dump_caps(&genl, i % 2 ? number : 0, number, kept,
				    &cap));
		EXPECT_EQ(cap.seen, 1);
	}
	child_kill(child);
}

TEST(caps_no_session, "CMD_CAP: ESRCH for no such session")
{
	struct cap_seen cap;
	struct genl genl;

	genl_open(&genl);
	EXPECT_ERR(dump_caps(&genl, ~0U, 1, 1, &cap), ESRCH);
}

/* REVOKE */

TEST(revoke_tree, "CMD_REVOKE: destroys the capability and its descendants")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session), count;
	__u64 child = make_child(session, endpoint, ALL, 0);
	__u64 sibling = make_child(session, endpoint, ALL, 0);
	struct nxia_end client, server;
	struct nxia_query query;
	struct genl genl;

	genl_open(&genl);
	make_channel(session, child, page_size(), page_size(), &client,
		     &server);
	EXPECT_EQ(request_revoke(&genl, number, child, &count), 1);
	EXPECT_EQ(count, 3);
	EXPECT_ERR(nxia_query(session, child, &query), EKEYREVOKED);
	EXPECT_ERR(nxia_notify(client.fd), EKEYREVOKED);
	EXPECT_OK(nxia_query(session, endpoint, &query));
	EXPECT_OK(nxia_query(session, sibling, &query));
}

TEST(revoke_first, "CMD_REVOKE: works on the first capability of an endpoint")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), count;
	struct nxia_query query;
	struct genl genl;

	genl_open(&genl);
	EXPECT_EQ(request_revoke(&genl, nxia_info(session).session, endpoint,
				 &count), 1);
	EXPECT_EQ(count, 1);
	EXPECT_ERR(nxia_query(session, endpoint, &query), EKEYREVOKED);
	EXPECT_OK(nxia_close(session, endpoint));
}

TEST(revoke_registry, "CMD_REVOKE: of the registry's capability ends it")
{
	int session = nxia_session();
	__u64 registry = make_registry(session), count, handle;
	struct genl genl;

	genl_open(&genl);
	EXPECT_EQ(request_revoke(&genl, nxia_info(session).session, registry,
				 &count), 1);
	EXPECT_ERR(nxia_bootstrap(session, &handle), ENXIO);
	make_registry(session);
	EXPECT_OK(nxia_bootstrap(session, &handle));
}

TEST(revoke_one_end, "CMD_REVOKE: of one channel end leaves the other")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), count;
	struct nxia_end client, server;
	struct ring ring;
	struct genl genl;

	genl_open(&genl);
	make_channel(session, endpoint, page_size(), page_size(), &client,
		     &server);
	ring_map(&ring, &client);
	EXPECT_EQ(request_revoke(&genl, nxia_info(session).session,
				 client.handle, &count), 1);
	EXPECT_EQ(count, 1);
	EXPECT_EQ(probe(ring.own, false), SIGBUS);
	EXPECT_ERR(nxia_wait(client.fd, NXIA_WAIT_READ, 0), EKEYREVOKED);
	EXPECT_ERR(nxia_wait(server.fd, NXIA_WAIT_READ, 0), EPIPE);
}

TEST(revoke_no_session, "CMD_REVOKE: ESRCH for no such session")
{
	struct genl genl;
	__u64 count;

	genl_open(&genl);
	EXPECT_ERR(request_revoke(&genl, ~0U, 1, &count), ESRCH);
}

TEST(revoke_no_handle, "CMD_REVOKE: EBADF for no such handle")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session), count;
	struct genl genl;

	genl_open(&genl);
	EXPECT_ERR(request_revoke(&genl, number, 0, &count), EBADF);
	EXPECT_ERR(request_revoke(&genl, number, ~0ULL, &count), EBADF);
	EXPECT_OK(nxia_close(session, endpoint));
	EXPECT_ERR(request_revoke(&genl, number, endpoint, &count), EBADF);
}

TEST(revoke_twice, "CMD_REVOKE: EKEYREVOKED for what was revoked before")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 dead = make_revoked(session, make_endpoint(session), ALL), count;
	struct genl genl;

	genl_open(&genl);
	EXPECT_ERR(request_revoke(&genl, number, dead, &count), EKEYREVOKED);
}

TEST(revoke_missing, "CMD_REVOKE: EINVAL for a missing attribute")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session);
	struct genl_request request;
	struct nxia_query query;
	struct genl genl;

	genl_open(&genl);
	EXPECT_ERR(request_plain(&genl, NXIA_CMD_REVOKE, NLM_F_ACK, NULL, NULL),
		   EINVAL);
	genl_begin(&request, genl.family, NXIA_CMD_REVOKE, NLM_F_ACK);
	genl_add(&request, NXIA_ATTR_SESSION, &number, sizeof(number));
	EXPECT_ERR(genl_talk(genl.socket, &request, NULL, NULL), EINVAL);
	genl_begin(&request, genl.family, NXIA_CMD_REVOKE, NLM_F_ACK);
	genl_add(&request, NXIA_ATTR_HANDLE, &endpoint, sizeof(endpoint));
	EXPECT_ERR(genl_talk(genl.socket, &request, NULL, NULL), EINVAL);
	EXPECT_OK(nxia_query(session, endpoint, &query));
}

/* Bad requests */

TEST(malformed, "netlink: an attribute of the wrong size is refused")
{
	int session = nxia_session();
	__u32 number = nxia_info(session).session;
	__u64 endpoint = make_endpoint(session);
	struct genl_request request;
	struct nxia_query query;
	struct genl genl;

	genl_open(&genl);
	genl_begin(&request, genl.family, NXIA_CMD_REVOKE, NLM_F_ACK);
	genl_add(&request, NXIA_ATTR_SESSION, &number, 2);
	genl_add(&request, NXIA_ATTR_HANDLE, &endpoint, sizeof(endpoint));
	EXPECT(genl_talk(genl.socket, &request, NULL, NULL) < 0);
	genl_begin(&request, genl.family, NXIA_CMD_REVOKE, NLM_F_ACK);
	genl_add(&request, NXIA_ATTR_SESSION, &number, sizeof(number));
	genl_add(&request, NXIA_ATTR_HANDLE, &endpoint, 4);
	EXPECT(genl_talk(genl.socket, &request, NULL, NULL) < 0);
	EXPECT_OK(nxia_query(session, endpoint, &query));
}

TEST(unknown_command, "netlink: EOPNOTSUPP for an unknown command")
{
	struct genl genl;

	genl_open(&genl);
	for (int command = NXIA_CMD_MAX + 1; command < 256; command += 50)
		EXPECT_ERR(request_plain(&genl, command, NLM_F_ACK, NULL, NULL),
			   EOPNOTSUPP);
	EXPECT_ERR(request_plain(&genl, NXIA_CMD_UNSPEC, NLM_F_ACK, NULL, NULL),
		   EOPNOTSUPP);
}

/* Permission */

static void expect_refused(void)
{
	struct genl genl;
	__u64 count;

	genl_open(&genl);
	EXPECT_ERR(request_plain(&genl, NXIA_CMD_SESSION, NLM_F_DUMP, NULL,
				 NULL), EPERM);
	EXPECT_ERR(request_plain(&genl, NXIA_CMD_CAP, NLM_F_DUMP, NULL, NULL),
		   EPERM);
	EXPECT_ERR(request_revoke(&genl, 1, 1, &count), EPERM);
}

TEST(unprivileged_session, "CMD_SESSION: EPERM for a user")
{
	struct genl genl;

	become_user(1000);
	genl_open(&genl);
	EXPECT_ERR(request_plain(&genl, NXIA_CMD_SESSION, NLM_F_DUMP, NULL,
				 NULL), EPERM);
}

TEST(unprivileged_cap, "CMD_CAP: EPERM for a user")
{
	struct genl genl;

	become_user(1000);
	genl_open(&genl);
	EXPECT_ERR(request_plain(&genl, NXIA_CMD_CAP, NLM_F_DUMP, NULL, NULL),
		   EPERM);
}

TEST(unprivileged_revoke, "CMD_REVOKE: EPERM for a user, even of his own")
{
	struct nxia_query query;
	struct genl genl;
	__u64 endpoint, count;
	int session;

	become_user(1000);
	session = nxia_session();
	endpoint = make_endpoint(session);
	genl_open(&genl);
	EXPECT_ERR(request_revoke(&genl, nxia_info(session).session, endpoint,
				  &count), EPERM);
	EXPECT_OK(nxia_query(session, endpoint, &query));
}

/* Set the effective and permitted capabilities of the process. */
static void set_capabilities(__u64 capabilities)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};

	for (int i = 0; i < 2; i++) {
		data[i].effective = capabilities >> (32 * i);
		data[i].permitted = capabilities >> (32 * i);
	}
	REQUIRE(!syscall(SYS_capset, &header, data));
}

TEST(root_without, "netlink: EPERM for root without CAP_MAC_ADMIN")
{
	set_capabilities(((1ULL << (CAP_LAST_CAP + 1)) - 1) &
			 ~(1ULL << CAP_MAC_ADMIN));
	expect_refused();
}

TEST(only_mac_admin, "netlink: CAP_MAC_ADMIN alone is enough")
{
	struct cap_seen cap;
	struct genl genl;
	__u64 endpoint, count;
	int session;

	set_capabilities(1ULL << CAP_MAC_ADMIN);
	session = nxia_session();
	endpoint = make_endpoint(session);
	genl_open(&genl);
	EXPECT_OK(request_plain(&genl, NXIA_CMD_SESSION, NLM_F_DUMP, NULL,
				NULL));
	EXPECT_OK(dump_caps(&genl, 0, nxia_info(session).session, endpoint,
			    &cap));
	EXPECT_EQ(request_revoke(&genl, nxia_info(session).session, endpoint,
				 &count), 1);
}

TEST(user_namespace, "netlink: EPERM for the root of a user namespace")
{
	if (unshare(CLONE_NEWUSER))
		test_skip("unshare(CLONE_NEWUSER): %s", strerror(errno));
	expect_refused();
}
