// SPDX-License-Identifier: GPL-2.0-only
/*
 * Labels: what a confined process cannot tell, and what nobody learns of it.
 *
 * Each way out is first seen to work, then refused to a process with a tag that
 * the others lack. The tests need root and a kernel that has the LSM.
 */
#include <linux/netlink.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "nxia_call.h"
#include "nxia_label.h"
#include "nxia_main.h"

/* What a process does: the result, or a negative errno. */
typedef long act_fn(void);

static char folder[] = "/tmp/nxia_label.XXXXXX";

static long result(long value)
{
	return value < 0 ? -errno : value;
}

static const char *in_folder(const char *name)
{
	static char paths[4][128];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void folder_make(void)
{
	int fd;

	REQUIRE(mkdtemp(folder));
	fd = open(in_folder("file"), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
	REQUIRE_OK(fd);
	REQUIRE_OK(result(write(fd, "text", 4)));
	close(fd);
}

/* In a child, unlabelled and then labelled. */
static long run_act(act_fn *act, const char *label)
{
	long *got = mmap(NULL, sizeof(*got), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = child_start();
	long value;

	if (!pid) {
		if (label)
			label_self(label);
		*got = act();
		_exit(0);
	}
	child_join(pid);
	value = *got;
	munmap(got, sizeof(*got));
	return value;
}

/* What is made with a label is removed with it. */
static long act_clean(void)
{
	static const char *const names[] = { "new", "link", "second", "fifo", "renamed" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlink(in_folder(names[i]));
	rmdir(in_folder("dir"));
	return 0;
}

static void folder_clean(void)
{
	run_act(act_clean, "1 1");
}

static void folder_remove(void)
{
	folder_clean();
	unlink(in_folder("file"));
	EXPECT_EQ(rmdir(folder), 0);
}

static bool confined(act_fn *act)
{
	long value;

	folder_clean();
	value = run_act(act, "1 0");
	/* SysV IPC makes one error of all. */
	return value == -EPERM || value == -EACCES;
}

static bool works(act_fn *act, const char *label)
{
	folder_clean();
	return run_act(act, label) >= 0;
}

#define EXPECT_CONFINED(act)						\
	do {								\
		EXPECT(works(act, NULL));				\
		EXPECT(confined(act));					\
		EXPECT(works(act, "1 1"));				\
	} while (0)

/* Files */

static long act_open_read(void)
{
	return result(open(in_folder("file"), O_RDONLY | O_CLOEXEC));
}

static long act_open_write(void)
{
	return result(open(in_folder("file"), O_WRONLY | O_CLOEXEC));
}

static long act_truncate(void)
{
	return result(truncate(in_folder("file"), 3));
}

static long act_create(void)
{
	return result(open(in_folder("new"), O_CREAT | O_RDWR | O_CLOEXEC, 0666));
}

static long act_tmpfile(void)
{
	return result(open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
}

static long act_mkdir(void)
{
	return result(mkdir(in_folder("dir"), 0777));
}

static long act_symlink(void)
{
	return result(symlink("secret", in_folder("link")));
}

static long act_link(void)
{
	return result(link(in_folder("file"), in_folder("second")));
}

static long act_rename(void)
{
	long err = result(rename(in_folder("file"), in_folder("renamed")));

	return err ?: result(rename(in_folder("renamed"), in_folder("file")));
}

static long act_chmod(void)
{
	return result(chmod(in_folder("file"), 0640));
}

static long act_utimes(void)
{
	return result(utimensat(AT_FDCWD, in_folder("file"), NULL, 0));
}

static long act_xattr(void)
{
	return result(setxattr(in_folder("file"), "trusted.x", "secret", 6, 0));
}

static long act_lock(void)
{
	int fd = open(in_folder("file"), O_RDONLY | O_CLOEXEC);

	return result(flock(fd, LOCK_SH));
}

static long act_fifo(void)
{
	return result(mkfifo(in_folder("fifo"), 0666));
}

TEST(files, "label: a confined task reads files, and changes nothing about them")
{
	lsm_needed();
	folder_make();
	EXPECT_OK(run_act(act_open_read, "1 0"));
	EXPECT_CONFINED(act_open_write);
	EXPECT_CONFINED(act_truncate);
	EXPECT_CONFINED(act_create);
	EXPECT_CONFINED(act_tmpfile);
	EXPECT_CONFINED(act_mkdir);
	EXPECT_CONFINED(act_symlink);
	EXPECT_CONFINED(act_link);
	EXPECT_CONFINED(act_rename);
	EXPECT_CONFINED(act_chmod);
	EXPECT_CONFINED(act_utimes);
	EXPECT_CONFINED(act_xattr);
	EXPECT_CONFINED(act_lock);
	EXPECT_CONFINED(act_fifo);
	folder_remove();
}

static long act_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	return result(write(fd, "secret", 6));
}

static long act_tty(void)
{
	return result(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

static long act_sysctl(void)
{
	return result(open("/proc/sys/kernel/hostname", O_WRONLY | O_CLOEXEC));
}

static long act_comm(void)
{
	return result(open("/proc/self/comm", O_WRONLY | O_CLOEXEC));
}

/* The holder of the lease would be told. */
TEST(lease, "label: a confined task does not open what somebody has a lease of")
{
	int fd;

	lsm_needed();
	folder_make();
	signal(SIGIO, SIG_IGN);
	fd = open(in_folder("file"), O_RDWR | O_CLOEXEC);
	REQUIRE_OK(result(fcntl(fd, F_SETLEASE, F_WRLCK)));
	EXPECT_ERR(run_act(act_open_read, "1 0"), EPERM);
	EXPECT_OK(result(fcntl(fd, F_SETLEASE, F_UNLCK)));
	EXPECT_OK(run_act(act_open_read, "1 0"));
	folder_remove();
}

TEST(devices, "label: /dev/null takes anything; terminals and /proc take nothing")
{
	lsm_needed();
	EXPECT_EQ(run_act(act_null, "1 0"), 6);
	EXPECT_CONFINED(act_tty);
	EXPECT_CONFINED(act_sysctl);
	EXPECT_CONFINED(act_comm);
}

/* What was open before */

static int early[2];

static long act_pipe_write(void)
{
	return result(write(early[1], "x", 1));
}

static long act_pipe_splice(void)
{
	int file = open(in_folder("file"), O_RDONLY | O_CLOEXEC);

	return result(splice(file, NULL, early[1], NULL, 1, 0));
}

static long act_pipe_sendfile(void)
{
	int file = open(in_folder("file"), O_RDONLY | O_CLOEXEC);

	return result(sendfile(early[1], file, NULL, 1));
}

static long act_pipe_vmsplice(void)
{
	struct iovec vector = { "x", 1 };

	return result(vmsplice(early[1], &vector, 1, 0));
}

static long act_pipe_tee(void)
{
	int own[2];

	if (pipe(own) || write(own[1], "x", 1) != 1)
		return -errno;
	return result(tee(own[0], early[1], 1, 0));
}

TEST(pipes, "label: nothing goes into a pipe of others, however it is moved")
{
	lsm_needed();
	folder_make();
	REQUIRE(!pipe2(early, O_CLOEXEC));
	EXPECT_CONFINED(act_pipe_write);
	EXPECT_CONFINED(act_pipe_splice);
	EXPECT_CONFINED(act_pipe_sendfile);
	EXPECT_CONFINED(act_pipe_vmsplice);
	EXPECT_CONFINED(act_pipe_tee);
	folder_remove();
}

static long act_event(void)
{
	__u64 one = 1;

	return result(write(early[0], &one, sizeof(one)));
}

static long act_memfd(void)
{
	return result(pwrite(early[1], "x", 1, 0));
}

TEST(anonymous, "label: nothing goes into an eventfd or memfd of others")
{
	lsm_needed();
	early[0] = eventfd(0, EFD_CLOEXEC);
	early[1] = memfd_create("x", MFD_CLOEXEC);
	EXPECT_CONFINED(act_event);
	EXPECT_CONFINED(act_memfd);
}

/* A pipe, a memfd, an eventfd of its own are as good as ever. */
static long act_own(void)
{
	__u64 one = 1;
	int own[2], fd;

	if (pipe(own) || write(own[1], "x", 1) != 1)
		return -errno;
	fd = memfd_create("x", MFD_CLOEXEC);
	if (fd < 0 || write(fd, "x", 1) != 1)
		return -errno;
	fd = eventfd(0, EFD_CLOEXEC);
	if (fd < 0 || write(fd, &one, sizeof(one)) != sizeof(one))
		return -errno;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, own) ||
	    send(own[0], "x", 1, 0) != 1)
		return -errno;
	return result(fork() ? 0 : (_exit(0), 0));
}

TEST(own, "label: what a confined task makes for itself works")
{
	lsm_needed();
	EXPECT_OK(run_act(act_own, "1 0"));
}

/* Sockets */

static struct sockaddr_un server_address;
static socklen_t server_size;

static long act_send(void)
{
	return result(send(early[0], "x", 1, MSG_DONTWAIT));
}

static long act_sendto_nowhere(void)
{
	/* A stream takes an address of no length for none. */
	return result(sendto(early[0], "x", 1, MSG_DONTWAIT,
			     (void *)&server_address, 0));
}

static long act_seqpacket_name(void)
{
	return result(sendto(early[0], "x", 1, MSG_DONTWAIT,
			     (void *)&server_address, server_size));
}

TEST(socketpairs, "label: nothing is sent through a socket that was there before")
{
	lsm_needed();
	REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, early));
	EXPECT_CONFINED(act_send);
	EXPECT_CONFINED(act_sendto_nowhere);
	REQUIRE(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, early));
	EXPECT_CONFINED(act_send);
	REQUIRE(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, early));
	server_address.sun_family = AF_UNIX;
	server_size = sizeof(server_address);
	EXPECT_CONFINED(act_send);
	EXPECT_CONFINED(act_seqpacket_name);
}

static long act_dgram(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return result(sendto(fd, "x", 1, MSG_DONTWAIT, (void *)&server_address,
			     server_size));
}

static long act_stream(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return result(connect(fd, (void *)&server_address, server_size));
}

static void serve(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	server_address.sun_family = AF_UNIX;
	REQUIRE(!bind(fd, (void *)&server_address, sizeof(sa_family_t)));
	server_size = sizeof(server_address);
	REQUIRE(!getsockname(fd, (void *)&server_address, &server_size));
	if (type == SOCK_STREAM)
		REQUIRE(!listen(fd, 10));
}

static long act_abstract(void)
{
	struct sockaddr_un name = { AF_UNIX, "\0secret" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return result(bind(fd, (void *)&name, offsetof(struct sockaddr_un, sun_path) + 7));
}

TEST(unix_sockets, "label: Unix sockets of others are not reached, nor names taken")
{
	lsm_needed();
	serve(SOCK_DGRAM);
	EXPECT_CONFINED(act_dgram);
	serve(SOCK_STREAM);
	EXPECT_CONFINED(act_stream);
	EXPECT_CONFINED(act_abstract);
}

static long act_udp(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return result(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
}

static long act_bind(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return result(bind(fd, (void *)&to, sizeof(to)));
}

/* A message to all routers, whatever is sent later. */
static long act_group(void)
{
	struct ip_mreq group = {
		.imr_multiaddr.s_addr = htonl(0xef010203),
		.imr_interface.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return result(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
				 sizeof(group)));
}

static long act_netlink(void)
{
	return result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
}

static long act_raw(void)
{
	return result(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP));
}

TEST(net_sockets, "label: nothing is sent by UDP, no port is taken, other families are not there")
{
	lsm_needed();
	EXPECT_CONFINED(act_udp);
	EXPECT_CONFINED(act_bind);
	EXPECT_CONFINED(act_group);
	EXPECT_CONFINED(act_netlink);
	EXPECT_CONFINED(act_raw);
}

/* SysV, tasks */

static long act_msg(void)
{
	struct {
		long type;
		char text;
	} message = { 1, 'x' };

	return result(msgsnd(early[0], &message, 1, IPC_NOWAIT));
}

static long act_shm(void)
{
	return (long)shmat(early[1], NULL, 0) == -1 ? -errno : 0;
}

static long act_shm_key(void)
{
	long id = result(shmget(0x6e786961, 4096, IPC_CREAT | 0600));

	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return id;
}

TEST(sysv, "label: SysV objects of others are not written, nor keys taken")
{
	lsm_needed();
	early[0] = msgget(IPC_PRIVATE, 0600);
	early[1] = shmget(IPC_PRIVATE, 4096, 0600);
	REQUIRE_OK(early[0]);
	REQUIRE_OK(early[1]);
	EXPECT_CONFINED(act_msg);
	EXPECT_CONFINED(act_shm);
	EXPECT_CONFINED(act_shm_key);
	msgctl(early[0], IPC_RMID, NULL);
	shmctl(early[1], IPC_RMID, NULL);
}

static long act_queue_read(void)
{
	return result(mq_open("/nxia_label", O_RDONLY | O_CLOEXEC));
}

static long act_queue_make(void)
{
	long fd = result(mq_open("/nxia_label2", O_RDWR | O_CREAT, 0600, NULL));

	mq_unlink("/nxia_label2");
	return fd;
}

TEST(mqueue, "label: message queues are neither made nor read")
{
	lsm_needed();
	if (mq_open("/nxia_label", O_RDWR | O_CREAT | O_CLOEXEC, 0600, NULL) < 0)
		test_skip("mq_open: %s", strerror(errno));
	EXPECT_CONFINED(act_queue_read);
	EXPECT_CONFINED(act_queue_make);
	mq_unlink("/nxia_label");
}

static long act_kill(void)
{
	return result(kill(getppid(), SIGURG));
}

static long act_sigqueue(void)
{
	return result(sigqueue(getppid(), SIGURG, (union sigval){ .sival_int = 7 }));
}

static long act_name(void)
{
	return result(prctl(PR_SET_NAME, "secret"));
}

static long act_hostname(void)
{
	char name[64];

	gethostname(name, sizeof(name));
	return result(sethostname(name, strlen(name)));
}

TEST(task, "label: no signal, no name, no host name tells anything")
{
	lsm_needed();
	EXPECT_CONFINED(act_kill);
	EXPECT_CONFINED(act_sigqueue);
	EXPECT_CONFINED(act_name);
	EXPECT_CONFINED(act_hostname);
}

/* What others see */

static int open_of(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return result(open(path, O_RDONLY | O_CLOEXEC));
}

TEST(proc, "label: /proc shows nobody a labelled task, also what was open before")
{
	int *turn = turns_start();
	char byte;
	int cmdline, stat;
	pid_t pid;

	lsm_needed();
	pid = child_start();
	if (!pid) {
		turn_wait(turn, 1);
		label_self("1 0");
		turn_set(turn, 2);
		turn_wait(turn, 3);
		EXPECT_OK(open_of(getpid(), "status"));
		child_done();
	}
	cmdline = open_of(pid, "cmdline");
	stat = open_of(pid, "stat");
	EXPECT_EQ(read(cmdline, &byte, 1), 1);
	EXPECT_EQ(read(stat, &byte, 1), 1);
	turn_set(turn, 1);
	turn_wait(turn, 2);
	EXPECT_ERR(result(read(cmdline, &byte, 1)), EPERM);
	EXPECT_ERR(result(pread(stat, &byte, 1, 0)), EPERM);
	errno = 0;
	EXPECT_ERR(result(getpriority(PRIO_PROCESS, pid)), ESRCH);
	EXPECT_ERR(open_of(pid, "comm"), EPERM);
	EXPECT_ERR(open_of(pid, "cmdline"), EPERM);
	EXPECT_ERR(open_of(pid, "status"), EPERM);
	turn_set(turn, 3);
	child_join(pid);
}

/* The number of events that a reader with this label makes. */
static int events_of(const char *label)
{
	char buffer[1024] __attribute__((aligned(8)));
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	REQUIRE_OK(watch);
	REQUIRE_OK(inotify_add_watch(watch, folder, IN_OPEN | IN_ACCESS));
	EXPECT_OK(run_act(act_open_read, label));
	return read(watch, buffer, sizeof(buffer)) > 0;
}

TEST(watched, "label: a watched folder tells nobody what a confined task opens")
{
	lsm_needed();
	folder_make();
	EXPECT_EQ(events_of(NULL), 1);
	EXPECT_EQ(events_of("1 0"), 0);
	EXPECT_EQ(events_of("1 1"), 1);
	folder_remove();
}

static long act_read(void)
{
	char byte;
	int fd = open(in_folder("file"), O_RDONLY | O_CLOEXEC);

	return result(read(fd, &byte, 1));
}

/* Old enough that the next read shows. */
static bool atime_moves(const char *label)
{
	const struct timespec times[2] = { { 1000, 0 }, { 2000, 0 } };
	struct stat status;

	REQUIRE(!utimensat(AT_FDCWD, in_folder("file"), times, 0));
	EXPECT_OK(run_act(act_read, label));
	REQUIRE(!stat(in_folder("file"), &status));
	return status.st_atime != 1000;
}

TEST(atime, "label: what a confined task reads keeps its access time")
{
	lsm_needed();
	folder_make();
	EXPECT(atime_moves(NULL));
	EXPECT(!atime_moves("1 0"));
	folder_remove();
}

/* Does a line of a file in /proc have this text? */
static bool told(const char *path, const char *text)
{
	static char lines[1 << 18];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t got;

	while (fd >= 0 && used < sizeof(lines) - 1 &&
	       (got = read(fd, lines + used, sizeof(lines) - 1 - used)) > 0)
		used += got;
	lines[used] = 0;
	close(fd);
	return strstr(lines, text);
}

/* A lock, a queue and the like of a labelled task, while it lives. */
static void lists(const char *label, bool want)
{
	int *turn = turns_start();
	char ino[64], id[64];
	int *queue = turns_start();
	struct stat status;
	pid_t pid = child_start();

	if (!pid) {
		int fd = memfd_create("x", MFD_CLOEXEC);
		struct flock lock = { .l_type = F_WRLCK, .l_start = 12345 };

		close(fd);
		if (label)
			label_self(label);
		fd = memfd_create("x", MFD_CLOEXEC);
		EXPECT_OK(result(fcntl(fd, F_OFD_SETLK, &lock)));
		EXPECT_OK(result(fstat(fd, &status)));
		queue[1] = status.st_ino;
		queue[0] = msgget(IPC_PRIVATE, 0600);
		EXPECT_OK(queue[0]);
		turn_set(turn, 1);
		turn_wait(turn, 2);
		msgctl(queue[0], IPC_RMID, NULL);
		child_done();
	}
	turn_wait(turn, 1);
	snprintf(ino, sizeof(ino), ":%d 12345", queue[1]);
	snprintf(id, sizeof(id), "%11d ", queue[0]);
	EXPECT_EQ(told("/proc/locks", ino), want);
	EXPECT_EQ(told("/proc/sysvipc/msg", id), want);
	turn_set(turn, 2);
	child_join(pid);
}

TEST(listed, "label: lists of locks and SysV objects leave out those of labelled tasks")
{
	lsm_needed();
	lists(NULL, true);
	lists("1 0", false);
}
