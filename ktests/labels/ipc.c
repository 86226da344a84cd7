// SPDX-License-Identifier: GPL-2.0-only
/* Leaks by pipes, Unix sockets, passed descriptors, SysV and POSIX IPC, keys. */
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <mqueue.h>
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "leak.h"
#include "nxia_uring.h"

/* Pipes: fds[0] is where to write, fds[1] where to read */

static void make_pipe(void)
{
	int pipes[2];

	must(pipe(pipes));
	world.fds[0] = pipes[1];
	world.fds[1] = pipes[0];
}

static void send_vmsplice(void)
{
	struct iovec io = { world.secret, 16 };

	must(vmsplice(world.fds[0], &io, 1, 0));
}

static void send_tee(void)
{
	int pipes[2];

	must(pipe(pipes));
	put(pipes[1]);
	must(tee(pipes[0], world.fds[0], 16, 0));
}

static void send_pipe_splice(void)
{
	int pipes[2];

	must(pipe(pipes));
	put(pipes[1]);
	must(splice(pipes[0], NULL, world.fds[0], NULL, 16, 0));
}

/* The other end of the pipe that it reads from. */
static void send_pipe_reopen(void)
{
	char path[64];

	sprintf(path, "/proc/self/fd/%d", world.fds[1]);
	put_path(path);
}

static void send_pipe_size(void)
{
	must(fcntl(world.fds[0], F_SETPIPE_SZ, 4096 << (4 + part(2))));
}

static bool got_pipe_size(void)
{
	return fcntl(world.fds[1], F_GETPIPE_SZ) == 4096 << (4 + part(2));
}

LEAK(pipe, "pipe: write", make_pipe, NULL, put_fd, got_fd)
LEAK(vmsplice, "pipe: vmsplice", make_pipe, NULL, send_vmsplice, got_fd)
LEAK(tee, "pipe: tee", make_pipe, NULL, send_tee, got_fd)
LEAK(pipe_splice, "pipe: splice", make_pipe, NULL, send_pipe_splice, got_fd)
LEAK(pipe_reopen, "pipe: other end opened through /proc/self/fd", make_pipe,
     NULL, send_pipe_reopen, got_fd)
LEAK(pipe_size, "pipe: size", make_pipe, NULL, send_pipe_size, got_pipe_size)

static void make_fifo(void)
{
	must(mkfifo("fifo", 0666));
	world.fds[1] = must(open("fifo", O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

static void open_fifo(void)
{
	world.fds[0] = must(open("fifo", O_WRONLY | O_NONBLOCK));
}

LEAK(fifo, "FIFO: write", make_fifo, open_fifo, put_fd, got_fd)

/* Unix sockets */

static socklen_t unix_address(struct sockaddr_un *address, const char *name)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (*name != '@') {
		strcpy(address->sun_path, name);
		return sizeof(*address);
	}
	return offsetof(struct sockaddr_un, sun_path) + 1 +
	       sprintf(address->sun_path + 1, "%s", name + 1);
}

static int listener = -1;

static void unix_listen(int type, const char *name)
{
	struct sockaddr_un address;
	socklen_t size;

	strcpy(world.path, name);
	if (*name == '@')
		sprintf(world.path, "@leak-%d", getpid());
	size = unix_address(&address, world.path);
	world.numbers[0] = type;
	listener = must(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	must(bind(listener, (void *)&address, size));
	if (type != SOCK_DGRAM)
		must(listen(listener, 4));
	world.fds[1] = listener;
}

static void unix_connect(void)
{
	struct sockaddr_un address;
	socklen_t size = unix_address(&address, world.path);

	world.fds[0] = must(socket(AF_UNIX, world.numbers[0], 0));
	must(connect(world.fds[0], (void *)&address, size));
}

/* Accept what there is, and look into what was accepted. */
static bool got_connection(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		world.fds[1] = fd;
	return world.fds[1] != listener && got(world.fds[1]);
}

#define UNIX_ROWS(id, type, kind, collects)				\
static void make_##id##_path(void)					\
{									\
	unix_listen(type, "socket");					\
}									\
static void make_##id##_abstract(void)					\
{									\
	unix_listen(type, "@");						\
}									\
static void make_##id##_pair(void)					\
{									\
	int pair[2];							\
									\
	must(socketpair(AF_UNIX, type, 0, pair));			\
	world.fds[0] = pair[0];						\
	world.fds[1] = pair[1];						\
}									\
LEAK(id##_path, "Unix " kind ": by path", make_##id##_path,		\
     unix_connect, put_fd, collects)					\
LEAK(id##_abstract, "Unix " kind ": by abstract name",			\
     make_##id##_abstract, unix_connect, put_fd, collects)		\
LEAK(id##_pair, "Unix " kind ": inherited pair", make_##id##_pair,	\
     NULL, put_fd, got_fd)

UNIX_ROWS(stream, SOCK_STREAM, "stream", got_connection)
UNIX_ROWS(seqpacket, SOCK_SEQPACKET, "seqpacket", got_connection)
UNIX_ROWS(dgram, SOCK_DGRAM, "datagram", got_fd)

static void open_dgram(void)
{
	world.fds[0] = must(socket(AF_UNIX, SOCK_DGRAM, 0));
}

static void send_sendto(void)
{
	struct sockaddr_un address;
	socklen_t size = unix_address(&address, world.path);

	must(sendto(world.fds[0], world.secret, 16, 0, (void *)&address, size));
}

static void send_sendmmsg(void)
{
	struct sockaddr_un address;
	socklen_t size = unix_address(&address, world.path);
	struct iovec io = { world.secret, 16 };
	struct mmsghdr message = {
		.msg_hdr = {
			.msg_name = &address, .msg_namelen = size,
			.msg_iov = &io, .msg_iovlen = 1,
		},
	};

	must(sendmmsg(world.fds[0], &message, 1, 0));
}

static void send_uring_send(void)
{
	struct uring ring;

	uring_init(&ring);
	uring_submit(&ring, &(struct io_uring_sqe){
		.opcode = IORING_OP_SEND, .fd = world.fds[0], .len = 16,
		.addr = (uintptr_t)world.secret,
	}, 1);
	errno = -uring_result(&ring, 1);
	if (errno > 0)
		_exit(errno);
}

static void send_oob(void)
{
	must(send(world.fds[0], &(char){ part(6) }, 1, MSG_OOB));
}

static bool got_oob(void)
{
	char byte = 0;

	return recv(world.fds[1], &byte, 1, MSG_OOB | MSG_DONTWAIT) == 1 &&
	       byte == (char)part(6);
}

static void send_shutdown(void)
{
	must(shutdown(world.fds[0], SHUT_WR));
}

static bool got_shutdown(void)
{
	char byte;

	return !recv(world.fds[1], &byte, 1, MSG_DONTWAIT);
}

LEAK(sendto, "Unix datagram: sendto", make_dgram_abstract, open_dgram,
     send_sendto, got_fd)
LEAK(sendmmsg, "Unix datagram: sendmmsg", make_dgram_path, open_dgram,
     send_sendmmsg, got_fd)
LEAK(uring_send, "Unix stream: io_uring send", make_stream_pair, NULL,
     send_uring_send, got_fd)
LEAK(oob, "Unix stream: out of band", make_stream_pair, NULL, send_oob, got_oob)
LEAK(shutdown, "Unix stream: shutdown", make_stream_pair, NULL, send_shutdown,
     got_shutdown)

/* The other way: the unlabelled end connects to a socket of the sender. */
static void send_accept(void)
{
	struct sockaddr_un address;
	socklen_t size;
	int fd;

	sprintf(world.path, "@leak-back-%d", world.collector);
	size = unix_address(&address, world.path);
	fd = must(socket(AF_UNIX, SOCK_STREAM, 0));
	must(bind(fd, (void *)&address, size));
	must(listen(fd, 1));
	fd = must(accept(fd, NULL, NULL));
	put(fd);
}

static void *connect_back(void *)
{
	struct sockaddr_un address;
	char name[64];
	socklen_t size;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sprintf(name, "@leak-back-%d", world.collector);
	size = unix_address(&address, name);
	for (int i = 0; i < 2000; i++) {
		if (!connect(fd, (void *)&address, size)) {
			world.fds[1] = fd;
			break;
		}
		usleep(5000);
	}
	return NULL;
}

static void prepare_connect_back(void)
{
	pthread_t thread;

	world.fds[1] = -1;
	errno = pthread_create(&thread, NULL, connect_back, NULL);
	must(errno ? -1 : 0);
}

LEAK(accept, "Unix stream: accepted from outside", prepare_connect_back, NULL,
     send_accept, got_fd)

/* The name of the one who connects, or of one who does not */
static void send_bound(void)
{
	struct sockaddr_un address;
	socklen_t size;
	char name[64];

	world.fds[0] = must(socket(AF_UNIX, world.numbers[0], 0));
	sprintf(name, "@%s", world.secret);
	size = unix_address(&address, name);
	must(bind(world.fds[0], (void *)&address, size));
}

static void send_connect_name(void)
{
	struct sockaddr_un address;
	socklen_t size = unix_address(&address, world.path);

	send_bound();
	must(connect(world.fds[0], (void *)&address, size));
}

static bool got_peer_name(void)
{
	struct sockaddr_un address = {};
	socklen_t size = sizeof(address);

	return accept4(listener, (void *)&address, &size, SOCK_CLOEXEC) >= 0 &&
	       got_text(&address, sizeof(address));
}

static void stream_type(void)
{
	world.numbers[0] = SOCK_STREAM;
}

static bool got_proc_unix(void)
{
	return got_path("/proc/net/unix");
}

static bool got_unix_diag(void)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req request;
	} ask = {
		{ sizeof(ask), SOCK_DIAG_BY_FAMILY,
		  NLM_F_REQUEST | NLM_F_DUMP, 0, 0 },
		{ .sdiag_family = AF_UNIX, .udiag_states = -1,
		  .udiag_show = UDIAG_SHOW_NAME },
	};
	int fd = must(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			     NETLINK_SOCK_DIAG));
	bool found = false;

	must(send(fd, &ask, sizeof(ask), 0));
	for (int i = 0; i < 50 && !found; i++)
		found = got(fd);
	close(fd);
	return found;
}

LEAK(bound_proc, "Unix name: seen in /proc/net/unix", stream_type, NULL,
     send_bound, got_proc_unix)
LEAK(bound_diag, "Unix name: seen by sock_diag", stream_type, NULL, send_bound,
     got_unix_diag)
LEAK(peer_name, "Unix name: of who connects", make_stream_abstract, NULL,
     send_connect_name, got_peer_name)

/* Options of an inherited socket */
static void send_option(void)
{
	must(setsockopt(world.fds[0], SOL_SOCKET, SO_MARK,
			&(int){ part(30) }, sizeof(int)));
}

static bool got_option(void)
{
	int value = 0;
	socklen_t size = sizeof(value);

	must(getsockopt(world.fds[0], SOL_SOCKET, SO_MARK, &value, &size));
	return value == (int)part(30);
}

LEAK(option, "Unix stream: option of an inherited socket", make_stream_pair,
     NULL, send_option, got_option)

/* Descriptors that are passed: to a file that has the secret */

static int file_of_secret(void)
{
	int fd = must(syscall(SYS_memfd_create, "passed", 0));

	put(fd);
	must(lseek(fd, 0, SEEK_SET));
	return fd;
}

static void send_rights(void)
{
	char control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec io = { "", 1 };
	struct msghdr message = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int file = file_of_secret();

	*header = (struct cmsghdr){ CMSG_LEN(sizeof(file)), SOL_SOCKET,
				    SCM_RIGHTS };
	memcpy(CMSG_DATA(header), &file, sizeof(file));
	must(sendmsg(world.fds[0], &message, 0));
}

static bool got_rights(void)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = "", text[64];
	struct iovec io = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int file;

	if (recvmsg(world.fds[1], &message, MSG_DONTWAIT) != 1 ||
	    !CMSG_FIRSTHDR(&message))
		return false;
	memcpy(&file, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(file));
	return got_text(text, pread(file, text, sizeof(text), 0));
}

static void send_getfd(void)
{
	world.fds[2] = file_of_secret();
	must(dup2(world.fds[2], 200));
}

static bool got_getfd(void)
{
	int pidfd = must(syscall(SYS_pidfd_open, world.sender, 0));
	int fd = syscall(SYS_pidfd_getfd, pidfd, 200, 0);
	char text[64];
	bool found = fd >= 0 &&
		     got_text(text, pread(fd, text, sizeof(text), 0));

	close(fd);
	close(pidfd);
	return found;
}

/* A descriptor of the collector, taken by the sender. */
static void prepare_taken(void)
{
	make_pipe();
	must(dup2(world.fds[0], 201));
	must(fcntl(201, F_SETFD, FD_CLOEXEC));
	close(world.fds[0]);
}

static void send_taken(void)
{
	int pidfd = must(syscall(SYS_pidfd_open, world.collector, 0));

	put(must(syscall(SYS_pidfd_getfd, pidfd, 201, 0)));
}

static void send_proc_fd(void)
{
	char path[64];

	sprintf(path, "/proc/%d/fd/201", world.collector);
	put_path(path);
}

static bool got_proc_fd(void)
{
	char path[64];

	sprintf(path, "/proc/%d/fd/200", world.sender);
	return got_path(path);
}

LEAK(rights, "passing: SCM_RIGHTS", make_stream_pair, NULL, send_rights,
     got_rights)
LEAK(getfd, "passing: pidfd_getfd by the collector", NULL, NULL, send_getfd,
     got_getfd)
LEAK(taken, "passing: pidfd_getfd of the collector's", prepare_taken, NULL,
     send_taken, got_fd)
LEAK(proc_fd, "passing: /proc/PID/fd of the collector", prepare_taken, NULL,
     send_proc_fd, got_fd)
LEAK(own_proc_fd, "passing: /proc/PID/fd by the collector", NULL, NULL,
     send_getfd, got_proc_fd)

/* Rings: fds[0] is the collector's, inherited */

static struct uring ring_of_collector;

static void make_ring(void)
{
	struct io_uring_params params = {};

	close(must(syscall(SYS_io_uring_setup, 1, &params)));
	uring_init(&ring_of_collector);
	world.fds[0] = ring_of_collector.fd;
	kept(world.fds[0]);
}

static void send_msg_ring(void)
{
	struct uring ring;

	uring_init(&ring);
	uring_submit(&ring, &(struct io_uring_sqe){
		.opcode = IORING_OP_MSG_RING, .fd = world.fds[0],
		.off = world.number,
	}, 1);
	errno = -uring_result(&ring, 1);
	if (errno > 0)
		_exit(errno);
}

static bool got_completion(void)
{
	struct io_uring_cqe cqe;

	while (uring_take(&ring_of_collector, &cqe))
		if (cqe.user_data == world.number)
			return true;
	return false;
}

/* The ring's own memory, mapped by the sender as well. */
static void send_ring_memory(void)
{
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			 world.fds[0], IORING_OFF_SQES);

	if (map == MAP_FAILED)
		leak_failed("mmap", errno);
	memcpy(map, world.secret, 16);
}

static bool got_ring_memory(void)
{
	return got_text(ring_of_collector.sqes, 64);
}

static void make_ring_files(void)
{
	int none = -1;

	make_ring();
	must(syscall(SYS_io_uring_register, world.fds[0],
		     IORING_REGISTER_FILES, &none, 1));
}

static void send_ring_fd(void)
{
	struct uring ring;
	int file = file_of_secret();

	uring_init(&ring);
	must(syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES,
		     &file, 1));
	uring_submit(&ring, &(struct io_uring_sqe){
		.opcode = IORING_OP_MSG_RING, .fd = world.fds[0],
		.addr = IORING_MSG_SEND_FD, .file_index = 1,
	}, 1);
	errno = -uring_result(&ring, 1);
	if (errno > 0)
		_exit(errno);
}

static bool got_ring_fd(void)
{
	char text[16] = "";
	struct io_uring_cqe cqe;

	uring_submit(&ring_of_collector, &(struct io_uring_sqe){
		.opcode = IORING_OP_READ, .fd = 0, .flags = IOSQE_FIXED_FILE,
		.addr = (uintptr_t)text, .len = 16,
	}, 7);
	for (int i = 0; i < 100; i++) {
		if (uring_take(&ring_of_collector, &cqe) && cqe.user_data == 7)
			break;
		usleep(1000);
	}
	return got_text(text, 16);
}

LEAK(msg_ring, "io_uring: message to a ring", make_ring, NULL, send_msg_ring,
     got_completion)
LEAK(ring_memory, "io_uring: memory of an inherited ring", make_ring, NULL,
     send_ring_memory, got_ring_memory)
LEAK(ring_fd, "io_uring: descriptor passed to a ring", make_ring_files, NULL,
     send_ring_fd, got_ring_fd)

/* SysV IPC: numbers[1] is the identifier */

static void make_shm(void)
{
	world.numbers[1] = must(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666));
}

static void send_shm(void)
{
	char *map = shmat(world.numbers[1], NULL, 0);

	if (map == (void *)-1)
		leak_failed("shmat", errno);
	memcpy(map, world.secret, 16);
}

static bool got_shm(void)
{
	char *map = shmat(world.numbers[1], NULL, SHM_RDONLY);
	bool found = got_text(map, 4096);

	shmdt(map);
	shmctl(world.numbers[1], IPC_RMID, NULL);
	return found;
}

static void send_shm_mode(void)
{
	struct shmid_ds status = {
		.shm_perm = { .uid = part(30), .gid = part(30), .mode = 0600 },
	};

	must(shmctl(world.numbers[1], IPC_SET, &status));
}

static bool got_shm_mode(void)
{
	struct shmid_ds status;

	must(shmctl(world.numbers[1], IPC_STAT, &status));
	return status.shm_perm.uid == part(30);
}

/* The segment of the sender, read by the collector. */
static void send_own_shm(void)
{
	int id = must(shmget(part(30), 4096, IPC_CREAT | 0666));
	char *map = shmat(id, NULL, 0);

	if (map == (void *)-1)
		leak_failed("shmat", errno);
	memcpy(map, world.secret, 16);
}

static bool got_own_shm(void)
{
	int id = shmget(part(30), 4096, 0);
	char *map = shmat(id, NULL, SHM_RDONLY);
	bool found = map != (void *)-1 && got_text(map, 4096);

	shmdt(map);
	shmctl(id, IPC_RMID, NULL);
	return found;
}

static void send_shm_key(void)
{
	must(shmget(part(30), 4096, IPC_CREAT | 0666));
}

static bool got_shm_key(void)
{
	return shmget(part(30), 4096, 0) >= 0;
}

static bool got_listed(const char *path)
{
	char text[32], list[65536];
	int fd = must(open(path, O_RDONLY | O_CLOEXEC));
	ssize_t length = must(read(fd, list, sizeof(list) - 1));

	close(fd);
	list[length] = 0;
	sprintf(text, "%u ", (unsigned int)part(30));
	return strstr(list, text);
}

static bool got_shm_listed(void)
{
	return got_listed("/proc/sysvipc/shm");
}

LEAK(shm, "SysV shared memory: content", make_shm, NULL, send_shm, got_shm)
LEAK(shm_mode, "SysV shared memory: owner", make_shm, NULL, send_shm_mode,
     got_shm_mode)
LEAK(own_shm, "SysV shared memory: of the sender", NULL, NULL, send_own_shm,
     got_own_shm)
LEAK(shm_key, "SysV shared memory: key that exists", NULL, NULL, send_shm_key,
     got_shm_key)
LEAK(shm_listed, "SysV shared memory: key in /proc/sysvipc", NULL, NULL,
     send_shm_key, got_shm_listed)

static void make_msg(void)
{
	world.numbers[1] = must(msgget(IPC_PRIVATE, IPC_CREAT | 0666));
}

struct message {
	long type;
	char text[16];
};

static void send_msg(void)
{
	struct message message = { 1, "" };

	memcpy(message.text, world.secret, 16);
	must(msgsnd(world.numbers[1], &message, 16, 0));
}

static bool got_msg(void)
{
	struct message message;

	return msgrcv(world.numbers[1], &message, 16, 0, IPC_NOWAIT) == 16 &&
	       got_text(message.text, 16);
}

static void send_msg_limit(void)
{
	struct msqid_ds status;

	must(msgctl(world.numbers[1], IPC_STAT, &status));
	status.msg_qbytes = part(13);
	must(msgctl(world.numbers[1], IPC_SET, &status));
}

static bool got_msg_limit(void)
{
	struct msqid_ds status;

	must(msgctl(world.numbers[1], IPC_STAT, &status));
	return status.msg_qbytes == part(13);
}

LEAK(msg, "SysV messages: content", make_msg, NULL, send_msg, got_msg)
LEAK(msg_limit, "SysV messages: limit", make_msg, NULL, send_msg_limit,
     got_msg_limit)

static void make_sem(void)
{
	world.numbers[1] = must(semget(IPC_PRIVATE, 1, IPC_CREAT | 0666));
}

static void send_sem(void)
{
	must(semctl(world.numbers[1], 0, SETVAL, (int)part(14)));
}

static void send_semop(void)
{
	struct sembuf operation = { .sem_op = part(14) };

	must(semop(world.numbers[1], &operation, 1));
}

static bool got_sem(void)
{
	return semctl(world.numbers[1], 0, GETVAL) == (int)part(14);
}

LEAK(sem, "SysV semaphores: value set", make_sem, NULL, send_sem, got_sem)
LEAK(semop, "SysV semaphores: value raised", make_sem, NULL, send_semop, got_sem)

static void send_rmid(void)
{
	must(semctl(world.numbers[1], 0, IPC_RMID));
}

static bool got_rmid(void)
{
	return semctl(world.numbers[1], 0, GETVAL) < 0;
}

LEAK(rmid, "SysV semaphores: removed", make_sem, NULL, send_rmid, got_rmid)

/* POSIX IPC */

static const char *posix_name(void)
{
	static char name[64];

	sprintf(name, "/leak-%d", world.collector);
	return name;
}

static void make_mq(void)
{
	world.fds[1] = must(mq_open(posix_name(), O_RDWR | O_CREAT | O_NONBLOCK,
				    0666, NULL));
}

static void open_mq(void)
{
	world.fds[0] = must(mq_open(posix_name(), O_WRONLY));
	kept(world.fds[0]);
}

static void send_mq(void)
{
	must(mq_send(world.fds[0], world.secret, 16, 0));
}

static bool got_mq(void)
{
	char text[8192];
	bool found = got_text(text, mq_receive(world.fds[1], text, sizeof(text),
					       NULL));

	mq_unlink(posix_name());
	return found;
}

static void send_mq_name(void)
{
	char name[32];

	sprintf(name, "/%s", world.secret);
	must(mq_open(name, O_RDWR | O_CREAT, 0666, NULL));
}

static bool got_mq_name(void)
{
	char name[32];

	sprintf(name, "/%s", world.secret);
	return !mq_unlink(name);
}

LEAK(mq, "POSIX queue: message", make_mq, open_mq, send_mq, got_mq)
LEAK(mq_name, "POSIX queue: name", NULL, NULL, send_mq_name, got_mq_name)

static void make_posix_shm(void)
{
	world.fds[1] = must(shm_open(posix_name(), O_RDWR | O_CREAT, 0666));
	must(ftruncate(world.fds[1], 4096));
}

static void open_posix_shm(void)
{
	world.fds[0] = must(shm_open(posix_name(), O_RDWR, 0));
	kept(world.fds[0]);
}

static void send_map(void)
{
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			 world.fds[0], 0);

	if (map == MAP_FAILED)
		leak_failed("mmap", errno);
	memcpy(map, world.secret, 16);
}

static bool got_posix_shm(void)
{
	char text[4096];

	shm_unlink(posix_name());
	return got_text(text, pread(world.fds[1], text, sizeof(text), 0));
}

static void send_shm_name(void)
{
	char name[32];

	sprintf(name, "/%s", world.secret);
	must(shm_open(name, O_RDWR | O_CREAT, 0666));
}

static bool got_shm_name(void)
{
	char name[32];

	sprintf(name, "/%s", world.secret);
	return !shm_unlink(name);
}

LEAK(posix_shm, "POSIX shared memory: mapping", make_posix_shm, open_posix_shm,
     send_map, got_posix_shm)
LEAK(shm_name, "POSIX shared memory: name", NULL, NULL, send_shm_name,
     got_shm_name)

/* Keys: numbers[1] is a keyring that both may use */

static long keyctl(int command, long a, long b, long c, long d)
{
	return syscall(SYS_keyctl, command, a, b, c, d);
}

static long add_key(const char *name, const char *value, long ring)
{
	return syscall(SYS_add_key, "user", name, value, strlen(value), ring);
}

static void make_key(void)
{
	must(keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0));
	world.numbers[1] = KEY_SPEC_SESSION_KEYRING;
	world.numbers[2] = must(add_key("leak", "-", KEY_SPEC_SESSION_KEYRING));
	must(keyctl(KEYCTL_SETPERM, world.numbers[2], 0x3f3f3f3f, 0, 0));
}

static void make_user_key(void)
{
	make_key();
	must(keyctl(KEYCTL_LINK, KEY_SPEC_USER_KEYRING,
		    KEY_SPEC_SESSION_KEYRING, 0, 0));
	world.numbers[1] = KEY_SPEC_USER_KEYRING;
}

static void make_user_session_key(void)
{
	make_key();
	must(keyctl(KEYCTL_LINK, KEY_SPEC_USER_SESSION_KEYRING,
		    KEY_SPEC_SESSION_KEYRING, 0, 0));
	world.numbers[1] = KEY_SPEC_USER_SESSION_KEYRING;
}

static void make_persistent_key(void)
{
	make_key();
	world.numbers[1] = must(keyctl(KEYCTL_GET_PERSISTENT, -1,
				       KEY_SPEC_SESSION_KEYRING, 0, 0));
}

static void send_key(void)
{
	must(add_key("secret", world.secret, (int)world.numbers[1]));
}

static bool read_key(long key)
{
	char text[64];

	return got_text(text, keyctl(KEYCTL_READ, key, (long)text, sizeof(text),
				     0));
}

static bool got_key(void)
{
	long key = keyctl(KEYCTL_SEARCH, (int)world.numbers[1], (long)"user",
			  (long)"secret", 0);
	bool found = key >= 0 && read_key(key);

	keyctl(KEYCTL_UNLINK, key, (int)world.numbers[1], 0, 0);
	return found;
}

static void send_key_update(void)
{
	must(keyctl(KEYCTL_UPDATE, world.numbers[2], (long)world.secret, 16,
		    0));
}

static bool got_key_update(void)
{
	return read_key(world.numbers[2]);
}

static void send_key_name(void)
{
	must(add_key(world.secret, "-", KEY_SPEC_PROCESS_KEYRING));
}

static bool got_key_name(void)
{
	return got_path("/proc/keys");
}

static void send_key_perm(void)
{
	must(keyctl(KEYCTL_SETPERM, world.numbers[2], 0x3f010000 | part(6), 0,
		    0));
}

static bool got_key_perm(void)
{
	char text[256] = "", wanted[32];

	sprintf(wanted, ";3f0100%02x;", (unsigned int)part(6));
	keyctl(KEYCTL_DESCRIBE, world.numbers[2], (long)text, sizeof(text), 0);
	return strstr(text, wanted);
}

static void send_key_revoke(void)
{
	must(keyctl(KEYCTL_REVOKE, world.numbers[2], 0, 0, 0));
}

static bool got_key_revoke(void)
{
	char text[64];

	return keyctl(KEYCTL_READ, world.numbers[2], (long)text, sizeof(text),
		      0) < 0;
}

LEAK(key_session, "keys: session keyring", make_key, NULL, send_key, got_key)
LEAK(key_user, "keys: user keyring", make_user_key, NULL, send_key, got_key)
LEAK(key_user_session, "keys: user session keyring", make_user_session_key,
     NULL, send_key, got_key)
LEAK(key_persistent, "keys: persistent keyring", make_persistent_key, NULL,
     send_key, got_key)
LEAK(key_update, "keys: update", make_key, NULL, send_key_update,
     got_key_update)
LEAK(key_name, "keys: name in /proc/keys", NULL, NULL, send_key_name,
     got_key_name)
LEAK(key_perm, "keys: permissions", make_key, NULL, send_key_perm, got_key_perm)
LEAK(key_revoke, "keys: revoked", make_key, NULL, send_key_revoke,
     got_key_revoke)

static void send_session_keyring(void)
{
	must(keyctl(KEYCTL_JOIN_SESSION_KEYRING, (long)world.secret, 0, 0, 0));
}

static void send_session_to_parent(void)
{
	must(keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0));
	must(add_key("secret", world.secret, KEY_SPEC_SESSION_KEYRING));
	must(keyctl(KEYCTL_SESSION_TO_PARENT, 0, 0, 0, 0));
}

LEAK(key_parent, "keys: session keyring given to the parent", make_key, NULL,
     send_session_to_parent, got_key)
LEAK(key_join, "keys: name of a session keyring", NULL, NULL,
     send_session_keyring, got_key_name)

#include "leak_main.h"
