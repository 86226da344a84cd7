// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each call with bad input: sizes, tails, flags, reserved fields, pointers,
 * handles.  The same tests run over a table of the calls.  After a refusal the
 * very same call with good input must work: nothing has changed.
 */
#include "abi_layout.h"
#include "nxia_main.h"
#include "nxia_pair.h"
#include "nxia_region.h"
#include "nxia_scope.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

/* All that a call may need to work. */
struct fixture {
	struct pair p;
	/* Where nothing has been accepted yet. */
	struct nxia_end waiting;
	struct nxia_transfer_cap caps[NXIA_TRANSFER_MAX];
	/* The capability that the next call is about. */
	__u64 child;
	__u64 region;
	int region_file;
	int key;
	__u64 scope;
	char plain[8];
	char sealed[sizeof(struct nxia_sealed) + 8 + NXIA_SEAL_TAG];
	char out[64];
};

/*
 * A call: @fill writes good input.  Offsets are those of the fields that have
 * the name, or -1.
 */
struct call {
	const char *name;
	unsigned long request;
	unsigned int size;
	int flags;
	__u32 known_flags;
	int reserved;
	int handle;
	bool on_channel;
	/* It writes nothing back. */
	bool silent;
	/* After EFAULT on the way out, something has happened. */
	bool acts;
	enum nxia_type type;
	void (*fill)(struct fixture *f, void *argument);
};

static void fill_info(struct fixture *f, void *argument)
{
	(void)f;
	memset(argument, 0xff, sizeof(struct nxia_info));
}

static void fill_bootstrap(struct fixture *f, void *argument)
{
	(void)f;
	*(struct nxia_bootstrap *)argument =
		(struct nxia_bootstrap){ .handle = ~0ULL };
}

static void fill_create(struct fixture *f, void *argument)
{
	(void)f;
	*(struct nxia_endpoint_create *)argument =
		(struct nxia_endpoint_create){
			.backlog = 1, .rights = ALL, .handle = ~0ULL,
		};
}

static void fill_connect(struct fixture *f, void *argument)
{
	*(struct nxia_connect *)argument = (struct nxia_connect){
		.endpoint = f->p.endpoint, .tx_size = page_size(),
		.rx_size = page_size(), .fd = -1, .handle = ~0ULL,
	};
}

static void fill_accept(struct fixture *f, void *argument)
{
	*(struct nxia_accept *)argument = (struct nxia_accept){
		.endpoint = f->p.endpoint, .fd = -1, .tx_size = ~0ULL,
		.rx_size = ~0ULL, .handle = ~0ULL, .badge = ~0ULL,
		.label = ~0ULL, .domain = ~0U, .pid = -1, .uid = ~0U,
	};
}

static void fill_derive(struct fixture *f, void *argument)
{
	*(struct nxia_derive *)argument = (struct nxia_derive){
		.parent = f->p.endpoint, .rights = ALL, .handle = ~0ULL,
	};
}

static void fill_transfer(struct fixture *f, void *argument)
{
	f->caps[0] = (struct nxia_transfer_cap){ f->p.endpoint, ALL, 0 };
	*(struct nxia_transfer *)argument = (struct nxia_transfer){
		.channel = f->p.client.handle, .caps = (uintptr_t)f->caps,
		.count = 1, .sequence = ~0ULL,
	};
}

static void fill_receive(struct fixture *f, void *argument)
{
	*(struct nxia_receive *)argument = (struct nxia_receive){
		.channel = f->p.server.handle, .caps = (uintptr_t)f->caps,
		.count = NXIA_TRANSFER_MAX, .sequence = ~0ULL,
	};
}

static void fill_revoke(struct fixture *f, void *argument)
{
	*(struct nxia_revoke *)argument = (struct nxia_revoke){
		.handle = f->child, .revoked = ~0ULL,
	};
}

static void fill_close(struct fixture *f, void *argument)
{
	*(struct nxia_close *)argument = (struct nxia_close){
		.handle = f->child,
	};
}

static void fill_query(struct fixture *f, void *argument)
{
	*(struct nxia_query *)argument = (struct nxia_query){
		.handle = f->child, .type = ~0U, .rights = ~0ULL,
		.badge = ~0ULL, .object = ~0ULL, .descendants = ~0ULL,
		.offset = ~0ULL, .size = ~0ULL, .state = ~0U, .reserved = ~0U,
	};
}

static void fill_fd(struct fixture *f, void *argument)
{
	*(struct nxia_fd *)argument = (struct nxia_fd){
		.handle = f->child, .fd = -1,
	};
}

static void fill_handle(struct fixture *f, void *argument)
{
	*(struct nxia_handle *)argument = (struct nxia_handle){
		.fd = f->p.client.fd, .handle = ~0ULL,
	};
}

static void fill_region_create(struct fixture *f, void *argument)
{
	(void)f;
	*(struct nxia_region_create *)argument = (struct nxia_region_create){
		.size = page_size(), .rights = REGION_ALL, .handle = ~0ULL,
	};
}

static void fill_freeze(struct fixture *f, void *argument)
{
	*(struct nxia_freeze *)argument = (struct nxia_freeze){
		.handle = f->region,
	};
}

static void fill_import(struct fixture *f, void *argument)
{
	*(struct nxia_import *)argument = (struct nxia_import){
		.fd = f->region_file, .rights = REGION_ALL, .handle = ~0ULL,
	};
}

static void fill_scope_create(struct fixture *f, void *argument)
{
	*(struct nxia_scope_create *)argument = (struct nxia_scope_create){
		.key = f->key, .rights = NXIA_RIGHTS_SCOPE, .handle = ~0ULL,
	};
}

static void fill_seal(struct fixture *f, void *argument)
{
	*(struct nxia_seal *)argument = (struct nxia_seal){
		.scope = f->scope, .in = (uintptr_t)f->plain,
		.in_size = sizeof(f->plain), .out = (uintptr_t)f->out,
		.out_size = sizeof(f->out),
	};
}

static void fill_unseal(struct fixture *f, void *argument)
{
	*(struct nxia_seal *)argument = (struct nxia_seal){
		.scope = f->scope, .in = (uintptr_t)f->sealed,
		.in_size = sizeof(f->sealed), .out = (uintptr_t)f->out,
		.out_size = sizeof(f->out),
	};
}

static void fill_watch(struct fixture *f, void *argument)
{
	*(struct nxia_watch *)argument = (struct nxia_watch){
		.handle = f->child,
	};
}

static void fill_event(struct fixture *f, void *argument)
{
	(void)f;
	*(struct nxia_event *)argument = (struct nxia_event){
		.type = ~0U, .handle = ~0ULL, .badge = ~0ULL,
	};
}

/* Takes back a request that was never made. */
static void fill_enter(struct fixture *f, void *argument)
{
	(void)f;
	*(struct nxia_enter *)argument = (struct nxia_enter){};
}

static void fill_wait(struct fixture *f, void *argument)
{
	(void)f;
	*(struct nxia_wait *)argument = (struct nxia_wait){
		.flags = NXIA_WAIT_WRITE, .ready = ~0U,
	};
}

#define CALL(NAME, type)						\
	.name = #NAME, .request = NXIA_IOC_##NAME,			\
	.size = sizeof(struct type)

static const struct call calls[] = {
	{
		CALL(INFO, nxia_info),
		.flags = -1, .reserved = -1, .handle = -1,
		.fill = fill_info,
	}, {
		CALL(BOOTSTRAP, nxia_bootstrap),
		.flags = offsetof(struct nxia_bootstrap, flags),
		.reserved = offsetof(struct nxia_bootstrap, reserved),
		.handle = -1, .fill = fill_bootstrap,
	}, {
		CALL(ENDPOINT_CREATE, nxia_endpoint_create),
		.flags = offsetof(struct nxia_endpoint_create, flags),
		.known_flags = NXIA_ENDPOINT_REGISTRY,
		.reserved = -1, .handle = -1, .fill = fill_create,
	}, {
		CALL(CONNECT, nxia_connect),
		.flags = offsetof(struct nxia_connect, flags),
		.reserved = -1,
		.handle = offsetof(struct nxia_connect, endpoint),
		.type = NXIA_TYPE_ENDPOINT, .fill = fill_connect,
	}, {
		CALL(ACCEPT, nxia_accept),
		.flags = offsetof(struct nxia_accept, flags),
		.reserved = offsetof(struct nxia_accept, reserved),
		.handle = offsetof(struct nxia_accept, endpoint),
		.type = NXIA_TYPE_ENDPOINT, .acts = true, .fill = fill_accept,
	}, {
		CALL(DERIVE, nxia_derive),
		.flags = offsetof(struct nxia_derive, flags),
		.reserved = offsetof(struct nxia_derive, reserved),
		.handle = offsetof(struct nxia_derive, parent),
		.fill = fill_derive,
	}, {
		CALL(TRANSFER, nxia_transfer),
		.flags = offsetof(struct nxia_transfer, flags),
		.reserved = -1,
		.handle = offsetof(struct nxia_transfer, channel),
		.type = NXIA_TYPE_CHANNEL, .acts = true, .fill = fill_transfer,
	}, {
		CALL(RECEIVE, nxia_receive),
		.flags = offsetof(struct nxia_receive, flags),
		.reserved = -1,
		.handle = offsetof(struct nxia_receive, channel),
		.type = NXIA_TYPE_CHANNEL, .acts = true, .fill = fill_receive,
	}, {
		CALL(REVOKE, nxia_revoke),
		.flags = offsetof(struct nxia_revoke, flags),
		.reserved = offsetof(struct nxia_revoke, reserved),
		.handle = offsetof(struct nxia_revoke, handle),
		.acts = true, .fill = fill_revoke,
	}, {
		CALL(CLOSE, nxia_close),
		.flags = offsetof(struct nxia_close, flags),
		.reserved = offsetof(struct nxia_close, reserved),
		.handle = offsetof(struct nxia_close, handle),
		.silent = true, .fill = fill_close,
	}, {
		CALL(QUERY, nxia_query),
		.flags = offsetof(struct nxia_query, flags),
		.reserved = -1,
		.handle = offsetof(struct nxia_query, handle),
		.fill = fill_query,
	}, {
		CALL(FD, nxia_fd),
		.flags = offsetof(struct nxia_fd, flags),
		.reserved = -1,
		.handle = offsetof(struct nxia_fd, handle),
		.fill = fill_fd,
	}, {
		CALL(HANDLE, nxia_handle),
		.flags = offsetof(struct nxia_handle, flags),
		.reserved = -1, .handle = -1, .fill = fill_handle,
	}, {
		CALL(REGION_CREATE, nxia_region_create),
		.flags = offsetof(struct nxia_region_create, flags),
		.reserved = offsetof(struct nxia_region_create, reserved),
		.handle = -1, .fill = fill_region_create,
	}, {
		CALL(FREEZE, nxia_freeze),
		.flags = offsetof(struct nxia_freeze, flags),
		.reserved = offsetof(struct nxia_freeze, reserved),
		.handle = offsetof(struct nxia_freeze, handle),
		.type = NXIA_TYPE_REGION, .silent = true, .fill = fill_freeze,
	}, {
		CALL(IMPORT, nxia_import),
		.flags = offsetof(struct nxia_import, flags),
		.reserved = -1, .handle = -1, .fill = fill_import,
	}, {
		CALL(SCOPE_CREATE, nxia_scope_create),
		.flags = offsetof(struct nxia_scope_create, flags),
		.reserved = -1, .handle = -1, .fill = fill_scope_create,
	}, {
		CALL(SEAL, nxia_seal),
		.flags = offsetof(struct nxia_seal, flags),
		.reserved = -1,
		.handle = offsetof(struct nxia_seal, scope),
		.type = NXIA_TYPE_SCOPE, .fill = fill_seal,
	}, {
		CALL(UNSEAL, nxia_seal),
		.flags = offsetof(struct nxia_seal, flags),
		.reserved = -1,
		.handle = offsetof(struct nxia_seal, scope),
		.type = NXIA_TYPE_SCOPE, .fill = fill_unseal,
	}, {
		CALL(WATCH, nxia_watch),
		.flags = offsetof(struct nxia_watch, flags),
		.reserved = offsetof(struct nxia_watch, reserved),
		.handle = offsetof(struct nxia_watch, handle),
		.silent = true, .fill = fill_watch,
	}, {
		CALL(EVENT, nxia_event),
		.flags = offsetof(struct nxia_event, flags),
		.reserved = -1, .handle = -1, .acts = true, .fill = fill_event,
	}, {
		CALL(ENTER, nxia_enter),
		.flags = offsetof(struct nxia_enter, flags),
		.reserved = offsetof(struct nxia_enter, reserved),
		.handle = -1, .silent = true, .fill = fill_enter,
	}, {
		CALL(WAIT, nxia_wait),
		.flags = offsetof(struct nxia_wait, flags),
		.known_flags = NXIA_WAIT_READ | NXIA_WAIT_WRITE,
		.reserved = -1, .handle = -1, .on_channel = true,
		.fill = fill_wait,
	}, {
		CALL(NOTIFY_WAIT, nxia_wait),
		.flags = offsetof(struct nxia_wait, flags),
		.known_flags = NXIA_WAIT_READ | NXIA_WAIT_WRITE,
		.reserved = -1, .handle = -1, .on_channel = true,
		.fill = fill_wait,
	},
};

static void fixture_init_objects(struct fixture *f)
{
	struct bytes sealed = { f->sealed, sizeof(f->sealed) };

	f->region = make_region(f->p.session, 1);
	f->region_file = nxia_fd(f->p.session, f->region);
	f->key = make_key(1);
	REQUIRE_OK(nxia_scope_create(f->p.session, f->key, NXIA_RIGHTS_SCOPE,
				     &f->scope));
	REQUIRE_OK(nxia_seal(f->p.session, f->scope,
			     (struct bytes){ f->plain, sizeof(f->plain) },
			     &sealed, (struct bytes){}));
}

/*
 * A connection, a batch and an event that wait, besides the channel, a region
 * and a scope.
 */
static void fixture_init(struct fixture *f)
{
	__u64 registry;

	memset(f, 0, sizeof(*f));
	REQUIRE_OK(nxia_endpoint_create(nxia_session(), NXIA_ENDPOINT_REGISTRY,
					1, ALL, &registry));
	pair_init(&f->p, 1, 1);
	REQUIRE_OK(nxia_connect(f->p.session, f->p.endpoint, page_size(),
				page_size(), &f->waiting));
	f->caps[0] = (struct nxia_transfer_cap){ f->p.endpoint, ALL, 0 };
	REQUIRE_OK(nxia_transfer(f->p.session, f->p.client.handle, f->caps, 1,
				 NULL));
	f->child = make_child(f->p.session, f->p.endpoint, ALL, 0);
	REQUIRE_OK(nxia_watch(f->p.session, f->child));
	make_child(f->p.session, f->child, ALL, 0);
	fixture_init_objects(f);
}

static const struct call *the_call(void)
{
	return test_arg;
}

static int call_file(struct fixture *f)
{
	return the_call()->on_channel ? f->p.client.fd : f->p.session;
}

/* The request with another size of the structure. */
static unsigned long sized(unsigned long request, unsigned int size)
{
	return _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request),
		    size);
}

static int call_with(struct fixture *f, void *argument)
{
	return nxia_call(call_file(f), the_call()->request, argument);
}

/* Big enough for every ioctl, so for every tail. */
#define ARGUMENT_MAX	(_IOC_SIZEMASK + 1U)

static char argument[ARGUMENT_MAX] __aligned(8);

static void fill(struct fixture *f)
{
	memset(argument, 0, sizeof(argument));
	the_call()->fill(f, argument);
}

/* The call works with good input: the last step of each test. */
static void expect_works(struct fixture *f)
{
	fill(f);
	EXPECT_OK(call_with(f, argument));
}

static void test_works(void)
{
	struct fixture f;

	fixture_init(&f);
	expect_works(&f);
}

static void test_short(void)
{
	const unsigned int size = the_call()->size;
	struct fixture f;

	fixture_init(&f);
	fill(&f);
	for (unsigned int less = 1; less <= size; less++)
		EXPECT_ERR(nxia_call(call_file(&f),
				     sized(the_call()->request, size - less),
				     argument), EINVAL);
	expect_works(&f);
}

/* In a process of its own: a call may use up what the fixture has. */
static void call_long(unsigned int size)
{
	struct fixture f;
	size_t nonzero = 0;
	pid_t child = child_start();

	if (child) {
		child_join(child);
		return;
	}
	fixture_init(&f);
	fill(&f);
	EXPECT_OK(nxia_call(call_file(&f), sized(the_call()->request, size),
			    argument));
	for (unsigned int i = the_call()->size; i < size; i++)
		nonzero += !!argument[i];
	EXPECT_EQ(nonzero, 0);
	child_done();
}

static void test_long_zero(void)
{
	const unsigned int size = the_call()->size;
	const unsigned int sizes[] = {
		size + 1, size + 8, 4096, 4097, ARGUMENT_MAX - 1,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		call_long(sizes[i]);
}

static void test_long_nonzero(void)
{
	const unsigned int size = the_call()->size;
	const unsigned int sizes[] = {
		size + 1, size + 8, 4096, ARGUMENT_MAX - 1,
	};
	struct fixture f;

	fixture_init(&f);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long request = sized(the_call()->request, sizes[i]);

		fill(&f);
		argument[size] = 1;
		EXPECT_ERR(nxia_call(call_file(&f), request, argument), E2BIG);
		argument[size] = 0;
		argument[sizes[i] - 1] = 1;
		EXPECT_ERR(nxia_call(call_file(&f), request, argument), E2BIG);
	}
	expect_works(&f);
}

static void test_flags(void)
{
	struct fixture f;

	fixture_init(&f);
	for (int bit = 0; bit < 32; bit++) {
		if (the_call()->known_flags & 1U << bit)
			continue;
		fill(&f);
		*(__u32 *)(argument + the_call()->flags) |= 1U << bit;
		EXPECT_ERR(call_with(&f, argument), EINVAL);
	}
	expect_works(&f);
}

static void test_reserved(void)
{
	struct fixture f;

	fixture_init(&f);
	for (int bit = 0; bit < 32; bit++) {
		fill(&f);
		*(__u32 *)(argument + the_call()->reserved) |= 1U << bit;
		EXPECT_ERR(call_with(&f, argument), EINVAL);
	}
	expect_works(&f);
}

static void expect_unchanged(struct fixture *f, const struct nxia_info *before)
{
	struct nxia_info after = nxia_info(f->p.session);

	EXPECT_EQ(after.caps, before->caps);
	EXPECT_EQ(after.objects, before->objects);
	EXPECT_EQ(after.pages, before->pages);
}

/* Two pages of which the second is gone. */
static char *page_before_hole(void)
{
	size_t page = page_size();
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(map != MAP_FAILED);
	munmap(map + page, page);
	return map;
}

static void test_unreadable(void)
{
	struct fixture f;
	struct nxia_info before;
	char *map = page_before_hole(), *hole = map + page_size();
	int files;

	fixture_init(&f);
	before = nxia_info(f.p.session);
	files = open_files();
	EXPECT_ERR(call_with(&f, NULL), EFAULT);
	EXPECT_ERR(call_with(&f, (void *)-1L), EFAULT);
	EXPECT_ERR(call_with(&f, (void *)-4096L), EFAULT);
	EXPECT_ERR(call_with(&f, (void *)0xffff888000000000), EFAULT);
	EXPECT_ERR(call_with(&f, (void *)0x8000000000000000), EFAULT);
	EXPECT_ERR(call_with(&f, hole), EFAULT);
	fill(&f);
	for (unsigned int part = 1; part < the_call()->size; part += 3) {
		memcpy(hole - part, argument, part);
		EXPECT_ERR(call_with(&f, hole - part), EFAULT);
	}
	expect_unchanged(&f, &before);
	EXPECT_EQ(open_files(), files);
	expect_works(&f);
}

static void test_unwritable(void)
{
	struct fixture f;
	struct nxia_info before;
	char *map = page_before_hole();
	int files;

	fixture_init(&f);
	fill(&f);
	before = nxia_info(f.p.session);
	files = open_files();
	memcpy(map, argument, the_call()->size);
	mprotect(map, page_size(), PROT_READ);
	EXPECT_ERR(call_with(&f, map), EFAULT);
	EXPECT_EQ(open_files(), files);
	if (the_call()->acts)
		return;
	expect_unchanged(&f, &before);
	expect_works(&f);
}

static void test_accept_unwritable(void)
{
	struct fixture f;
	struct nxia_accept *map = (void *)page_before_hole();

	fixture_init(&f);
	*map = (struct nxia_accept){ .endpoint = f.p.endpoint };
	mprotect(map, page_size(), PROT_READ);
	EXPECT_ERR(nxia_call(f.p.session, NXIA_IOC_ACCEPT, map), EFAULT);
	EXPECT_ERR(nxia_wait(f.waiting.fd, NXIA_WAIT_READ, 0), EPIPE);
}

static void test_event_unwritable(void)
{
	struct fixture f;
	struct nxia_event *map = (void *)page_before_hole(), event;

	fixture_init(&f);
	EXPECT_OK(nxia_watch(f.p.session, make_endpoint(f.p.session)));
	mprotect(map, page_size(), PROT_READ);
	EXPECT_ERR(nxia_call(f.p.session, NXIA_IOC_EVENT, map), EFAULT);
	EXPECT_OK(nxia_event(f.p.session, &event));
	EXPECT_ERR(nxia_event(f.p.session, &event), EAGAIN);
}

static void test_revoke_unwritable(void)
{
	struct fixture f;
	struct nxia_revoke *map = (void *)page_before_hole();
	struct nxia_query query;

	fixture_init(&f);
	*map = (struct nxia_revoke){ .handle = f.p.endpoint };
	mprotect(map, page_size(), PROT_READ);
	EXPECT_ERR(nxia_call(f.p.session, NXIA_IOC_REVOKE, map), EFAULT);
	EXPECT_ERR(nxia_query(f.p.session, f.child, &query), EKEYREVOKED);
}

static int call_on_handle(struct fixture *f, __u64 handle)
{
	fill(f);
	*(__u64 *)(argument + the_call()->handle) = handle;
	return call_with(f, argument);
}

static void test_bad_handle(void)
{
	struct fixture f;
	struct nxia_info before;
	__u64 closed;

	fixture_init(&f);
	closed = make_child(f.p.session, f.p.endpoint, ALL, 0);
	EXPECT_OK(nxia_close(f.p.session, closed));
	before = nxia_info(f.p.session);
	EXPECT_ERR(call_on_handle(&f, 0), EBADF);
	EXPECT_ERR(call_on_handle(&f, closed), EBADF);
	for (int bit = 8; bit < 64; bit++)
		EXPECT_ERR(call_on_handle(&f, f.child | 1ULL << bit), EBADF);
	EXPECT_ERR(call_on_handle(&f, ~0ULL), EBADF);
	EXPECT_ERR(call_on_handle(&f, -f.child), EBADF);
	expect_unchanged(&f, &before);
	expect_works(&f);
}

/* A revoked capability of the kind that the call needs. */
static __u64 make_dead(int session)
{
	struct nxia_end client, server;
	__u64 parent, dead = 0;

	switch (the_call()->type) {
	case NXIA_TYPE_CHANNEL:
		parent = make_endpoint(session);
		make_channel(session, parent, page_size(), page_size(),
			     &client, &server);
		dead = client.handle;
		break;
	case NXIA_TYPE_REGION:
		parent = make_region(session, 1);
		break;
	case NXIA_TYPE_SCOPE:
		parent = make_scope(session, 2);
		break;
	default:
		parent = make_endpoint(session);
	}
	if (!dead)
		dead = make_child(session, parent, NXIA_RIGHTS_COMMON, 0);
	EXPECT_OK(nxia_revoke(session, parent));
	return dead;
}

static void test_revoked_handle(void)
{
	struct fixture f;
	struct nxia_info before;
	__u64 dead;

	fixture_init(&f);
	dead = make_dead(f.p.session);
	before = nxia_info(f.p.session);
	EXPECT_ERR(call_on_handle(&f, dead), EKEYREVOKED);
	expect_unchanged(&f, &before);
	expect_works(&f);
}

static void test_wrong_kind(void)
{
	struct fixture f;

	fixture_init(&f);
	if (the_call()->type != NXIA_TYPE_ENDPOINT)
		EXPECT_ERR(call_on_handle(&f, f.p.endpoint), ENOTTY);
	if (the_call()->type != NXIA_TYPE_CHANNEL)
		EXPECT_ERR(call_on_handle(&f, f.p.client.handle), ENOTTY);
	if (the_call()->type != NXIA_TYPE_REGION)
		EXPECT_ERR(call_on_handle(&f, f.region), ENOTTY);
	if (the_call()->type != NXIA_TYPE_SCOPE)
		EXPECT_ERR(call_on_handle(&f, f.scope), ENOTTY);
	expect_works(&f);
}

static void test_wrong_file(void)
{
	struct fixture f;

	fixture_init(&f);
	fill(&f);
	EXPECT_ERR(nxia_call(the_call()->on_channel ? f.p.session :
			     f.p.client.fd, the_call()->request, argument),
		   ENOTTY);
	expect_works(&f);
}

/* Numbers that are no call */

static void test_unknown(void)
{
	struct fixture f;

	fixture_init(&f);
	memset(argument, 0, sizeof(argument));
	for (unsigned int number = 0; number < 256; number++) {
		unsigned long request = _IOC(_IOC_READ | _IOC_WRITE,
					     NXIA_IOC_MAGIC, number, 16);

		if (number > _IOC_NR(NXIA_IOC_ENTER))
			EXPECT_ERR(nxia_call(f.p.session, request, argument),
				   ENOTTY);
		if (number < _IOC_NR(NXIA_IOC_NOTIFY) ||
		    number > _IOC_NR(NXIA_IOC_SHUTDOWN))
			EXPECT_ERR(nxia_call(f.p.client.fd, request, argument),
				   ENOTTY);
	}
	for (int magic = 0; magic < 256; magic++) {
		unsigned long request = _IOC(_IOC_READ | _IOC_WRITE, magic, 0,
					     sizeof(struct nxia_info));

		/* 'T' and 'f' have numbers that every file answers. */
		if (magic != NXIA_IOC_MAGIC && magic != 'T' && magic != 'f')
			EXPECT_ERR(nxia_call(f.p.session, request, argument),
				   ENOTTY);
	}
}

static void test_notify_argument(void)
{
	struct fixture f;

	fixture_init(&f);
	EXPECT_OK(nxia_call(f.p.client.fd, NXIA_IOC_NOTIFY, (void *)-1L));
	EXPECT_OK(nxia_call(f.p.client.fd, NXIA_IOC_SHUTDOWN, (void *)-1L));
}

/*
 * A 32-bit call from this 64-bit process: int 0x80 takes the numbers of i386,
 * where ioctl is 54.  All arguments must be below 4 GiB.
 */
#ifdef __x86_64__
static int call_compat(int fd, unsigned long request, void *low)
{
	int result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(54), "b"((long)fd), "c"(request), "d"(low)
		     : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static bool compat_works(void)
{
	volatile bool works = false;

	probe_catch(SIGSEGV);
	probing = true;
	if (!sigsetjmp(probe_context, 1))
		works = call_compat(-1, 0, NULL) == -EBADF;
	probing = false;
	return works;
}

static void test_compat(void)
{
	struct fixture f;
	void *low = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (!compat_works())
		test_skip("this kernel has no 32-bit calls");
	REQUIRE(low != MAP_FAILED);
	fixture_init(&f);
	fill(&f);
	memcpy(low, argument, the_call()->size);
	if (the_call()->type == NXIA_TYPE_CHANNEL) {
		struct nxia_transfer *transfer = low;

		transfer->caps = (uintptr_t)low + 1024;
		memcpy(low + 1024, f.caps, sizeof(f.caps));
	}
	EXPECT_OK(call_compat(call_file(&f), the_call()->request, low));
}
#endif

/* Each test for each call that it fits */

static void add(const struct call *call, const char *what, void (*run)(void))
{
	char *name;

	if (asprintf(&name, "%s: %s", call->name, what) > 0)
		test_add(name, run, call);
}

static void add_call(const struct call *call)
{
	add(call, "works with good input", test_works);
	add(call, "EINVAL for a structure that is too short", test_short);
	add(call, "takes a longer structure with zeros", test_long_zero);
	add(call, "E2BIG for a longer structure with more", test_long_nonzero);
	if (call->flags >= 0)
		add(call, "EINVAL for an unknown flag", test_flags);
	if (call->reserved >= 0)
		add(call, "EINVAL for a reserved field", test_reserved);
	add(call, "EFAULT for input that cannot be read", test_unreadable);
	if (!call->silent)
		add(call, "EFAULT for output that cannot be written",
		    test_unwritable);
	if (call->handle >= 0) {
		add(call, "EBADF for what is no handle", test_bad_handle);
		if (call->request != NXIA_IOC_CLOSE)
			add(call, "EKEYREVOKED for a revoked handle",
			    test_revoked_handle);
	}
	if (call->type)
		add(call, "ENOTTY for another kind of object",
		    test_wrong_kind);
	add(call, "ENOTTY on the other kind of file", test_wrong_file);
#ifdef __x86_64__
	add(call, "works for a 32-bit caller", test_compat);
#endif
}

__constructor static void add_calls(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
		add_call(&calls[i]);
	test_add("ACCEPT: EFAULT on the way out closes the connection",
		 test_accept_unwritable, NULL);
	test_add("EVENT: EFAULT on the way out loses the event",
		 test_event_unwritable, NULL);
	test_add("REVOKE: EFAULT on the way out has revoked",
		 test_revoke_unwritable, NULL);
	test_add("NOTIFY, SHUTDOWN: take no argument", test_notify_argument, NULL);
	test_add("ioctl: ENOTTY for every number that is no call",
		 test_unknown, NULL);
}
