// SPDX-License-Identifier: GPL-2.0-only
/* The limits of a user, and what a refused call leaves: nothing. */
#include "nxia_main.h"
#include "nxia_pair.h"
#include "nxia_region.h"
#include "nxia_scope.h"

#define ALL	NXIA_RIGHTS_ENDPOINT

/* The module parameters, and how to put them back. */

static const char *const limit_names[] = {
	"max_caps", "max_objects", "max_pages", "max_depth", "max_children",
};

enum limit {
	CAPS,
	OBJECTS,
	PAGES,
	DEPTH,
	CHILDREN,
};

static void limit_path(char *path, size_t size, enum limit limit)
{
	snprintf(path, size, "/sys/module/nxia/parameters/%s",
		 limit_names[limit]);
}

static __u64 limit_get(enum limit limit)
{
	char path[64];
	long long value;

	limit_path(path, sizeof(path), limit);
	value = file_number(path);
	REQUIRE_OK(value);
	return value;
}

static void limit_set(enum limit limit, __u64 value)
{
	char path[64], text[32];

	limit_path(path, sizeof(path), limit);
	snprintf(text, sizeof(text), "%llu", value);
	REQUIRE_OK(file_write(path, text));
}

/* Let the user have @more of what there is now. */
static void limit_to(int session, enum limit limit, __u64 more)
{
	struct nxia_info info = nxia_info(session);
	__u64 now[] = { info.caps, info.objects, info.pages };

	limit_set(limit, now[limit] + more);
}

/*
 * Try @call with room for 0, 1, 2... more until it works.  Each refusal must be
 * EDQUOT and leave nothing; at least @least of them must come.
 */
struct quota {
	enum limit limit;
	__u64 least;
	int (*call)(struct pair *p);
};

static void expect_same(const struct nxia_info *a, const struct nxia_info *b)
{
	EXPECT_EQ(b->caps, a->caps);
	EXPECT_EQ(b->objects, a->objects);
	EXPECT_EQ(b->pages, a->pages);
}

static void quota_run(struct pair *p, const struct quota *quota)
{
	__u64 old = limit_get(quota->limit), more;
	int result = -EDQUOT, files = open_files();

	for (more = 0; more < 64 && result == -EDQUOT; more++) {
		struct nxia_info before = nxia_info(p->session), after;

		limit_to(p->session, quota->limit, more);
		result = quota->call(p);
		limit_set(quota->limit, old);
		if (result == -EDQUOT) {
			after = nxia_info(p->session);
			expect_same(&before, &after);
			EXPECT_EQ(open_files(), files);
		}
	}
	EXPECT_OK(result);
	EXPECT(more > quota->least);
}

static void quota_test(enum limit limit, __u64 least,
		       int (*call)(struct pair *p))
{
	struct quota quota = { limit, least, call };
	struct pair p;

	pair_init(&p, 1, 1);
	quota_run(&p, &quota);
}

TEST(shown, "INFO: shows the limits of the module's parameters")
{
	int session = nxia_session();
	__u64 old[3];

	for (int i = CAPS; i <= PAGES; i++)
		old[i] = limit_get(i);
	for (int i = CAPS; i <= PAGES; i++)
		limit_set(i, old[i] + 1000 + i);
	EXPECT_EQ(nxia_info(session).max_caps, old[CAPS] + 1000);
	EXPECT_EQ(nxia_info(session).max_objects, old[OBJECTS] + 1001);
	EXPECT_EQ(nxia_info(session).max_pages, old[PAGES] + 1002);
	for (int i = CAPS; i <= PAGES; i++)
		limit_set(i, old[i]);
	EXPECT_EQ(nxia_info(session).max_caps, old[CAPS]);
}

static int call_create(struct pair *p)
{
	__u64 handle;

	return nxia_endpoint_create(p->session, 0, 1, ALL, &handle);
}

TEST(create_caps, "ENDPOINT_CREATE: EDQUOT at max_caps")
{
	quota_test(CAPS, 1, call_create);
}

TEST(create_objects, "ENDPOINT_CREATE: EDQUOT at max_objects")
{
	quota_test(OBJECTS, 1, call_create);
}

static int call_connect(struct pair *p)
{
	struct nxia_end end;

	return nxia_connect(p->session, p->endpoint, page_size(), page_size(),
			    &end);
}

TEST(connect_caps, "CONNECT: EDQUOT at max_caps")
{
	quota_test(CAPS, 1, call_connect);
}

TEST(connect_objects, "CONNECT: EDQUOT at max_objects")
{
	quota_test(OBJECTS, 1, call_connect);
}

TEST(connect_pages, "CONNECT: EDQUOT at max_pages")
{
	quota_test(PAGES, 2, call_connect);
}

static int call_accept(struct pair *p)
{
	struct nxia_accept accepted;
	struct nxia_end end;

	return nxia_accept(p->session, p->endpoint, &end, &accepted);
}

TEST(accept_caps, "ACCEPT: EDQUOT at max_caps, the connection still waits")
{
	struct quota quota = { CAPS, 1, call_accept };
	struct nxia_end end;
	struct pair p;

	pair_init(&p, 1, 1);
	REQUIRE_OK(nxia_connect(p.session, p.endpoint, page_size(),
				page_size(), &end));
	quota_run(&p, &quota);
}

static int call_derive(struct pair *p)
{
	__u64 handle;

	return nxia_derive(p->session, p->endpoint, ALL, 0, &handle);
}

TEST(derive_caps, "DERIVE: EDQUOT at max_caps")
{
	quota_test(CAPS, 1, call_derive);
}

static int call_bootstrap(struct pair *p)
{
	__u64 handle;

	return nxia_bootstrap(p->session, &handle);
}

TEST(bootstrap_caps, "BOOTSTRAP: EDQUOT at max_caps")
{
	make_registry(nxia_session());
	quota_test(CAPS, 1, call_bootstrap);
}

static int call_transfer(struct pair *p)
{
	struct nxia_transfer_cap caps[3];

	for (int i = 0; i < 3; i++)
		caps[i] = (struct nxia_transfer_cap){ p->endpoint, ALL, 0 };
	return nxia_transfer(p->session, p->client.handle, caps, 3, NULL);
}

TEST(transfer_caps, "TRANSFER: EDQUOT at max_caps, the whole batch")
{
	struct nxia_transfer_cap caps[3];
	__u32 count = 3;
	struct pair p;
	__u64 old;

	quota_test(CAPS, 3, call_transfer);
	pair_init(&p, 1, 1);
	old = limit_get(CAPS);
	limit_to(p.session, CAPS, 2);
	EXPECT_ERR(call_transfer(&p), EDQUOT);
	limit_set(CAPS, old);
	EXPECT_ERR(nxia_receive(p.session, p.server.handle, caps, &count, NULL),
		   EAGAIN);
}

/* A receiver that is another user than the sender, in a process of its own. */
static void receive_as_user(struct gate *ready, struct gate *go)
{
	struct nxia_transfer_cap caps[3];
	struct nxia_end end;
	__u32 count = 3;
	int session;

	become_user(1000);
	session = make_client(page_size(), page_size(), &end);
	gate_open(ready);
	gate_pass(go);
	EXPECT_ERR(nxia_receive(session, end.handle, caps, &count, NULL),
		   EDQUOT);
	EXPECT_EQ(nxia_info(session).caps, 2);
	gate_open(ready);
	gate_pass(go);
	EXPECT_OK(nxia_receive(session, end.handle, caps, &count, NULL));
	EXPECT_EQ(count, 3);
	EXPECT_EQ(nxia_info(session).caps, 5);
	child_done();
}

TEST(receive_caps, "RECEIVE: EDQUOT at max_caps, the batch still waits")
{
	int session = nxia_session();
	__u64 registry = make_registry(session), old = limit_get(CAPS);
	struct nxia_transfer_cap caps[3];
	struct nxia_accept accepted;
	struct gate ready, go;
	struct nxia_end server;
	pid_t child;

	for (int i = 0; i < 3; i++)
		caps[i] = (struct nxia_transfer_cap){ registry, ALL, 0 };
	gate_init(&ready);
	gate_init(&go);
	child = child_start();
	if (!child)
		receive_as_user(&ready, &go);
	gate_pass(&ready);
	REQUIRE_OK(nxia_accept(session, registry, &server, &accepted));
	REQUIRE_OK(nxia_transfer(session, server.handle, caps, 3, NULL));
	limit_set(CAPS, 4);
	gate_open(&go);
	gate_pass(&ready);
	limit_set(CAPS, old);
	gate_open(&go);
	child_join(child);
}

static int call_region_create(struct pair *p)
{
	__u64 handle;

	return nxia_region_create(p->session, 3 * page_size(), REGION_ALL,
				  &handle);
}

TEST(region_caps, "REGION_CREATE: EDQUOT at max_caps")
{
	quota_test(CAPS, 1, call_region_create);
}

TEST(region_objects, "REGION_CREATE: EDQUOT at max_objects")
{
	quota_test(OBJECTS, 1, call_region_create);
}

TEST(region_pages, "REGION_CREATE: EDQUOT at max_pages")
{
	quota_test(PAGES, 3, call_region_create);
}

TEST(region_endless, "REGION_CREATE: EDQUOT or ENOMEM for a terabyte")
{
	int session = nxia_session();
	__u64 old = limit_get(PAGES), handle;
	struct nxia_info before = nxia_info(session), after;

	EXPECT_ERR(nxia_region_create(session, 1ULL << 40, REGION_ALL, &handle),
		   EDQUOT);
	limit_set(PAGES, ~0ULL);
	EXPECT_ERR(nxia_region_create(session, 1ULL << 40, REGION_ALL, &handle),
		   ENOMEM);
	limit_set(PAGES, old);
	after = nxia_info(session);
	expect_same(&before, &after);
}

static int call_scope_create(struct pair *p)
{
	__u64 handle;

	return nxia_scope_create(p->session, make_key(1), NXIA_RIGHTS_SCOPE,
				 &handle);
}

TEST(scope_caps, "SCOPE_CREATE: EDQUOT at max_caps")
{
	quota_test(CAPS, 1, call_scope_create);
}

TEST(scope_objects, "SCOPE_CREATE: EDQUOT at max_objects")
{
	quota_test(OBJECTS, 1, call_scope_create);
}

static int call_import(struct pair *p)
{
	int file = nxia_fd(p->session, p->endpoint), result;
	__u64 handle;

	result = nxia_import(p->session, file, ALL, &handle);
	close(file);
	return result;
}

TEST(import_caps, "IMPORT: EDQUOT at max_caps")
{
	quota_test(CAPS, 1, call_import);
}

/* How deep, and how wide, a tree may be */

TEST(depth, "DERIVE: EDQUOT at max_depth, which CLOSE makes room for")
{
	int session = nxia_session();
	__u64 old = limit_get(DEPTH), chain[8], child;

	limit_set(DEPTH, 4);
	chain[0] = make_endpoint(session);
	for (int i = 1; i <= 4; i++)
		chain[i] = make_child(session, chain[i - 1], ALL, 0);
	EXPECT_ERR(nxia_derive(session, chain[4], ALL, 0, &child), EDQUOT);
	EXPECT_OK(nxia_derive(session, chain[3], ALL, 0, &child));
	/* Without the root, all are one step higher. */
	EXPECT_OK(nxia_close(session, chain[0]));
	EXPECT_OK(nxia_derive(session, chain[4], ALL, 0, &child));
	EXPECT_ERR(nxia_derive(session, child, ALL, 0, &child), EDQUOT);
	limit_set(DEPTH, old);
}

TEST(depth_others, "CONNECT, ACCEPT, TRANSFER, IMPORT: EDQUOT at max_depth")
{
	struct nxia_transfer_cap cap;
	struct pair p;
	__u64 old = limit_get(DEPTH);
	struct nxia_end end;

	pair_init(&p, 1, 1);
	cap = (struct nxia_transfer_cap){ p.endpoint, ALL, 0 };
	REQUIRE_OK(call_connect(&p));
	limit_set(DEPTH, 0);
	EXPECT_ERR(call_connect(&p), EDQUOT);
	EXPECT_ERR(nxia_accept(p.session, p.endpoint, &end,
			       &(struct nxia_accept){}), EDQUOT);
	EXPECT_ERR(nxia_transfer(p.session, p.client.handle, &cap, 1, NULL),
		   EDQUOT);
	EXPECT_ERR(call_import(&p), EDQUOT);
	limit_set(DEPTH, old);
	EXPECT_OK(nxia_accept(p.session, p.endpoint, &end,
			      &(struct nxia_accept){}));
}

TEST(children, "DERIVE: EDQUOT at max_children, which CLOSE makes room for")
{
	int session = nxia_session();
	__u64 endpoint = make_endpoint(session), first, child;
	__u64 old = limit_get(CHILDREN);

	limit_set(CHILDREN, 3);
	first = make_child(session, endpoint, ALL, 0);
	make_child(session, endpoint, ALL, 0);
	make_child(session, endpoint, ALL, 0);
	EXPECT_ERR(nxia_derive(session, endpoint, ALL, 0, &child), EDQUOT);
	EXPECT_OK(nxia_derive(session, first, ALL, 0, &child));
	EXPECT_OK(nxia_close(session, child));
	EXPECT_OK(nxia_close(session, first));
	EXPECT_OK(nxia_derive(session, endpoint, ALL, 0, &child));
	EXPECT_ERR(nxia_derive(session, endpoint, ALL, 0, &child), EDQUOT);
	limit_set(CHILDREN, old);
}

TEST(children_bootstrap, "BOOTSTRAP: EDQUOT at max_children")
{
	int session = nxia_session();
	__u64 old = limit_get(CHILDREN), handle;

	make_registry(session);
	limit_set(CHILDREN, 1);
	EXPECT_OK(nxia_bootstrap(session, &handle));
	EXPECT_ERR(nxia_bootstrap(session, &handle), EDQUOT);
	limit_set(CHILDREN, old);
}

TEST(users_apart, "limits: each user has its own, whatever the session")
{
	int session = nxia_session();
	__u64 old = limit_get(CAPS), handle, other_handle;
	pid_t child;

	make_endpoint(session);
	limit_to(session, CAPS, 0);
	EXPECT_ERR(nxia_endpoint_create(nxia_session(), 0, 1, ALL, &handle),
		   EDQUOT);
	limit_set(CAPS, 1);
	child = child_start();
	if (!child) {
		int other;

		become_user(1000);
		other = nxia_session();
		EXPECT_OK(nxia_endpoint_create(other, 0, 1, ALL, &handle));
		EXPECT_ERR(nxia_endpoint_create(nxia_session(), 0, 1, ALL,
						&other_handle), EDQUOT);
		EXPECT_OK(nxia_close(other, handle));
		EXPECT_OK(nxia_endpoint_create(other, 0, 1, ALL, &handle));
		child_done();
	}
	child_join(child);
	limit_set(CAPS, old);
}

TEST(opener_pays, "limits: the user who opened the session pays")
{
	int session = nxia_session();
	__u64 before = nxia_info(session).caps;
	pid_t child = child_start();

	if (!child) {
		become_user(1000);
		make_endpoint(session);
		EXPECT_EQ(nxia_info(nxia_session()).caps, 0);
		child_done();
	}
	child_join(child);
	EXPECT_EQ(nxia_info(session).caps, before + 1);
}

TEST(no_limit_to_close, "limits: what is there can be closed and revoked")
{
	struct pair p;
	__u64 old = limit_get(CAPS), child;

	pair_init(&p, 1, 1);
	child = make_child(p.session, p.endpoint, ALL, 0);
	limit_set(CAPS, 0);
	EXPECT_OK(nxia_fd(p.session, p.endpoint));
	EXPECT_EQ(nxia_revoke(p.session, p.endpoint), 3);
	EXPECT_OK(nxia_close(p.session, child));
	limit_set(CAPS, old);
}
