// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every call with its 1st, 2nd, 3rd ... allocation or copy from or to user
 * memory failing, until there is none left to fail.  A failed call changes
 * nothing, or what the ABI says, and works when it is made again; when the
 * world around it is taken down, nothing is left.
 */
#include <poll.h>

#include "nxia_fault.h"
#include "nxia_genl.h"
#include "nxia_main.h"
#include "nxia_pair.h"
#include "nxia_scope.h"
#include "nxia_uring.h"

#define SWEEP_MAX	1000
#define SWEEPS		8
#define HUGE		(2ULL << 20)
/* Far from all else, so that a fault needs page tables of its own. */
#define FAR		((void *)(1ULL << 44))
#define PLAIN_SIZE	(NXIA_SEAL_CHUNK + 100)
#define SEALED_SIZE	(PLAIN_SIZE + 24 + 2 * NXIA_SEAL_TAG)

/* The errors of a row. */
enum { MEMORY = 1, COPY = 2, BUFFERS = 4, OTHER = 8 };

/* What the calls work on, new for each. */
struct world {
	int session;
	struct nxia_info before;
	int files;
	__u64 endpoint;
	struct nxia_end client, server;
	__u64 handle;
	int file;
	volatile char *map;
	size_t mapped;
	struct uring ring;
	int netlinks[2];
};

/*
 * @call: made with the fault; a negative errno, or success
 * @errors: all of them come in the sweep, and no others
 * @done: those that come after the deed is done, as the ABI documents
 * @again: what the call then says when it is made again
 * @survives: it works with any fault, of which there are some
 */
struct row {
	const char *name;
	void (*prepare)(struct world *w);
	int (*call)(struct world *w);
	unsigned int errors;
	unsigned int done;
	int again;
	bool survives;
};

static char plain[PLAIN_SIZE], sealed[SEALED_SIZE], out[SEALED_SIZE];
static int fail_nth, lowest;
static __u16 genl_family_id;

/* The world */

static void world_open(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->session = nxia_session();
	w->endpoint = make_endpoint(w->session);
	make_channel(w->session, w->endpoint, page_size(), page_size(),
		     &w->client, &w->server);
}

/* All files that were opened since are its own; mappings hold theirs. */
static void world_close(struct world *w)
{
	if (w->map)
		munmap((void *)w->map, w->mapped);
	if (w->ring.fd)
		uring_exit(&w->ring);
	close_range(lowest, ~0U, 0);
}

static bool same(const struct nxia_info *a, const struct nxia_info *b)
{
	return a->caps == b->caps && a->objects == b->objects &&
	       a->pages == b->pages;
}

static void expect_same(const char *when, const struct nxia_info *want,
			const struct nxia_info *got)
{
	if (!same(want, got))
		test_fail("%s: caps %lld, objects %lld, pages %lld too many",
			  when, (long long)(got->caps - want->caps),
			  (long long)(got->objects - want->objects),
			  (long long)(got->pages - want->pages));
}

/* io_uring gives its files back a moment later. */
static void expect_nothing_left(int session, const struct nxia_info *base)
{
	struct nxia_info now = nxia_info(session);

	for (int i = 0; i < 400 && !same(base, &now); i++) {
		usleep(10000);
		now = nxia_info(session);
	}
	expect_same("left behind", base, &now);
}

/* The sweep */

/* Was the fault taken?  The number itself is copied, and may be what fails. */
static bool fault_taken(void)
{
	char text[16] = "";
	ssize_t length = pread(fail_nth, text, sizeof(text) - 1, 0);
	bool taken = length > 0 && !atoi(text);

	while (pwrite(fail_nth, "0", 1, 0) != 1)
		continue;
	return taken;
}

static int call_failing(const struct row *row, struct world *w, int nth,
			bool *taken)
{
	char text[16] = "";
	int length = snprintf(text, sizeof(text), "%d", nth), result;

	REQUIRE(pwrite(fail_nth, text, length, 0) == length);
	result = row->call(w);
	*taken = fault_taken();
	return result;
}

static unsigned int error_bit(int result)
{
	switch (-result) {
	case ENOMEM:
		return MEMORY;
	case EFAULT:
		return COPY;
	case ENOBUFS:
		return BUFFERS;
	default:
		return OTHER;
	}
}

static void expect_unchanged(struct world *w, int nth)
{
	struct nxia_info after = nxia_info(w->session);
	char when[32];

	snprintf(when, sizeof(when), "at fault %d", nth);
	expect_same(when, &w->before, &after);
	EXPECT_EQ(open_files(), w->files);
}

/* The first copy is that of the argument: then nothing was done in any case. */
static void check_failed(const struct row *row, struct world *w, int nth,
			 int result)
{
	unsigned int error = error_bit(result);
	bool done = nth > 1 && row->done & error;
	int again;

	if (!(row->errors & error))
		test_fail("fault %d: %s", nth, result_name(result));
	if (!done)
		expect_unchanged(w, nth);
	again = row->call(w);
	if (again < 0 && !(done && again == -row->again))
		test_fail("after fault %d: %s", nth, result_name(again));
}

static bool sweep_one(const struct row *row, int nth, unsigned int *seen)
{
	struct world w;
	bool taken;
	int result;

	world_open(&w);
	if (row->prepare)
		row->prepare(&w);
	w.before = nxia_info(w.session);
	w.files = open_files();
	result = call_failing(row, &w, nth, &taken);
	if (result < 0) {
		*seen |= error_bit(result);
		check_failed(row, &w, nth, result);
	}
	if (!taken)
		EXPECT_OK(result);
	world_close(&w);
	return taken;
}

/* Fails each allocation and copy in turn; how many there were. */
static int sweep_all(const struct row *row, int session,
		     const struct nxia_info *base, unsigned int *seen)
{
	int nth = 1;

	while (nth < SWEEP_MAX && sweep_one(row, nth, seen)) {
		expect_nothing_left(session, base);
		nth++;
	}
	expect_nothing_left(session, base);
	printf("# %d faults\n", nth - 1);
	EXPECT(nth < SWEEP_MAX);
	return nth - 1;
}

/*
 * What a call allocates before can be one less the next time, when a slab has room:
 * then a sweep steps over a fault, and the next one finds it.
 */
static void sweep(void)
{
	const struct row *row = test_arg;
	int session = nxia_session(), sweeps = 0, faults = 0;
	unsigned int seen = 0;
	struct nxia_info base;
	struct genl genl;

	fault_setup("0");
	genl_open(&genl);
	genl_family_id = genl.family;
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	REQUIRE(fail_nth >= 0);
	lowest = dup(fail_nth);
	close(lowest);
	base = nxia_info(session);
	do {
		faults += sweep_all(row, session, &base, &seen);
	} while (seen != row->errors && ++sweeps < SWEEPS);
	EXPECT_EQ(seen, row->errors);
	EXPECT(!row->survives || faults);
}

/* Sessions */

static int call_open(struct world __maybe_unused *w)
{
	int file = open("/dev/nxia", O_RDWR);

	return file < 0 ? -errno : file;
}

static int call_info(struct world *w)
{
	struct nxia_info info = {};

	return nxia_call(w->session, NXIA_IOC_INFO, &info);
}

static void prepare_registry(struct world *w)
{
	make_registry(w->session);
}

static int call_bootstrap(struct world *w)
{
	__u64 handle;

	return nxia_bootstrap(w->session, &handle);
}

/* Capabilities */

static int call_endpoint_create(struct world *w)
{
	__u64 handle;

	return nxia_endpoint_create(w->session, 0, 1, NXIA_RIGHTS_ENDPOINT,
				    &handle);
}

static int call_derive(struct world *w)
{
	__u64 handle;

	return nxia_derive(w->session, w->endpoint, NXIA_RIGHTS_ENDPOINT, 0,
			   &handle);
}

static void prepare_children(struct world *w)
{
	for (int i = 0; i < 3; i++)
		w->handle = make_child(w->session, w->endpoint,
				       NXIA_RIGHTS_ENDPOINT, 0);
}

static int call_revoke(struct world *w)
{
	return nxia_revoke(w->session, w->endpoint);
}

static int call_close(struct world *w)
{
	return nxia_close(w->session, w->handle);
}

static int call_query(struct world *w)
{
	struct nxia_query query;

	return nxia_query(w->session, w->endpoint, &query);
}

static int call_fd(struct world *w)
{
	return nxia_fd(w->session, w->endpoint);
}

static int call_handle(struct world *w)
{
	__u64 handle;

	return nxia_handle(w->session, w->client.fd, &handle);
}

static void prepare_file(struct world *w)
{
	w->file = nxia_fd(w->session, w->endpoint);
	REQUIRE(w->file >= 0);
}

static int call_import(struct world *w)
{
	__u64 handle;

	return nxia_import(w->session, w->file, NXIA_RIGHT_CONNECT, &handle);
}

/* Channels */

static int call_connect(struct world *w)
{
	struct nxia_end end;

	return nxia_connect(w->session, w->endpoint, page_size(), page_size(),
			    &end);
}

static void prepare_connection(struct world *w)
{
	REQUIRE_OK(call_connect(w));
}

static int call_accept(struct world *w)
{
	struct nxia_accept accepted;
	struct nxia_end end;

	return nxia_accept(w->session, w->endpoint, &end, &accepted);
}

static int call_transfer(struct world *w)
{
	struct nxia_transfer_cap caps[2];

	for (int i = 0; i < 2; i++)
		caps[i] = (struct nxia_transfer_cap){
			w->endpoint, NXIA_RIGHTS_ENDPOINT, 0 };
	return nxia_transfer(w->session, w->client.handle, caps, 2, NULL);
}

/* The table has nodes of 64: the next handle needs a new one. */
static void prepare_batch(struct world *w)
{
	REQUIRE_OK(call_transfer(w));
	while (make_child(w->session, w->endpoint, NXIA_RIGHT_CONNECT, 0) %
	       64 != 63)
		continue;
}

static int call_receive(struct world *w)
{
	struct nxia_transfer_cap caps[2];
	__u32 count = 2;

	return nxia_receive(w->session, w->server.handle, caps, &count, NULL);
}

static int call_notify(struct world *w)
{
	return nxia_notify(w->client.fd);
}

static int call_wait(struct world *w)
{
	return nxia_wait(w->client.fd, NXIA_WAIT_WRITE, NXIA_WAIT_FOREVER);
}

static int call_notify_wait(struct world *w)
{
	return nxia_notify_wait(w->client.fd, NXIA_WAIT_WRITE,
				NXIA_WAIT_FOREVER);
}

static int call_shutdown(struct world *w)
{
	return nxia_shutdown(w->client.fd);
}

static int call_poll(struct world *w)
{
	struct pollfd fds[] = {
		{ w->client.fd, POLLIN | POLLOUT, 0 },
		{ w->session, POLLIN, 0 },
	};

	return poll(fds, 2, 0) < 0 ? -errno : 0;
}

static void prepare_uring(struct world *w)
{
	uring_init(&w->ring);
}

/* What io_uring cannot begin is still in its queue. */
static int call_uring(struct world *w)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_URING_CMD, .fd = w->client.fd,
		.cmd_op = NXIA_IOC_NOTIFY,
	};
	struct io_uring_params *p = &w->ring.params;
	struct io_uring_cqe cqe;
	int result;

	if (*uring_word(w->ring.sq, p->sq_off.head) ==
	    *uring_word(w->ring.sq, p->sq_off.tail))
		uring_queue(&w->ring, &sqe, 1);
	result = uring_enter(&w->ring, 1);
	if (result < 0)
		return result;
	return uring_take(&w->ring, &cqe) ? cqe.res : -ENODATA;
}

/* Memory */

static int map_file(struct world *w, int file, size_t length, int protection)
{
	void *map = mmap(FAR, length, protection, MAP_SHARED, file, 0);

	if (map == MAP_FAILED)
		return -errno;
	w->map = map;
	w->mapped = length;
	return 0;
}

static int call_map_ring(struct world *w)
{
	return map_file(w, w->client.fd, half_size(page_size()),
			PROT_READ | PROT_WRITE);
}

static void prepare_region_of(struct world *w, __u64 size)
{
	REQUIRE_OK(nxia_region_create(w->session, size, NXIA_RIGHTS_REGION,
				      &w->handle));
	w->file = nxia_fd(w->session, w->handle);
	REQUIRE(w->file >= 0);
}

static void prepare_region(struct world *w)
{
	prepare_region_of(w, 2 * page_size());
}

static int call_region_create(struct world *w)
{
	__u64 handle;

	return nxia_region_create(w->session, HUGE + page_size(),
				  NXIA_RIGHTS_REGION, &handle);
}

static int call_derive_range(struct world *w)
{
	__u64 handle;

	return nxia_derive_range(w->session, w->handle, NXIA_RIGHT_READ,
				 page_size(), page_size(), &handle);
}

static int call_freeze(struct world *w)
{
	return nxia_freeze(w->session, w->handle);
}

static int call_map_region(struct world *w)
{
	return map_file(w, w->file, 2 * page_size(), PROT_READ | PROT_WRITE);
}

static void prepare_map_ring(struct world *w)
{
	REQUIRE_OK(call_map_ring(w));
}

static void prepare_map_region(struct world *w)
{
	prepare_region(w);
	REQUIRE_OK(call_map_region(w));
}

static void prepare_map_huge(struct world *w)
{
	prepare_region_of(w, HUGE);
	REQUIRE_OK(map_file(w, w->file, HUGE, PROT_READ | PROT_WRITE));
}

/* A fault that finds no memory is taken again: the access works in any case. */
static int call_read(struct world *w)
{
	return *w->map;
}

static int call_write(struct world *w)
{
	*w->map = 1;
	return 0;
}

static void prepare_read(struct world *w)
{
	prepare_map_region(w);
	call_read(w);
}

/* Scopes */

static void prepare_scope(struct world *w)
{
	memset(plain, 'x', sizeof(plain));
	w->handle = make_scope(w->session, 1);
	memset(out, 0, sizeof(out));
}

static void prepare_key(struct world *w)
{
	w->file = make_key(1);
}

static int call_scope_create(struct world *w)
{
	__u64 handle;

	return nxia_scope_create(w->session, w->file, NXIA_RIGHTS_SCOPE,
				 &handle);
}

/*
 * What was written before it failed is cleared again; or all is there, to its
 * last byte, and only the size of it could not be told.
 */
static int check_out(int result, size_t size)
{
	static const char zeros[sizeof(out)];

	if (result < 0 && memcmp(out, zeros, sizeof(out)) &&
	    !(result == -EFAULT && memcmp(out + size - NXIA_SEAL_TAG, zeros,
					  NXIA_SEAL_TAG)))
		test_fail("%s: left something in the output",
			  result_name(result));
	return result;
}

static int call_seal(struct world *w)
{
	struct bytes to = { out, sizeof(out) };

	return check_out(nxia_seal(w->session, w->handle,
				   (struct bytes){ plain, sizeof(plain) },
				   &to, (struct bytes){}),
			 sizeof(sealed));
}

static void prepare_sealed(struct world *w)
{
	struct bytes to = { sealed, sizeof(sealed) };

	prepare_scope(w);
	REQUIRE_OK(nxia_seal(w->session, w->handle,
			     (struct bytes){ plain, sizeof(plain) }, &to,
			     (struct bytes){}));
}

static int call_unseal(struct world *w)
{
	struct bytes to = { out, sizeof(out) };

	return check_out(nxia_unseal(w->session, w->handle,
				     (struct bytes){ sealed, sizeof(sealed) },
				     &to, (struct bytes){}),
			 sizeof(plain));
}

/* Events */

static int call_watch(struct world *w)
{
	return nxia_watch(w->session, w->endpoint);
}

static void prepare_event(struct world *w)
{
	prepare_children(w);
	REQUIRE_OK(nxia_watch(w->session, w->handle));
}

static int call_event(struct world *w)
{
	struct nxia_event event;

	return nxia_event(w->session, &event);
}

/* All that a session can hold, for the end of it */
static void prepare_full(struct world *w)
{
	prepare_batch(w);
	prepare_connection(w);
	prepare_event(w);
	prepare_map_region(w);
	prepare_scope(w);
}

static int call_end(struct world *w)
{
	return close(w->session) ? -errno : 0;
}

/* Netlink */

/* What was asked and not read is no answer to what comes next: a socket each. */
static void prepare_netlink(struct world *w)
{
	struct timeval guard = { .tv_sec = 30 };

	for (int i = 0; i < 2; i++) {
		w->netlinks[i] = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
		REQUIRE(w->netlinks[i] >= 0);
		REQUIRE(!setsockopt(w->netlinks[i], SOL_SOCKET, SO_RCVTIMEO,
				    &guard, sizeof(guard)));
	}
}

static int genl_ask(struct world *w, struct genl_request *request)
{
	int netlink = w->netlinks[0];

	w->netlinks[0] = w->netlinks[1];
	return genl_talk(netlink, request, NULL, NULL);
}

static int call_status(struct world *w)
{
	struct genl_request request;

	genl_begin(&request, genl_family_id, NXIA_CMD_STATUS, NLM_F_ACK);
	return genl_ask(w, &request);
}

static int call_dump_sessions(struct world *w)
{
	struct genl_request request;

	genl_begin(&request, genl_family_id, NXIA_CMD_SESSION, NLM_F_DUMP);
	return genl_ask(w, &request);
}

static int call_dump_caps(struct world *w)
{
	struct genl_request request;

	genl_begin(&request, genl_family_id, NXIA_CMD_CAP, NLM_F_DUMP);
	genl_add(&request, NXIA_ATTR_SESSION, &w->before.session,
		 sizeof(w->before.session));
	return genl_ask(w, &request);
}

static int call_admin_revoke(struct world *w)
{
	struct genl_request request;

	genl_begin(&request, genl_family_id, NXIA_CMD_REVOKE, NLM_F_ACK);
	genl_add(&request, NXIA_ATTR_SESSION, &w->before.session,
		 sizeof(w->before.session));
	genl_add(&request, NXIA_ATTR_HANDLE, &w->endpoint,
		 sizeof(w->endpoint));
	return genl_ask(w, &request);
}

#define NETLINK_ERRORS	(MEMORY | BUFFERS | COPY)

static const struct row rows[] = {
	{ .name = "open: ENOMEM, EFAULT",
	  .call = call_open, .errors = MEMORY | COPY },
	{ .name = "end of a session",
	  .prepare = prepare_full, .call = call_end },
	{ .name = "INFO: EFAULT",
	  .call = call_info, .errors = COPY },
	{ .name = "BOOTSTRAP: ENOMEM, EFAULT",
	  .prepare = prepare_registry, .call = call_bootstrap,
	  .errors = MEMORY | COPY },
	{ .name = "ENDPOINT_CREATE: ENOMEM, EFAULT",
	  .call = call_endpoint_create, .errors = MEMORY | COPY },
	{ .name = "DERIVE: ENOMEM, EFAULT",
	  .call = call_derive, .errors = MEMORY | COPY },
	{ .name = "DERIVE of a range: ENOMEM, EFAULT",
	  .prepare = prepare_region, .call = call_derive_range,
	  .errors = MEMORY | COPY },
	{ .name = "REVOKE: EFAULT",
	  .prepare = prepare_children, .call = call_revoke, .errors = COPY,
	  .done = COPY },
	{ .name = "CLOSE: EFAULT",
	  .prepare = prepare_children, .call = call_close, .errors = COPY },
	{ .name = "QUERY: EFAULT",
	  .call = call_query, .errors = COPY },
	{ .name = "FD: ENOMEM, EFAULT",
	  .call = call_fd, .errors = MEMORY | COPY },
	{ .name = "HANDLE: EFAULT",
	  .call = call_handle, .errors = COPY },
	{ .name = "IMPORT: ENOMEM, EFAULT",
	  .prepare = prepare_file, .call = call_import,
	  .errors = MEMORY | COPY },
	{ .name = "CONNECT: ENOMEM, EFAULT",
	  .call = call_connect, .errors = MEMORY | COPY },
	{ .name = "ACCEPT: ENOMEM, EFAULT",
	  .prepare = prepare_connection, .call = call_accept,
	  .errors = MEMORY | COPY, .done = COPY, .again = EAGAIN },
	{ .name = "TRANSFER: ENOMEM, EFAULT",
	  .call = call_transfer, .errors = MEMORY | COPY, .done = COPY },
	/* It asks for a node twice before it gives up: one failure is survived. */
	{ .name = "RECEIVE: EFAULT",
	  .prepare = prepare_batch, .call = call_receive, .errors = COPY,
	  .done = COPY, .again = EAGAIN },
	{ .name = "NOTIFY",
	  .call = call_notify },
	{ .name = "WAIT: EFAULT",
	  .call = call_wait, .errors = COPY },
	{ .name = "NOTIFY_WAIT: EFAULT",
	  .call = call_notify_wait, .errors = COPY },
	{ .name = "SHUTDOWN",
	  .call = call_shutdown },
	{ .name = "poll: EFAULT",
	  .call = call_poll, .errors = COPY },
	{ .name = "io_uring: NOTIFY",
	  .prepare = prepare_uring, .call = call_uring,
	  .errors = MEMORY },
	{ .name = "mmap of a ring: ENOMEM",
	  .call = call_map_ring, .errors = MEMORY },
	{ .name = "fault in a ring",
	  .prepare = prepare_map_ring, .call = call_write, .survives = true },
	{ .name = "REGION_CREATE: ENOMEM, EFAULT",
	  .call = call_region_create, .errors = MEMORY | COPY },
	{ .name = "FREEZE: EFAULT",
	  .prepare = prepare_region, .call = call_freeze, .errors = COPY },
	{ .name = "mmap of a region: ENOMEM",
	  .prepare = prepare_region, .call = call_map_region,
	  .errors = MEMORY },
	{ .name = "fault in a region",
	  .prepare = prepare_map_region, .call = call_write, .survives = true },
	{ .name = "fault in a region: a write after a read",
	  .prepare = prepare_read, .call = call_write },
	{ .name = "fault in a region: a huge page",
	  .prepare = prepare_map_huge, .call = call_read, .survives = true },
	{ .name = "SCOPE_CREATE: ENOMEM, EFAULT",
	  .prepare = prepare_key, .call = call_scope_create,
	  .errors = MEMORY | COPY },
	{ .name = "SEAL: EFAULT",
	  .prepare = prepare_scope, .call = call_seal, .errors = COPY },
	{ .name = "UNSEAL: EFAULT",
	  .prepare = prepare_sealed, .call = call_unseal, .errors = COPY },
	{ .name = "WATCH: EFAULT",
	  .call = call_watch, .errors = COPY },
	{ .name = "EVENT: EFAULT",
	  .prepare = prepare_event, .call = call_event, .errors = COPY,
	  .done = COPY, .again = EAGAIN },
	{ .name = "CMD_STATUS",
	  .prepare = prepare_netlink, .call = call_status,
	  .errors = NETLINK_ERRORS },
	{ .name = "CMD_SESSION",
	  .prepare = prepare_netlink, .call = call_dump_sessions,
	  .errors = NETLINK_ERRORS },
	{ .name = "CMD_CAP",
	  .prepare = prepare_netlink, .call = call_dump_caps,
	  .errors = NETLINK_ERRORS },
	{ .name = "CMD_REVOKE",
	  .prepare = prepare_netlink, .call = call_admin_revoke,
	  .errors = NETLINK_ERRORS, .done = NETLINK_ERRORS,
	  .again = EKEYREVOKED },
};

/* Those that survive one failure, when no allocation works. */

static const struct row starved[] = {
	{ .name = "RECEIVE: ENOMEM", .prepare = prepare_batch,
	  .call = call_receive },
	{ .name = "SEAL: ENOMEM", .prepare = prepare_scope, .call = call_seal },
	{ .name = "UNSEAL: ENOMEM", .prepare = prepare_sealed,
	  .call = call_unseal },
};

static void starve(void)
{
	const struct row *row = test_arg;
	int result, file;
	struct nxia_info after;
	struct world w;

	fault_setup("0");
	/* To open it would need memory. */
	file = open("/proc/thread-self/make-it-fail", O_RDWR);
	world_open(&w);
	row->prepare(&w);
	w.before = nxia_info(w.session);
	fault_set("failslab", "probability", "100");
	fault_set("fail_page_alloc", "probability", "100");
	REQUIRE(pwrite(file, "1", 1, 0) == 1);
	result = row->call(&w);
	REQUIRE(pwrite(file, "0", 1, 0) == 1);
	fault_setup("0");
	EXPECT_ERR(result, ENOMEM);
	after = nxia_info(w.session);
	expect_same("without memory", &w.before, &after);
	EXPECT_OK(row->call(&w));
}

__constructor static void add_rows(void)
{
	static char names[ARRAY_SIZE(rows) + ARRAY_SIZE(starved)][80];
	char *name = names[0];

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(name, sizeof(*names),
			 "%s, at each allocation and copy", rows[i].name);
		test_add(name, sweep, &rows[i]);
		name += sizeof(*names);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(starved); i++) {
		snprintf(name, sizeof(*names), "%s, without memory",
			 starved[i].name);
		test_add(name, starve, &starved[i]);
		name += sizeof(*names);
	}
}
