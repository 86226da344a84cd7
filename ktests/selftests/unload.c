// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removing the module: refused while anything of it is in use, clean
 * otherwise.  Needs a system where nobody else uses it.
 */
#include <sys/socket.h>

#define TEST_UNLOADS

#include "nxia_genl.h"
#include "nxia_main.h"
#include "nxia_pair.h"

static int module_remove(void)
{
	return syscall(SYS_delete_module, "nxia", O_NONBLOCK) ? -errno : 0;
}

static void module_insert(void)
{
	EXPECT_EQ(system("modprobe nxia"), 0);
}

/* The module is gone only at the end of what the last process closed. */
static int module_remove_soon(void)
{
	int result = -EAGAIN;

	for (int i = 0; i < 400 && (result == -EAGAIN || result == -EBUSY);
	     i++) {
		usleep(i ? 10000 : 0);
		result = module_remove();
	}
	return result;
}

static void skip_with_services(void)
{
	int session = nxia_session();
	bool registry = nxia_info(session).flags & NXIA_INFO_REGISTRY;

	close(session);
	if (registry)
		test_skip("services are running");
	if (access("/sys/module/nxia/refcnt", F_OK))
		test_skip("nxia is not a module that can be removed");
}

static void expect_held(void)
{
	EXPECT_ERR(module_remove(), EAGAIN);
	EXPECT_EQ(access("/dev/nxia", F_OK), 0);
}

static void expect_free(void)
{
	EXPECT_OK(module_remove_soon());
	EXPECT_EQ(access("/dev/nxia", F_OK), -1);
	module_insert();
	EXPECT_EQ(access("/dev/nxia", F_OK), 0);
}

TEST(session_open, "rmmod: refused while a session is open")
{
	int session;

	skip_with_services();
	session = nxia_session();
	expect_held();
	close(session);
	expect_free();
}

TEST(file_open, "rmmod: refused while a file of a channel is open")
{
	struct pair p;

	skip_with_services();
	pair_init(&p, 1, 1);
	ring_unmap(&p.a);
	ring_unmap(&p.b);
	close(p.session);
	close(p.client.fd);
	expect_held();
	close(p.server.fd);
	expect_free();
}

TEST(mapped, "rmmod: refused while a ring is mapped")
{
	struct pair p;

	skip_with_services();
	pair_init(&p, 1, 1);
	close(p.session);
	close(p.client.fd);
	close(p.server.fd);
	ring_unmap(&p.a);
	expect_held();
	EXPECT_EQ(probe(p.b.own, false), SIGBUS);
	ring_unmap(&p.b);
	expect_free();
}

TEST(killed, "rmmod: works after everyone was killed")
{
	struct gate ready;
	pid_t child;

	skip_with_services();
	gate_init(&ready);
	child = child_start();
	if (!child) {
		struct pair p;
		struct nxia_transfer_cap cap;

		pair_init(&p, 4, 4);
		cap = (struct nxia_transfer_cap){
			p.endpoint, NXIA_RIGHTS_ENDPOINT, 0 };
		nxia_transfer(p.session, p.client.handle, &cap, 1, NULL);
		gate_open(&ready);
		nxia_wait(p.client.fd, NXIA_WAIT_READ, NXIA_WAIT_FOREVER);
	}
	gate_pass(&ready);
	expect_held();
	child_kill(child);
	expect_free();
}

TEST(again, "rmmod: five times over, each time with use in between")
{
	skip_with_services();
	for (int i = 0; i < 5; i++) {
		pid_t child = child_start();

		if (!child) {
			struct pair p;

			pair_init(&p, 1, 1);
			EXPECT(ring_send(&p.a, "x", 1));
			child_done();
		}
		child_join(child);
		expect_free();
	}
}

TEST(netlink_gone, "rmmod: the netlink family goes and comes back")
{
	__u16 family;
	int netlink;

	skip_with_services();
	netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	REQUIRE(netlink >= 0);
	EXPECT_OK(genl_resolve(netlink, &family));
	EXPECT_OK(module_remove_soon());
	EXPECT_ERR(genl_resolve(netlink, &family), ENOENT);
	module_insert();
	EXPECT_OK(genl_resolve(netlink, &family));
}

/* Opens against removals: each works or fails, nothing else. */
TEST(race, "rmmod: against processes that open and close")
{
	pid_t child;
	int removed = 0;

	skip_with_services();
	child = child_start();
	if (!child) {
		for (;;) {
			int file = open("/dev/nxia", O_RDWR);
			struct nxia_info info = {};

			if (file < 0)
				continue;
			EXPECT_OK(nxia_call(file, NXIA_IOC_INFO, &info));
			close(file);
		}
	}
	for (int i = 0; i < 2000 && removed < 3; i++) {
		if (module_remove())
			continue;
		removed++;
		module_insert();
	}
	child_kill(child);
}
