// SPDX-License-Identifier: GPL-2.0-only
/*
 * Labels at NXIA's own objects: who may use a session, connect, accept, map, freeze;
 * and what comes to a remote domain.
 */
#include <poll.h>

#include "nxia_label.h"
#include "nxia_main.h"
#include "nxia_pass.h"
#include "nxia_policy.h"
#include "nxia_region.h"

#define PAGES	1
/* What nxia_lsm_label.ko takes: a label, what may be dropped of it, flags of the domain. */
#define CONFINED	"1 0"
#define TRUSTED		"1 1"
#define REMOTE		"0 0 1"

/* What processes wait for; by memory, since those with labels have no pipe in common. */
static int *ready, *done, *connected, *tried;

/* Runs @child with @label, after which the test goes on with child_join(). */
static pid_t start(const char *label, void (*child)(void))
{
	pid_t pid = child_start();

	if (pid)
		return pid;
	label_self(label);
	child();
	child_done();
}

static void begin(void)
{
	lsm_needed();
	ready = turns_start();
	done = turns_start();
	connected = turns_start();
	tried = turns_start();
}

static int try_connect(void)
{
	int session = nxia_session(), result;
	struct nxia_end end;
	__u64 registry;

	REQUIRE_OK(nxia_bootstrap(session, &registry));
	result = nxia_connect(session, registry, page_size(), page_size(), &end);
	if (result)
		close(session);
	return result;
}

TEST(session_of_another, "label: a session is of no use to a task with another label")
{
	int session, file;
	struct pollfd poller;
	__u64 region;

	begin();
	session = nxia_session();
	region = make_region(session, PAGES);
	file = nxia_fd(session, region);
	REQUIRE(file >= 0);
	label_self(CONFINED);
	EXPECT_ERR(nxia_call(session, NXIA_IOC_INFO, &(struct nxia_info){}), EACCES);
	EXPECT_ERR(nxia_close(session, region), EACCES);
	poller = (struct pollfd){ .fd = session, .events = POLLIN };
	EXPECT_EQ(poll(&poller, 1, 0), 1);
	EXPECT_EQ(poller.revents, POLLERR);
	EXPECT(mmap(NULL, page_size(), PROT_READ, MAP_SHARED, file, 0) == MAP_FAILED);
	EXPECT_EQ(errno, EACCES);
}

TEST(channel_of_another, "label: a channel is of no use to a task with another label")
{
	struct nxia_end client, server;
	struct pollfd poller;
	int session;

	begin();
	session = nxia_session();
	make_channel(session, make_endpoint(session), page_size(), page_size(), &client,
		     &server);
	label_self(CONFINED);
	EXPECT_ERR(nxia_notify(client.fd), EACCES);
	EXPECT_ERR(nxia_wait(client.fd, NXIA_WAIT_WRITE, 0), EACCES);
	EXPECT_ERR(nxia_shutdown(client.fd), EACCES);
	poller = (struct pollfd){ .fd = client.fd, .events = POLLOUT };
	EXPECT_EQ(poll(&poller, 1, 0), 1);
	EXPECT(poller.revents & POLLERR);
	EXPECT(mmap(NULL, 2 * page_size() + 2 * client.tx_size, PROT_READ | PROT_WRITE,
		    MAP_SHARED, client.fd, NXIA_MMAP_OWN) == MAP_FAILED);
	EXPECT_EQ(errno, EACCES);
}

static void connect_refused(void)
{
	EXPECT_ERR(try_connect(), EACCES);
}

static void connect_allowed(void)
{
	EXPECT_OK(try_connect());
}

TEST(confined_client, "CONNECT: EACCES for a labelled client of an unlabelled service")
{
	int session;

	begin();
	session = nxia_session();
	make_registry(session);
	child_join(start(CONFINED, connect_refused));
	child_join(start(TRUSTED, connect_allowed));
}

static __u64 wait_accept(int session, __u64 registry)
{
	struct nxia_accept accepted;
	struct nxia_end end;
	int result;

	while ((result = nxia_accept(session, registry, &end, &accepted)) == -EAGAIN)
		usleep(1000);
	REQUIRE_OK(result);
	return end.handle;
}

static __u64 wait_receive(int session, __u64 channel)
{
	struct nxia_transfer_cap cap;
	__u32 count;
	int result;

	do {
		count = 1;
		result = nxia_receive(session, channel, &cap, &count, NULL);
	} while (result == -EAGAIN && !usleep(1000));
	REQUIRE_OK(result);
	return cap.handle;
}

static int give(int session, __u64 channel, __u64 handle, __u64 rights)
{
	struct nxia_transfer_cap cap = { handle, rights, 0 };

	return nxia_transfer(session, channel, &cap, 1, NULL);
}

/* Whether a mapping of one page can be had: 0 or a negative errno. */
static int try_map(int file, int protection)
{
	char *map = mmap(NULL, page_size(), protection, MAP_SHARED, file, 0);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, page_size());
	return 0;
}

/* Shares a region of its own with the one who connects. */
static void share(void)
{
	int session = nxia_session();
	__u64 registry = make_registry(session), region = make_region(session, PAGES);

	turn_set(ready, 1);
	REQUIRE_OK(give(session, wait_accept(session, registry), region, NXIA_RIGHTS_REGION));
	turn_wait(done, 1);
}

TEST(secret_region, "region mmap: EACCES for who may not know what is in it")
{
	struct nxia_end end;
	int session, file;
	pid_t pid;

	begin();
	pid = start(TRUSTED, share);
	turn_wait(ready, 1);
	session = make_client(page_size(), page_size(), &end);
	file = nxia_fd(session, wait_receive(session, end.handle));
	turn_set(done, 1);
	REQUIRE(file >= 0);
	EXPECT_ERR(try_map(file, PROT_READ), EACCES);
	EXPECT_ERR(try_map(file, PROT_READ | PROT_WRITE), EACCES);
	child_join(pid);
}

/* Hands on to its second client what its first one gives it. */
static void hand_on(void)
{
	int session = nxia_session();
	__u64 registry = make_registry(session), handle;
	struct nxia_query query;

	turn_set(ready, 1);
	handle = wait_receive(session, wait_accept(session, registry));
	REQUIRE_OK(nxia_query(session, handle, &query));
	REQUIRE_OK(give(session, wait_accept(session, registry), handle, query.rights));
	turn_wait(done, 1);
}

static __u64 given(int *session)
{
	struct nxia_end end;

	*session = make_client(page_size(), page_size(), &end);
	return wait_receive(*session, end.handle);
}

/* Offers a service by way of hand_on(). */
static void offer(void)
{
	struct nxia_end end;
	int session = make_client(page_size(), page_size(), &end);

	REQUIRE_OK(give(session, end.handle, make_endpoint(session), NXIA_RIGHTS_ENDPOINT));
	turn_set(tried, 1);
	turn_wait(done, 1);
}

static int try_offered(void)
{
	int session;
	__u64 endpoint = given(&session);
	struct nxia_end end;

	return nxia_connect(session, endpoint, page_size(), page_size(), &end);
}

static void offered_allowed(void)
{
	EXPECT_OK(try_offered());
}

static void offered_refused(void)
{
	EXPECT_ERR(try_offered(), EACCES);
}

/* A service with the label @server, and @client with that of @as. */
static void with_offer(const char *server, const char *as, void (*client)(void))
{
	pid_t between, offering;

	begin();
	between = start(TRUSTED, hand_on);
	turn_wait(ready, 1);
	offering = start(server, offer);
	turn_wait(tried, 1);
	child_join(start(as, client));
	turn_set(done, 1);
	child_join(offering);
	child_join(between);
}

TEST(confined_server, "CONNECT: EACCES for an unlabelled client of a labelled service")
{
	with_offer(CONFINED, "0 0", offered_refused);
}

TEST(alike, "label: who has the same label may connect")
{
	with_offer(CONFINED, CONFINED, offered_allowed);
}

TEST(trusted_server, "label: a service that may drop its label serves the unlabelled")
{
	with_offer(TRUSTED, "0 0", offered_allowed);
}

static void use_public_region(void)
{
	struct nxia_end end;
	int session = make_client(page_size(), page_size(), &end);
	__u64 region = wait_receive(session, end.handle);
	int file = nxia_fd(session, region);
	char *map;

	REQUIRE(file >= 0);
	EXPECT_ERR(try_map(file, PROT_READ | PROT_WRITE), EACCES);
	EXPECT_ERR(nxia_freeze(session, region), EACCES);
	map = region_map(file, PROT_READ, 0, PAGES);
	EXPECT_EQ(*map, 'p');
	EXPECT(mprotect(map, page_size(), PROT_READ | PROT_WRITE) < 0);
	EXPECT_EQ(errno, EACCES);
}

TEST(public_region, "FREEZE: EACCES, and no writing, for who knows more than the maker")
{
	struct nxia_end end;
	pid_t trusted;
	__u64 region;
	int session;

	begin();
	trusted = start(TRUSTED, hand_on);
	turn_wait(ready, 1);
	session = make_client(page_size(), page_size(), &end);
	region = make_region(session, PAGES);
	*region_map_all(session, region, PAGES) = 'p';
	REQUIRE_OK(give(session, end.handle, region, NXIA_RIGHTS_REGION));
	child_join(start(CONFINED, use_public_region));
	turn_set(done, 1);
	child_join(trusted);
}

/*
 * A service that drops its label makes the endpoint, and hands the right to accept to
 * one that does not.
 */
static void delegate(void)
{
	int session = nxia_session();
	__u64 registry = make_registry(session);

	turn_set(ready, 1);
	REQUIRE_OK(give(session, wait_accept(session, registry), registry,
			NXIA_RIGHTS_ENDPOINT));
	turn_wait(done, 1);
}

static void accept_in_vain(void)
{
	struct nxia_accept accepted;
	struct nxia_end end;
	int session = make_client(page_size(), page_size(), &end);
	__u64 endpoint = wait_receive(session, end.handle);

	turn_set(tried, 1);
	turn_wait(connected, 1);
	EXPECT_ERR(nxia_accept(session, endpoint, &end, &accepted), EAGAIN);
	turn_set(done, 1);
}

TEST(passed_over, "label: ACCEPT passes over a client that may not be told anything")
{
	pid_t maker, acceptor;
	struct nxia_end end;

	begin();
	maker = start(TRUSTED, delegate);
	turn_wait(ready, 1);
	acceptor = start(CONFINED, accept_in_vain);
	turn_wait(tried, 1);
	make_client(page_size(), page_size(), &end);
	turn_set(connected, 1);
	child_join(acceptor);
	EXPECT_ERR(nxia_wait(end.fd, NXIA_WAIT_READ, 0), EPIPE);
	turn_set(done, 1);
	child_join(maker);
}

static void bootstrap_refused(void)
{
	__u64 registry;

	EXPECT_ERR(nxia_bootstrap(nxia_session(), &registry), EPERM);
}

TEST(remote_bootstrap, "BOOTSTRAP: EPERM in a remote domain if the registry is local-only")
{
	__u64 registry;

	begin();
	REQUIRE_OK(nxia_endpoint_create(nxia_session(), NXIA_ENDPOINT_REGISTRY, 1,
					NXIA_RIGHTS_ENDPOINT & ~NXIA_RIGHT_REMOTE, &registry));
	child_join(start(REMOTE, bootstrap_refused));
}

/* What is given with REMOTE comes; what was sent before the ACCEPT is looked at, too. */
static void remote_client(void)
{
	struct nxia_end end;
	int session = make_client(page_size(), page_size(), &end);
	struct nxia_query query;

	REQUIRE_OK(nxia_query(session, wait_receive(session, end.handle), &query));
	EXPECT(query.rights & NXIA_RIGHT_REMOTE);
}

TEST(remote_transfer, "TRANSFER: EPERM without REMOTE to a remote domain")
{
	__u64 registry, channel;
	int session;
	pid_t pid;

	begin();
	session = nxia_session();
	registry = make_registry(session);
	pid = start(REMOTE, remote_client);
	channel = wait_accept(session, registry);
	EXPECT_ERR(give(session, channel, registry, NXIA_RIGHT_CONNECT), EPERM);
	EXPECT_OK(give(session, channel, registry, NXIA_RIGHT_CONNECT | NXIA_RIGHT_REMOTE));
	child_join(pid);
}

static void remote_server(void)
{
	struct nxia_query query;
	__u64 registry, channel;
	int session = nxia_session();

	registry = make_registry(session);
	turn_set(ready, 1);
	turn_wait(done, 1);
	channel = wait_accept(session, registry);
	EXPECT_ERR(nxia_query(session, wait_receive(session, channel), &query), EKEYREVOKED);
	EXPECT_OK(nxia_query(session, wait_receive(session, channel), &query));
}

TEST(remote_receive, "label: RECEIVE in a remote domain revokes what came without REMOTE")
{
	struct nxia_end end;
	__u64 endpoint;
	int session;
	pid_t pid;

	begin();
	pid = start(REMOTE, remote_server);
	turn_wait(ready, 1);
	session = make_client(page_size(), page_size(), &end);
	endpoint = make_endpoint(session);
	REQUIRE_OK(give(session, end.handle, endpoint, NXIA_RIGHT_CONNECT));
	REQUIRE_OK(give(session, end.handle, endpoint, NXIA_RIGHT_CONNECT | NXIA_RIGHT_REMOTE));
	turn_set(done, 1);
	child_join(pid);
}

static int pass[2];

static void remote_import(void)
{
	int session = nxia_session(), file = pass_receive(pass[0]);
	__u64 handle;

	REQUIRE(file >= 0);
	EXPECT_ERR(nxia_import(session, file, NXIA_RIGHT_CONNECT, &handle), EPERM);
	EXPECT_OK(nxia_import(session, file, NXIA_RIGHT_CONNECT | NXIA_RIGHT_REMOTE, &handle));
}

TEST(remote_files, "label: IMPORT in a remote domain needs REMOTE")
{
	int session;
	pid_t pid;

	begin();
	pass_init(pass);
	session = nxia_session();
	pid = start(REMOTE, remote_import);
	pass_send(pass[1], nxia_fd(session, make_endpoint(session)));
	child_join(pid);
}

TEST(enter_unknown, "ENTER: ENOENT for a domain that policy does not have")
{
	int session;

	begin();
	session = nxia_session();
	EXPECT_ERR(nxia_enter(session, "no-such-domain"), ENOENT);
	EXPECT_OK(nxia_enter(session, ""));
}

TEST(enter_refused, "ENTER: EPERM without a rule that allows it, or authority")
{
	struct genl genl;
	int session;

	begin();
	genl_open(&genl);
	policy_begin(&genl);
	policy_domain("reader", 0, 0, 0);
	policy_end();
	REQUIRE_OK(policy_load(&genl));
	session = nxia_session();
	become_user(1000);
	EXPECT_ERR(nxia_enter(session, "reader"), EPERM);
}
