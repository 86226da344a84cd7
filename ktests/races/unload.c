// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removing the module against those who use it.  It is refused as long as one
 * session is open, whatever others do; then it works, and they find it gone or
 * there.  Needs a system where nobody else uses it.
 */
#define TEST_UNLOADS

#include "nxia_uring.h"
#include "race.h"

static int holder = -1;
static _Atomic __u64 *uses;

static int module_remove(void)
{
	return syscall(SYS_delete_module, "nxia", O_NONBLOCK) ? -errno : 0;
}

static void module_insert(void)
{
	EXPECT_EQ(system("modprobe nxia"), 0);
}

/* A bit of everything that keeps the module, left as it is. */
static void leave_in_use(int session, struct dice *dice)
{
	struct nxia_wait wait = {
		.flags = NXIA_WAIT_READ, .timeout = NXIA_WAIT_FOREVER,
	};
	struct nxia_accept accepted;
	__u64 endpoint, region;
	struct nxia_end a, b;
	struct uring u;
	char *map;

	if (nxia_endpoint_create(session, 0, 4, NXIA_RIGHTS_ENDPOINT,
				 &endpoint) ||
	    nxia_connect(session, endpoint, page_size(), page_size(), &a))
		return;
	if (roll(dice, 2))
		nxia_accept(session, endpoint, &b, &accepted);
	map = mmap(NULL, half_size(page_size()), PROT_READ | PROT_WRITE,
		   MAP_SHARED, a.fd, NXIA_MMAP_OWN);
	if (map != MAP_FAILED)
		probe(map, true);
	nxia_region_create(session, page_size(), NXIA_RIGHTS_REGION, &region);
	uring_init(&u);
	uring_command(&u, a.fd, NXIA_IOC_WAIT, &wait, 1);
	if (roll(dice, 2))
		close(session);
}

static void use(struct dice *dice)
{
	int session = open("/dev/nxia", O_RDWR | O_CLOEXEC);

	if (session < 0) {
		if (errno != ENOENT && errno != ENODEV && errno != ENXIO)
			RACE_FAIL("/dev/nxia: %s", strerror(errno));
		return;
	}
	atomic_fetch_add(uses, 1);
	leave_in_use(session, dice);
}

static void expect_refused(struct dice *dice)
{
	EXPECT_ERR(module_remove(), EAGAIN);
	usleep(roll(dice, 1000));
}

static __u64 removals;

static void remove_and_insert(struct dice *dice)
{
	if (!module_remove()) {
		removals++;
		module_insert();
	}
	usleep(roll(dice, 5000));
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

static void unload_race(void (*step)(struct dice *dice))
{
	struct actor actors[] = {
		{ .run = use, .steady = true }, { .run = use, .steady = true },
	};

	uses = race_shared(sizeof(*uses));
	race_begin();
	race_run(actors, ARRAY_SIZE(actors), step);
	race_tell("uses", *uses);
}

TEST(refused, "rmmod against users: refused while a session is open")
{
	skip_with_services();
	holder = nxia_session();
	unload_race(expect_refused);
	EXPECT_OK(nxia_call(holder, NXIA_IOC_INFO, &(struct nxia_info){}));
}

TEST(between, "rmmod against users: between two of them it works")
{
	skip_with_services();
	unload_race(remove_and_insert);
	race_tell("removals", removals);
}

TEST(at_last, "rmmod against users: after the last one it works")
{
	int result = -EAGAIN;

	skip_with_services();
	/* io_uring lets go of its files a moment after the process has ended. */
	for (int i = 0; i < 400 && result; i++) {
		usleep(10000);
		result = module_remove();
	}
	EXPECT_OK(result);
	EXPECT_EQ(access("/dev/nxia", F_OK), -1);
	module_insert();
	EXPECT_EQ(access("/dev/nxia", F_OK), 0);
}
