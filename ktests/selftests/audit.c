// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audit trail: each event is delivered or is a gap in the numbers.
 *
 * nxia_audit_source.ko (ktests/kunit/audit_source.c) makes the events.
 */
#include <linux/capability.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "nxia_main.h"
#include "nxia_policy.h"

#define SOURCE	"/sys/kernel/debug/nxia_audit/emit"
/* As in kmod/audit.c. */
#define BURST	200
#define RATE	100
#define HELD	4096

static void source_needed(void)
{
	if (access(SOURCE, W_OK) &&
	    system("modprobe nxia_audit_source 2>/dev/null && [ -w " SOURCE " ]"))
		test_skip("no %s: debugfs or nxia_audit_source.ko is missing",
			  SOURCE);
}

static void emit(unsigned int count, unsigned int kind, bool locked)
{
	char line[64];

	snprintf(line, sizeof(line), "%u %u %u", count, kind, locked);
	REQUIRE_OK(file_write(SOURCE, line));
}

/* A debug kernel on an emulated processor can be a hundred times slower. */
static void fast_needed(void)
{
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	emit(100, NXIA_AUDIT_LABEL_CHANGED, false);
	clock_gettime(CLOCK_MONOTONIC, &after);
	if ((after.tv_sec - before.tv_sec) * 1000 +
	    (after.tv_nsec - before.tv_nsec) / 1000000 > 100)
		test_skip("it takes more than a millisecond to tell of an event");
}

static __u64 sequence(struct genl *genl)
{
	struct genl_request request;
	struct genl_reply reply;

	genl_begin(&request, genl->family, NXIA_CMD_STATUS, NLM_F_ACK);
	REQUIRE(genl_talk(genl->socket, &request, genl_see_reply, &reply) == 1);
	return genl_u64(&reply, NXIA_ATTR_SEQUENCE);
}

/* Records as they are seen. */
struct trail {
	__u64 first, last, records, lost;
	bool disorder;
	struct genl_reply reply;
};

static void see_record(const struct nlmsghdr *header, void *context)
{
	struct trail *trail = context;
	__u64 number;

	genl_see_reply(header, &trail->reply);
	number = genl_u64(&trail->reply, NXIA_ATTR_SEQUENCE);
	if (!trail->first)
		trail->first = number;
	trail->disorder |= number <= trail->last;
	trail->lost += number - trail->last - 1;
	trail->last = number;
	trail->records++;
}

/* The records that are held, from @from on; those before count as seen. */
static struct trail held(struct genl *genl, __u64 from)
{
	struct trail trail = { .last = from ? from - 1 : 0 };
	struct genl_request request;

	genl_begin(&request, genl->family, NXIA_CMD_AUDIT_GET, NLM_F_DUMP);
	if (from)
		genl_add(&request, NXIA_ATTR_SEQUENCE, &from, sizeof(from));
	EXPECT_OK(genl_talk(genl->socket, &request, see_record, &trail));
	EXPECT(!trail.disorder);
	return trail;
}

static void listener_open(struct genl *genl)
{
	int size = 8 << 20;

	genl_open(genl);
	REQUIRE(!setsockopt(genl->socket, SOL_SOCKET, SO_RCVBUFFORCE, &size,
			    sizeof(size)));
	REQUIRE_OK(genl_join(genl));
}

/* What comes to a listener until nothing has come for @ms. */
static void listen_for(struct genl *genl, struct trail *trail, int ms)
{
	static char buffer[65536] __aligned(8);
	struct pollfd wait = { .fd = genl->socket, .events = POLLIN };

	while (poll(&wait, 1, ms) == 1) {
		ssize_t length = recv(genl->socket, buffer, sizeof(buffer), 0);
		struct nlmsghdr *header = (void *)buffer;

		if (length < 0 && errno == ENOBUFS)
			continue;
		REQUIRE(length > 0);
		for (; NLMSG_OK(header, length);
		     header = NLMSG_NEXT(header, length))
			see_record(header, trail);
	}
}

TEST(fields, "CMD_AUDIT_GET: a record tells who, what and by which rule")
{
	struct genl genl;
	struct trail trail;
	__u64 before;
	char exe[256] = "";

	source_needed();
	genl_open(&genl);
	before = sequence(&genl);
	prctl(PR_SET_NAME, "the-source");
	emit(1, NXIA_AUDIT_DENIED, false);
	trail = held(&genl, before + 1);
	REQUIRE(trail.records == 1);
	EXPECT_EQ(trail.last, before + 1);
	EXPECT_EQ(genl_u32(&trail.reply, NXIA_ATTR_KIND), NXIA_AUDIT_DENIED);
	EXPECT_EQ(genl_u32(&trail.reply, NXIA_ATTR_PID), getpid());
	EXPECT_EQ(genl_u32(&trail.reply, NXIA_ATTR_UID), getuid());
	EXPECT_EQ(genl_u32(&trail.reply, NXIA_ATTR_ERROR), EPERM);
	EXPECT(!strcmp(genl_string(&trail.reply, NXIA_ATTR_COMM), "the-source"));
	EXPECT(!strcmp(genl_string(&trail.reply, NXIA_ATTR_OPERATION), "test"));
	EXPECT(!strcmp(genl_string(&trail.reply, NXIA_ATTR_TARGET), "nothing"));
	EXPECT(!strcmp(genl_string(&trail.reply, NXIA_ATTR_RULE), "a rule"));
	EXPECT(genl_string(&trail.reply, NXIA_ATTR_TAGS)[0]);
	EXPECT(!strcmp(genl_string(&trail.reply, NXIA_ATTR_DOMAIN_NAME),
		       "unconfined"));
	REQUIRE(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	EXPECT(!strcmp(genl_string(&trail.reply, NXIA_ATTR_EXE), exe));
	EXPECT(genl_u64(&trail.reply, NXIA_ATTR_TIME) / 1000000000 + 60 >
	       (__u64)time(NULL));
}

TEST(atomic, "CMD_AUDIT_GET: events told of with interrupts off are there too")
{
	struct genl genl;
	__u64 before;

	source_needed();
	genl_open(&genl);
	before = sequence(&genl);
	emit(50, NXIA_AUDIT_DENIED, true);
	EXPECT_EQ(held(&genl, before + 1).records, 50);
}

TEST(limited, "CMD_AUDIT_GET: a source that makes too many is a gap")
{
	__u64 begin = time(NULL), took;
	struct genl genl;
	struct trail trail;
	__u64 before, after;

	source_needed();
	genl_open(&genl);
	before = sequence(&genl);
	emit(20000, NXIA_AUDIT_DENIED, false);
	after = sequence(&genl);
	took = time(NULL) - begin + 1;
	EXPECT_EQ(after - before, 20000);
	trail = held(&genl, before + 1);
	EXPECT(trail.records >= BURST);
	EXPECT(trail.records <= BURST + took * RATE + 1);
	EXPECT_EQ(trail.records + trail.lost + (after - trail.last), 20000);
}

TEST(policy_unlimited, "CMD_AUDIT_GET: changes of policy are never held back")
{
	struct genl genl;
	__u64 before;

	source_needed();
	genl_open(&genl);
	before = sequence(&genl);
	emit(3000, NXIA_AUDIT_DENIED, false);
	emit(1000, NXIA_AUDIT_LABEL_CHANGED, false);
	EXPECT(held(&genl, before + 3001).records == 1000);
}

TEST(overwritten, "CMD_AUDIT_GET: the newest 4096 are held")
{
	struct genl genl;
	struct trail trail;

	source_needed();
	fast_needed();
	genl_open(&genl);
	emit(HELD + 1000, NXIA_AUDIT_LABEL_CHANGED, false);
	trail = held(&genl, 0);
	EXPECT_EQ(trail.records, HELD);
	EXPECT_EQ(trail.last, sequence(&genl));
	EXPECT_EQ(trail.first, trail.last - HELD + 1);
	/* Who comes back with the number that he knows learns how many he missed. */
	trail = held(&genl, trail.first - 10);
	EXPECT_EQ(trail.lost, 10);
	EXPECT_EQ(held(&genl, trail.last + 1).records, 0);
}

TEST(delivered, "CMD_AUDIT: a listener gets each record, in order")
{
	struct trail trail = {};
	struct genl genl, listener;

	source_needed();
	genl_open(&genl);
	listener_open(&listener);
	trail.last = sequence(&genl);
	emit(100, NXIA_AUDIT_DENIED, false);
	listen_for(&listener, &trail, 2000);
	EXPECT_EQ(trail.records, 100);
	EXPECT_EQ(trail.lost, 0);
	EXPECT(!trail.disorder);
}

/* 100,000 events by four processes at once, as fast as they can. */
static void flood(unsigned int kind, struct trail *trail)
{
	struct trail earlier = {};
	struct genl genl, listener;
	pid_t children[4];
	__u64 before, after;

	source_needed();
	genl_open(&genl);
	listener_open(&listener);
	/* What is still being sent of events before these. */
	listen_for(&listener, &earlier, 1000);
	before = sequence(&genl);
	trail->last = before;
	for (int i = 0; i < 4; i++) {
		children[i] = child_start();
		if (!children[i]) {
			emit(25000, kind, i % 2);
			child_done();
		}
	}
	listen_for(&listener, trail, 3000);
	for (int i = 0; i < 4; i++)
		child_join(children[i]);
	listen_for(&listener, trail, 3000);
	after = sequence(&genl);
	EXPECT_EQ(after - before, 100000);
	EXPECT(!trail->disorder);
	EXPECT_EQ(trail->records + trail->lost + (after - trail->last), 100000);
	printf("# %llu delivered, %llu lost\n", trail->records,
	       100000 - trail->records);
}

TEST(flood_denied, "CMD_AUDIT: of 100,000 denials delivered and lost are all")
{
	struct trail trail = {};

	flood(NXIA_AUDIT_DENIED, &trail);
	/* Those that share a limit share it. */
	EXPECT(trail.records >= BURST);
}

TEST(flood_all, "CMD_AUDIT: of 100,000 without a limit delivered and lost are all")
{
	struct trail trail = {};

	source_needed();
	fast_needed();
	flood(NXIA_AUDIT_LABEL_CHANGED, &trail);
	EXPECT(trail.records >= HELD);
}

TEST(unprivileged, "CMD_AUDIT: nothing comes to a socket without CAP_MAC_ADMIN")
{
	struct trail trail = {};
	struct gate ready, done;
	struct genl listener;
	pid_t child;

	source_needed();
	gate_init(&ready);
	gate_init(&done);
	child = child_start();
	if (!child) {
		become_user(1000);
		genl_open(&listener);
		/* Older kernels refuse already here. */
		genl_join(&listener);
		gate_open(&ready);
		gate_pass(&done);
		listen_for(&listener, &trail, 1000);
		EXPECT_EQ(trail.records, 0);
		child_done();
	}
	gate_pass(&ready);
	emit(10, NXIA_AUDIT_DENIED, false);
	gate_open(&done);
	child_join(child);
}

TEST(policy, "CMD_POLICY_LOAD: loads and refusals are audited")
{
	struct genl genl;
	struct trail trail;
	__u64 before;

	genl_open(&genl);
	before = sequence(&genl);
	policy_begin(&genl);
	REQUIRE_OK(policy_load(&genl));
	trail = held(&genl, before + 1);
	REQUIRE(trail.records == 1);
	EXPECT_EQ(genl_u32(&trail.reply, NXIA_ATTR_KIND),
		  NXIA_AUDIT_POLICY_LOADED);
	policy_tag("A", 0);
	EXPECT_ERR(policy_load(&genl), EINVAL);
	trail = held(&genl, before + 2);
	REQUIRE(trail.records == 1);
	EXPECT_EQ(genl_u32(&trail.reply, NXIA_ATTR_KIND),
		  NXIA_AUDIT_POLICY_REFUSED);
	EXPECT_EQ(genl_u32(&trail.reply, NXIA_ATTR_ERROR), EINVAL);
	EXPECT(!strcmp(genl_string(&trail.reply, NXIA_ATTR_RULE), genl_ack.text));
}

TEST(traced, "tracepoints: nxia_denied and nxia_policy see every event")
{
	static const char events[] = "/sys/kernel/tracing/events/nxia/enable";
	static char text[1 << 20];
	int denied = 0, policy = 0, fd;
	ssize_t length, got = 0;

	source_needed();
	mkdir("/sys/kernel/tracing", 0700);
	if (access(events, W_OK) &&
	    system("mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null"))
		test_skip("no tracefs");
	if (access(events, W_OK))
		test_skip("no %s", events);
	REQUIRE_OK(file_write("/sys/kernel/tracing/trace", "\n"));
	REQUIRE_OK(file_write(events, "1"));
	emit(BURST + 300, NXIA_AUDIT_DENIED, false);
	emit(7, NXIA_AUDIT_LABEL_CHANGED, true);
	REQUIRE_OK(file_write(events, "0"));
	fd = open("/sys/kernel/tracing/trace", O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0);
	while ((length = read(fd, text + got, sizeof(text) - 1 - got)) > 0)
		got += length;
	for (char *at = text; (at = strstr(at, "nxia_denied: kind=1")); at++)
		denied++;
	for (char *at = text; (at = strstr(at, "nxia_policy: kind=5")); at++)
		policy++;
	EXPECT_EQ(denied, BURST + 300);
	EXPECT_EQ(policy, 7);
}

TEST(last, "rmmod: the source of events lets the module go")
{
	if (access("/sys/module/nxia_audit_source", F_OK))
		test_skip("it is not there");
	EXPECT_OK(syscall(SYS_delete_module, "nxia_audit_source", 0));
}
