// SPDX-License-Identifier: GPL-2.0-only
/*
 * Out of memory at every single allocation of a call, one after the other.
 * Needs a kernel with CONFIG_FAULT_INJECTION_DEBUG_FS, CONFIG_FAILSLAB and
 * CONFIG_FAIL_PAGE_ALLOC, as ./wslx vm --debug has.
 */
#include <sys/mount.h>

#include "nxia_main.h"
#include "nxia_pair.h"
#include "nxia_region.h"
#include "nxia_scope.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

#define DEBUG	"/sys/kernel/debug"

/* Let allocations fail that may sleep, too, and without a word. */
static void fail_setup(const char *kind)
{
	static const char *const settings[][2] = {
		{ "ignore-gfp-wait", "N" }, { "verbose", "0" },
		{ "min-order", "0" },
	};
	char path[128];

	for (unsigned int i = 0; i < ARRAY_SIZE(settings); i++) {
		snprintf(path, sizeof(path), DEBUG "/%s/%s", kind,
			 settings[i][0]);
		if (!access(path, F_OK))
			EXPECT_OK(file_write(path, settings[i][1]));
	}
}

/* A file that makes the nth allocation of this thread fail. */
static int fail_nth_open(void)
{
	int file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	if (file < 0)
		test_skip("this kernel injects no faults");
	if (access(DEBUG "/failslab", F_OK))
		mount("debugfs", DEBUG, "debugfs", 0, NULL);
	if (access(DEBUG "/failslab", F_OK))
		test_skip("no %s/failslab", DEBUG);
	fail_setup("failslab");
	fail_setup("fail_page_alloc");
	return file;
}

/*
 * Make the call with its nth allocation failing; @reached tells whether there
 * was one.
 */
static int call_failing(int file, int nth, int (*call)(struct pair *p),
			struct pair *p, bool *reached)
{
	char text[16] = "";
	int length = snprintf(text, sizeof(text), "%d", nth), result;

	REQUIRE(pwrite(file, text, length, 0) == length);
	result = call(p);
	memset(text, 0, sizeof(text));
	REQUIRE(pread(file, text, sizeof(text) - 1, 0) > 0);
	REQUIRE(pwrite(file, "0", 1, 0) == 1);
	*reached = !atoi(text);
	return result;
}

/* Returns how many of the failed allocations the call answered with ENOMEM. */
static int sweep(struct pair *p, int (*call)(struct pair *p))
{
	int file = fail_nth_open(), result = -ENOMEM, refused = 0;
	bool reached = true;

	for (int nth = 1; reached && nth < 500; nth++) {
		struct nxia_info before = nxia_info(p->session), after;
		int files = open_files();

		result = call_failing(file, nth, call, p, &reached);
		if (result >= 0)
			continue;
		after = nxia_info(p->session);
		EXPECT_ERR(result, ENOMEM);
		EXPECT_EQ(after.caps, before.caps);
		EXPECT_EQ(after.objects, before.objects);
		EXPECT_EQ(after.pages, before.pages);
		EXPECT_EQ(open_files(), files);
		refused++;
	}
	EXPECT_OK(result);
	return refused;
}

static int call_create(struct pair *p)
{
	__u64 handle;

	return nxia_endpoint_create(p->session, 0, 1, ALL, &handle);
}

TEST(create, "ENDPOINT_CREATE: ENOMEM at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT(sweep(&p, call_create) > 0);
}

static int call_connect(struct pair *p)
{
	struct nxia_end end;

	return nxia_connect(p->session, p->endpoint, page_size(), page_size(),
			    &end);
}

TEST(connect, "CONNECT: ENOMEM at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT(sweep(&p, call_connect) > 0);
}

static int call_accept(struct pair *p)
{
	struct nxia_accept accepted;
	struct nxia_end end;

	return nxia_accept(p->session, p->endpoint, &end, &accepted);
}

TEST(accept_one, "ACCEPT: ENOMEM at each allocation")
{
	struct nxia_end end;
	struct pair p;

	pair_init(&p, 1, 1);
	for (int i = 0; i < 60; i++)
		REQUIRE_OK(nxia_connect(p.session, p.endpoint, page_size(),
					page_size(), &end));
	EXPECT(sweep(&p, call_accept) > 0);
}

static int call_derive(struct pair *p)
{
	__u64 handle;

	return nxia_derive(p->session, p->endpoint, ALL, 0, &handle);
}

TEST(derive, "DERIVE: ENOMEM at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT(sweep(&p, call_derive) > 0);
}

static int call_bootstrap(struct pair *p)
{
	__u64 handle;

	return nxia_bootstrap(p->session, &handle);
}

TEST(bootstrap, "BOOTSTRAP: ENOMEM at each allocation")
{
	struct pair p;

	make_registry(nxia_session());
	pair_init(&p, 1, 1);
	EXPECT(sweep(&p, call_bootstrap) > 0);
}

static int call_transfer(struct pair *p)
{
	struct nxia_transfer_cap caps[2];

	for (int i = 0; i < 2; i++)
		caps[i] = (struct nxia_transfer_cap){ p->endpoint, ALL, 0 };
	return nxia_transfer(p->session, p->client.handle, caps, 2, NULL);
}

TEST(transfer, "TRANSFER: ENOMEM at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT(sweep(&p, call_transfer) > 0);
}

static int call_receive(struct pair *p)
{
	struct nxia_transfer_cap caps[2];
	__u32 count = 2;

	return nxia_receive(p->session, p->server.handle, caps, &count, NULL);
}

TEST(receive, "RECEIVE: ENOMEM or success at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	for (int i = 0; i < 50; i++)
		REQUIRE_OK(call_transfer(&p));
	/* The table has nodes of 64: the next handle needs a new one. */
	while (make_endpoint(p.session) % 64 != 63)
		;
	/* It asks for a node twice before it gives up: one failure is survived. */
	EXPECT_EQ(sweep(&p, call_receive), 0);
}

static int call_fd(struct pair *p)
{
	return nxia_fd(p->session, p->endpoint);
}

TEST(fd, "FD: ENOMEM at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT(sweep(&p, call_fd) > 0);
}

static int call_region_create(struct pair *p)
{
	__u64 handle;

	return nxia_region_create(p->session, 3 * page_size(), REGION_ALL,
				  &handle);
}

TEST(region_create, "REGION_CREATE: ENOMEM at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	EXPECT(sweep(&p, call_region_create) > 3);
}

static int the_file;

static int call_import(struct pair *p)
{
	__u64 handle;

	return nxia_import(p->session, the_file, ALL, &handle);
}

TEST(import, "IMPORT: ENOMEM at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	the_file = nxia_fd(p.session, p.endpoint);
	EXPECT(sweep(&p, call_import) > 0);
}

static int the_key;

static int call_scope_create(struct pair *p)
{
	__u64 handle;

	return nxia_scope_create(p->session, the_key, NXIA_RIGHTS_SCOPE,
				 &handle);
}

TEST(scope_create, "SCOPE_CREATE: ENOMEM at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	the_key = make_key(1);
	EXPECT(sweep(&p, call_scope_create) > 0);
}

static __u64 the_scope;
static char plain[16], sealed[sizeof(plain) + 40];

static int call_seal(struct pair *p)
{
	struct bytes out = { sealed, sizeof(sealed) };

	return nxia_seal(p->session, the_scope,
			 (struct bytes){ plain, sizeof(plain) }, &out,
			 (struct bytes){});
}

static int call_unseal(struct pair *p)
{
	struct bytes out = { plain, sizeof(plain) };

	return nxia_unseal(p->session, the_scope,
			   (struct bytes){ sealed, sizeof(sealed) }, &out,
			   (struct bytes){});
}

/* Its buffer can come from two places: one failure is survived. */
TEST(seal, "SEAL: ENOMEM or success at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	the_scope = make_scope(p.session, 1);
	EXPECT_EQ(sweep(&p, call_seal), 0);
}

TEST(unseal, "UNSEAL: ENOMEM or success at each allocation")
{
	struct pair p;

	pair_init(&p, 1, 1);
	the_scope = make_scope(p.session, 1);
	REQUIRE_OK(call_seal(&p));
	EXPECT_EQ(sweep(&p, call_unseal), 0);
}
