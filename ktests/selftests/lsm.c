// SPDX-License-Identifier: GPL-2.0-only
/*
 * Labels beyond NXIA's own objects: what the LSM refuses to a labelled task,
 * with the module and without it.
 *
 * nxia_lsm_label.ko (ktests/kunit/lsm_label.c) stands in for the policy: it
 * labels the process that asks. The tests need root and a kernel that has the
 * LSM, and are skipped without the latter.
 */
#include <linux/keyctl.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#define TEST_UNLOADS
#include "nxia_call.h"
#include "nxia_label.h"
#include "nxia_main.h"

#define AFTER_EXEC	"NXIA_LSM_AFTER_EXEC"
/* Cycles of unloading and loading; on a slow machine as many as fit. */
#define CYCLES		20
#define CYCLES_MIN	3
#define CYCLES_SECONDS	30

/* 0 or a negative errno. */
static int connect_to(int family, int type, const void *address, socklen_t size)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0 && errno == EAFNOSUPPORT)
		test_skip("family %d: %s", family, strerror(errno));
	if (fd < 0)
		return -errno;
	error = connect(fd, address, size) ? -errno : 0;
	close(fd);
	return error;
}

static int connect_inet(int type)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return connect_to(AF_INET, type, &address, sizeof(address));
}

static int connect_inet6(void)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(1),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	return connect_to(AF_INET6, SOCK_STREAM, &address, sizeof(address));
}

static int connect_vsock(void)
{
	struct sockaddr_vm address = {
		.svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_HOST,
		.svm_port = 1,
	};

	return connect_to(AF_VSOCK, SOCK_STREAM, &address, sizeof(address));
}

/* To a listener of its own, so that nothing but the LSM can refuse. */
static int connect_unix(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	/* A bind to the family alone gives a free abstract name. */
	REQUIRE(!bind(fd, (void *)&address, sizeof(sa_family_t)));
	REQUIRE(!listen(fd, 1));
	REQUIRE(!getsockname(fd, (void *)&address, &size));
	error = connect_to(AF_UNIX, SOCK_STREAM, &address, size);
	close(fd);
	return error;
}

/* Nobody listens, so an allowed connect may fail, but not by refusal. */
static bool allowed(int error)
{
	return error != -EPERM && error != -EACCES;
}

/* This program again, which then ends with connect_after_exec(). */
static int exec_self(void)
{
	pid_t pid = child_start();
	int status = -1;

	if (!pid) {
		setenv(AFTER_EXEC, "1", 1);
		execl("/proc/self/exe", "lsm", NULL);
		/* What the loader of ELF makes of a read that is refused. */
		if (errno == ENOEXEC || errno == ELIBBAD)
			errno = EACCES;
		_exit(errno);
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	/*
	 * The module went on the way. Where there is no way back a refusal kills,
	 * and the C library ends with 127 if it cannot start.
	 */
	if (WIFSIGNALED(status) || WEXITSTATUS(status) == 127)
		return -EACCES;
	return -WEXITSTATUS(status);
}

__attribute__((constructor)) static void connect_after_exec(void)
{
	if (getenv(AFTER_EXEC))
		_exit(-connect_inet(SOCK_STREAM));
}

TEST(info_agrees, "lsm: INFO says enforcing if and only if the LSM is there")
{
	struct nxia_info info = nxia_info(nxia_session());

	EXPECT_EQ(!!(info.flags & NXIA_INFO_ENFORCING), lsm_listed());
}

TEST(unlabelled, "lsm: an unlabelled task is not restricted")
{
	lsm_needed();
	EXPECT(allowed(connect_inet(SOCK_STREAM)));
	EXPECT(allowed(connect_inet(SOCK_DGRAM)));
	EXPECT_EQ(connect_unix(), 0);
	EXPECT(allowed(exec_self()));
}

static void refused_with(const char *label_and_may_drop)
{
	pid_t pid = child_start();

	if (!pid) {
		label_self(label_and_may_drop);
		EXPECT_ERR(connect_inet(SOCK_STREAM), EPERM);
		EXPECT_ERR(connect_inet(SOCK_DGRAM), EPERM);
		child_done();
	}
	child_join(pid);
}

TEST(refused, "lsm: a labelled task connects to no sink")
{
	lsm_needed();
	refused_with("1 0");
	refused_with("8000000000000000 1");
}

TEST(refused_inet6, "lsm: a labelled task does not connect by IPv6")
{
	lsm_needed();
	label_self("1 0");
	EXPECT_ERR(connect_inet6(), EPERM);
}

TEST(refused_vsock, "lsm: a labelled task does not connect to the host")
{
	lsm_needed();
	label_self("1 0");
	EXPECT_ERR(connect_vsock(), EPERM);
}

TEST(may_drop, "lsm: a task that may drop its whole label connects")
{
	lsm_needed();
	label_self("5 7");
	EXPECT(allowed(connect_inet(SOCK_STREAM)));
	label_self("5 4");
	EXPECT_ERR(connect_inet(SOCK_STREAM), EPERM);
}

TEST(local, "lsm: a Unix socket is no sink")
{
	lsm_needed();
	label_self("1 0");
	EXPECT_EQ(connect_unix(), 0);
}

TEST(inherited, "lsm: fork, exec and a change of user keep the label")
{
	pid_t pid;

	lsm_needed();
	label_self("1 0");
	EXPECT_ERR(exec_self(), EPERM);
	pid = child_start();
	if (!pid) {
		EXPECT_ERR(connect_inet(SOCK_STREAM), EPERM);
		REQUIRE(!setresgid(1000, 1000, 1000));
		REQUIRE(!setresuid(1000, 1000, 1000));
		EXPECT_ERR(connect_inet(SOCK_STREAM), EPERM);
		child_done();
	}
	child_join(pid);
}

/* A child replaces the credentials of its parent: cred_transfer's one use. */
TEST(transferred, "lsm: credentials that a child installed keep the label")
{
	pid_t pid;

	lsm_needed();
	label_self("1 0");
	pid = child_start();
	if (!pid) {
		REQUIRE_OK(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0));
		REQUIRE_OK(syscall(SYS_keyctl, KEYCTL_SESSION_TO_PARENT));
		child_done();
	}
	child_join(pid);
	EXPECT_ERR(connect_inet(SOCK_STREAM), EPERM);
}

/* Read a byte of another process. */
static int peek(pid_t pid, void *address)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { address, 1 };

	if (process_vm_readv(pid, &local, 1, &remote, 1, 0) == 1)
		return 0;
	if (errno == ENOSYS)
		test_skip("no process_vm_readv (CONFIG_CROSS_MEMORY_ATTACH)");
	return -errno;
}

static int trace(int request, pid_t pid)
{
	return ptrace(request, pid, NULL, NULL) ? -errno : 0;
}

TEST(looked_at, "lsm: an unlabelled task does not look into a labelled one")
{
	static char secret;
	int *turn = turns_start();
	pid_t pid;

	lsm_needed();
	pid = child_start();
	if (!pid) {
		turn_wait(turn, 1);
		label_self("1 0");
		turn_set(turn, 2);
		turn_wait(turn, 3);
		child_done();
	}
	EXPECT_EQ(peek(pid, &secret), 0);
	turn_set(turn, 1);
	turn_wait(turn, 2);
	EXPECT_ERR(peek(pid, &secret), EPERM);
	EXPECT_ERR(trace(PTRACE_SEIZE, pid), EPERM);
	label_self("1 0");
	EXPECT_EQ(peek(pid, &secret), 0);
	turn_set(turn, 3);
	child_join(pid);
}

TEST(attached, "lsm: a labelled task does not attach to an unlabelled one")
{
	int *turn = turns_start();
	pid_t pid, tracer;

	lsm_needed();
	pid = child_start();
	if (!pid) {
		turn_wait(turn, 1);
		child_done();
	}
	tracer = child_start();
	if (!tracer) {
		label_self("1 0");
		EXPECT_ERR(trace(PTRACE_SEIZE, pid), EPERM);
		child_done();
	}
	child_join(tracer);
	label_self("1 1");
	EXPECT_OK(trace(PTRACE_SEIZE, pid));
	turn_set(turn, 1);
	child_join(pid);
}

TEST(traceme, "lsm: a labelled task asks no unlabelled parent to trace it")
{
	pid_t pid;

	lsm_needed();
	pid = child_start();
	if (!pid) {
		label_self("1 0");
		EXPECT_ERR(trace(PTRACE_TRACEME, 0), EPERM);
		child_done();
	}
	child_join(pid);
}

static void module_unload(void)
{
	if (system("modprobe -r nxia 2>/dev/null"))
		test_skip("nxia.ko is in use, sealed or built in");
}

static void module_load(void)
{
	REQUIRE(!system("modprobe nxia"));
}

/* All of it in a child: the test itself stays unlabelled, to call modprobe. */
TEST(without_module, "lsm: without the module only labelled tasks are refused")
{
	int *turn = turns_start();
	pid_t pid;

	lsm_needed();
	pid = child_start();
	if (!pid) {
		label_self("1 1");
		turn_set(turn, 1);
		turn_wait(turn, 2);
		EXPECT_ERR(connect_inet(SOCK_STREAM), EACCES);
		EXPECT_ERR(connect_unix(), EACCES);
		EXPECT_ERR(exec_self(), EACCES);
		EXPECT_ERR(trace(PTRACE_TRACEME, 0), EACCES);
		EXPECT_ERR(open("/", O_RDONLY | O_CLOEXEC) < 0 ? -errno : 0,
			   EACCES);
		turn_set(turn, 3);
		turn_wait(turn, 4);
		EXPECT(allowed(connect_inet(SOCK_STREAM)));
		EXPECT_EQ(connect_unix(), 0);
		EXPECT(allowed(exec_self()));
		label_self("1 0");
		EXPECT_ERR(connect_inet(SOCK_STREAM), EPERM);
		child_done();
	}
	turn_wait(turn, 1);
	module_unload();
	turn_set(turn, 2);
	turn_wait(turn, 3);
	EXPECT(allowed(connect_inet(SOCK_STREAM)));
	EXPECT(allowed(exec_self()));
	module_load();
	turn_set(turn, 4);
	child_join(pid);
}

/* Until it is killed. Refused by the module or for want of it, but always. */
static void hammer_labelled(void)
{
	label_self("1 0");
	for (;;) {
		int inet = connect_inet(SOCK_STREAM), exec = exec_self();

		if (inet != -EPERM)
			require(EXPECT_ERR(inet, EACCES));
		if (exec != -EPERM)
			require(EXPECT_ERR(exec, EACCES));
	}
}

static void hammer_unlabelled(void)
{
	for (;;) {
		REQUIRE(allowed(connect_inet(SOCK_STREAM)));
		REQUIRE(allowed(exec_self()));
	}
}

TEST(churn, "lsm: the module comes and goes while tasks connect and exec")
{
	time_t end = time(NULL) + CYCLES_SECONDS;
	pid_t labelled, unlabelled;

	lsm_needed();
	module_unload();
	module_load();
	labelled = child_start();
	if (!labelled)
		hammer_labelled();
	unlabelled = child_start();
	if (!unlabelled)
		hammer_unlabelled();
	for (int i = 0; i < CYCLES; i++) {
		if (i >= CYCLES_MIN && time(NULL) > end)
			break;
		REQUIRE(!system("modprobe -r nxia"));
		module_load();
	}
	child_kill(labelled);
	child_kill(unlabelled);
}
