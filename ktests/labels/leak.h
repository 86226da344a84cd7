/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leak test: can a confined task tell an unlabelled one a secret?
 *
 *	runner --fork--> collector --fork--> sender, which executes itself
 *
 * Each row is a channel.  The collector, which is unlabelled, prepares its end;
 * the sender opens its own, sends the secret and stops; then the collector looks
 * for what has come.  A row is run four times, with another secret each time:
 * unconfined, where it must deliver, or the row proves nothing; and confined,
 * where it must not; and both again with the sender's end opened before the
 * confinement and kept over the exec that confines, as an inherited descriptor.
 *
 * Sender and collector are root with all capabilities: a label binds them too.
 */
#ifndef LEAK_H
#define LEAK_H

#include <dirent.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "nxia_policy.h"

/*
 * struct leak - a channel
 * @prepare: collector: its end, before there is a sender; may be NULL
 * @open: sender: its end, which can also be opened before the confinement; NULL
 *	if there is none, or nothing that an exec would keep
 * @send: sender: send the secret
 * @collect: collector: has the secret come?  Asked again for a while.
 */
struct leak {
	void (*prepare)(void);
	void (*open)(void);
	void (*send)(void);
	bool (*collect)(void);
};

#define LEAK(name, text, ...)						\
	static const struct leak name##_leak = { __VA_ARGS__ };		\
	__constructor static void add_##name##_leak(void)		\
	{								\
		test_add(text, leak_test, &name##_leak);		\
	}

/* What collector and sender both know; it survives the sender's exec. */
static struct world {
	char secret[17];	/* in hexadecimal */
	__u64 number;		/* the same */
	pid_t collector;
	pid_t sender;
	int fds[8];
	__u64 numbers[4];
	char path[64];
} world;

/* Is this the sender?  Its failures are its exit status. */
static bool sending;

/* Leave, for a call failed that must not. */
__noreturn static void leak_failed(const char *call, int error)
{
	if (sending)
		_exit(error);
	if (error == ENOSYS || error == EAFNOSUPPORT || error == ENODEV ||
	    error == EPROTONOSUPPORT || error == ESOCKTNOSUPPORT ||
	    error == EOPNOTSUPP)
		test_skip("%s: %s", call, strerror(error));
	test_fail("collector: %s: %s", call, strerror(error));
	_exit(1);
}

static inline long leak_must(long result, const char *call)
{
	if (result < 0)
		leak_failed(call, errno);
	return result;
}

#define must(call)	leak_must((long)(call), #call)

/* A number of @bits bits that is not 0, for channels that carry no more. */
static inline __u64 part(unsigned int bits)
{
	return 1 + world.number % ((1ULL << bits) - 1);
}

/* The secret as a name in the working directory of both. */
static inline const char *secret_name(void)
{
	return world.secret;
}

static inline bool got_text(const void *text, ssize_t length)
{
	return length > 0 && memmem(text, length, world.secret,
				    strlen(world.secret));
}

/* Has it come by this descriptor?  Does not wait. */
static inline bool got(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN | POLLPRI };
	char text[4096];

	if (poll(&poller, 1, 0) != 1)
		return false;
	return got_text(text, read(fd, text, sizeof(text)));
}

/* Is it in a file? */
static inline bool got_path(const char *path)
{
	static char text[1 << 20];
	size_t length = 0;
	ssize_t part = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	while (length < sizeof(text) &&
	       (part = read(fd, text + length, sizeof(text) - length)) > 0)
		length += part;
	close(fd);
	return got_text(text, length);
}

/* Keep a descriptor over the exec. */
static inline int kept(int fd)
{
	must(fcntl(fd, F_SETFD, 0));
	return fd;
}

static inline bool got_name(const char *path)
{
	return !access(path, F_OK);
}

static inline void put(int fd)
{
	must(write(fd, world.secret, strlen(world.secret)));
}

static inline void put_path(const char *path)
{
	int fd = must(open(path, O_WRONLY | O_CLOEXEC));

	put(fd);
	close(fd);
}

/* What many rows do. */
static inline void put_fd(void)
{
	put(world.fds[0]);
}

static inline bool got_fd(void)
{
	return got(world.fds[1]);
}

/* "f", of 4096 zero bytes. */
static inline void make_file(void)
{
	int fd = must(open("f", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));

	must(ftruncate(fd, 4096));
	close(fd);
}

static inline bool got_file(void)
{
	return got_path("f");
}

static inline void open_file(void)
{
	world.fds[0] = must(open("f", O_RDWR));
}

/* A device or setting that not every kernel has. */
static inline int open_if_there(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		errno = ENODEV;
	return leak_must(fd, path);
}

/* Is a module there? */
static inline bool is_loaded(const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

/* Before a row in which the kernel loads it. */
static inline void unload(const char *module)
{
	char command[128];

	snprintf(command, sizeof(command), "modprobe -n -q %s", module);
	if (system(command))
		test_skip("no module %s", module);
	snprintf(command, sizeof(command), "rmmod %s 2>/dev/null", module);
	for (int i = 0; i < 50 && is_loaded(module); i++)
		if (system(command))
			usleep(100000);
	if (is_loaded(module))
		test_skip("module %s is in use", module);
}

/* Mounts of its own for the collector and its sender. */
static inline void own_mounts(void)
{
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

/* Confinement: a domain with a tag that no other has and that no sink lets out. */

#define CONFINED	"leak-confined"

static inline bool load_policy(void)
{
	struct genl genl;

	genl_open(&genl);
	policy_begin(&genl);
	policy_tag("leak", 0);
	policy_domain(CONFINED, 1, 0, 0);
	policy_end();
	return policy_load(&genl) >= 0;
}

/* At the next exec; the request is taken back. */
static inline int request_domain(const char *name)
{
	struct nxia_enter enter = {};
	int session = open("/dev/nxia", O_RDWR | O_CLOEXEC), result;

	strcpy(enter.domain, name);
	result = nxia_call(session, NXIA_IOC_ENTER, &enter);
	close(session);
	return result;
}

static inline bool can_confine(void)
{
	static int can = -1;

	if (can < 0)
		can = load_policy() && !request_domain(CONFINED) &&
		      !request_domain("");
	return can;
}

static inline void confine(void)
{
	int error = request_domain(CONFINED);

	if (error)
		_exit(-error);
}

/* The sender */

#define SENDER_ENV	"LEAK_SENDER"

/* How a row is run. */
enum leak_mode {
	LEAK_FREE,
	LEAK_FREE_BEFORE,
	LEAK_CONFINED,
	LEAK_CONFINED_BEFORE,
	LEAK_MODES
};

static const char *const mode_names[] = {
	"unconfined",
	"unconfined, opened before exec",
	"confined",
	"confined, opened before",
};

static inline bool mode_before(enum leak_mode mode)
{
	return mode & 1;
}

static inline bool mode_confined(enum leak_mode mode)
{
	return mode >= LEAK_CONFINED;
}

__noreturn static void sender_start(const struct leak *row, enum leak_mode mode)
{
	char text[2 * sizeof(world) + 32];
	unsigned int length, number = 0;

	sending = true;
	world.sender = getpid();
	if (mode_before(mode))
		row->open();
	if (mode_confined(mode))
		confine();
	while (tests[number].arg != row)
		number++;
	length = sprintf(text, "%u %u ", number, mode);
	for (size_t i = 0; i < sizeof(world); i++)
		length += sprintf(text + length, "%02x",
				  ((unsigned char *)&world)[i]);
	setenv(SENDER_ENV, text, 1);
	execl("/proc/self/exe", "leak-sender", NULL);
	_exit(errno);
}

/* After the exec; called before main(), see leak_main.h. */
static inline void sender_continue(void)
{
	static struct test_report nobody_reads;
	const char *text = getenv(SENDER_ENV);
	const struct leak *row;
	unsigned int number, mode;
	int length;

	if (!text)
		return;
	sending = true;
	test_report = &nobody_reads;
	sscanf(text, "%u %u %n", &number, &mode, &length);
	for (size_t i = 0; i < sizeof(world); i++)
		sscanf(text + length + 2 * i, "%2hhx",
		       (unsigned char *)&world + i);
	unsetenv(SENDER_ENV);
	row = tests[number].arg;
	if (row->open && !mode_before(mode))
		row->open();
	row->send();
	kill(getpid(), SIGSTOP);
	_exit(0);
}

/* The collector */

#define LEAK_FOLDER		"/var/lib/nxia/leak.XXXXXX"
#define SENDER_SECONDS		20
#define FREE_PATIENCE_MS	4000
#define CONFINED_PATIENCE_MS	150

/* How long the slowest delivery of the row took; shared with the collectors. */
static int *took_ms;

/* Wait until the sender stops or ends: its status, or -1 if it does neither. */
static int sender_wait(pid_t pid)
{
	int status = 0;

	for (int i = 0; i < SENDER_SECONDS * 500; i++) {
		if (waitpid(pid, &status, WUNTRACED | WNOHANG) == pid)
			return status;
		usleep(2000);
	}
	return -1;
}

static bool collect(const struct leak *row, int patience_ms)
{
	for (int i = 0; i < patience_ms; i += 5) {
		if (row->collect()) {
			*took_ms = i > *took_ms ? i : *took_ms;
			return true;
		}
		usleep(5000);
	}
	return row->collect();
}

static void collector(const struct leak *row, enum leak_mode mode)
{
	bool delivered, confined = mode_confined(mode);
	int status;
	pid_t pid;

	world.collector = getpid();
	if (row->prepare)
		row->prepare();
	pid = child_start();
	if (!pid)
		sender_start(row, mode);
	world.sender = pid;
	status = sender_wait(pid);
	delivered = collect(row, confined ? CONFINED_PATIENCE_MS + 4 * *took_ms :
					    FREE_PATIENCE_MS);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Who serves a file system has to be there when it goes. */
	umount("mnt");
	if (confined && delivered)
		test_fail("LEAK: %s: the secret was delivered",
			  mode_names[mode]);
	if (confined || delivered)
		return;
	if (status > 0 && WIFEXITED(status) && WEXITSTATUS(status) != 1)
		sending = false, leak_failed("sender", WEXITSTATUS(status));
	test_fail("%s: not delivered; the sender %s", mode_names[mode],
		  status < 0 ? "hangs" : WIFSTOPPED(status) ? "sent" :
		  WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "ended");
}

/* Runner */

static int remove_entry(const char *path, const struct stat *, int,
			struct FTW *)
{
	return remove(path) && errno != ENOENT && errno != EBUSY;
}

/* Did it end as it should? */
static inline bool leak_run(const struct leak *row, enum leak_mode mode)
{
	char folder[] = LEAK_FOLDER;
	int status = -1;
	pid_t pid;

	REQUIRE(mkdtemp(folder));
	REQUIRE(!chmod(folder, 0777));
	REQUIRE(!chdir(folder));
	REQUIRE(syscall(SYS_getrandom, &world.number, sizeof(world.number), 0) ==
		sizeof(world.number));
	sprintf(world.secret, "%016llx", world.number);
	pid = child_start();
	if (!pid) {
		collector(row, mode);
		child_done();
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	REQUIRE(!chdir("/"));
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIP)
		_exit(EXIT_SKIP);
	return !status && !test_report->failures;
}

/* A datagram can be lost on a busy machine; a secret that came out has come out. */
static inline void leak_try(const struct leak *row, enum leak_mode mode)
{
	int more = mode_confined(mode) ? 0 : 2;

	while (!leak_run(row, mode)) {
		REQUIRE(more--);
		test_report->failures = 0;
	}
}

static void __maybe_unused leak_test(void)
{
	const struct leak *row = test_arg;

	took_ms = mmap(NULL, sizeof(*took_ms), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(took_ms != MAP_FAILED);
	for (enum leak_mode mode = 0; mode < LEAK_MODES; mode++) {
		if (mode_before(mode) && !row->open)
			continue;
		if (mode_confined(mode) && !can_confine())
			test_skip("delivers unconfined; this kernel cannot confine");
		leak_try(row, mode);
	}
}

#endif /* LEAK_H */
