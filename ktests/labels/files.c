// SPDX-License-Identifier: GPL-2.0-only
/* Leaks by the content of files, and by open files. */
#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <sys/eventfd.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/timerfd.h>

#include "leak.h"
#include "nxia_uring.h"

/* Content */

static void open_append(void)
{
	world.fds[0] = must(open("f", O_WRONLY | O_APPEND));
}

static void send_pwrite(void)
{
	must(pwrite(world.fds[0], world.secret, 16, 100));
}

static void send_pwritev2(void)
{
	struct iovec io = { world.secret, 16 };

	must(pwritev2(world.fds[0], &io, 1, 5, RWF_DSYNC));
}

static void open_direct(void)
{
	world.fds[0] = must(open("f", O_WRONLY | O_DIRECT));
}

static void send_direct(void)
{
	static char page[4096] __aligned(4096);

	memcpy(page, world.secret, 16);
	must(pwrite(world.fds[0], page, sizeof(page), 0));
}

LEAK(write, "file: write", make_file, open_file, put_fd, got_file)
LEAK(append, "file: append", make_file, open_append, put_fd, got_file)
LEAK(pwrite, "file: pwrite", make_file, open_file, send_pwrite, got_file)
LEAK(pwritev2, "file: pwritev2", make_file, open_file, send_pwritev2, got_file)
LEAK(direct, "file: write past the cache", make_file, open_direct, send_direct,
     got_file)

static void send_mmap(void)
{
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			 world.fds[0], 0);

	if (map == MAP_FAILED)
		leak_failed("mmap", errno);
	memcpy(map, world.secret, 16);
}

static void send_mprotect(void)
{
	char *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, world.fds[0], 0);

	if (map == MAP_FAILED)
		leak_failed("mmap", errno);
	must(mprotect(map, 4096, PROT_READ | PROT_WRITE));
	memcpy(map, world.secret, 16);
}

LEAK(mmap, "file: shared mapping", make_file, open_file, send_mmap, got_file)
LEAK(mprotect, "file: mapping made writable", make_file, open_file,
     send_mprotect, got_file)

static void send_splice(void)
{
	int pipes[2];

	must(pipe(pipes));
	put(pipes[1]);
	must(splice(pipes[0], NULL, world.fds[0], NULL, 16, 0));
}

static int secret_memfd(void)
{
	int fd = must(syscall(SYS_memfd_create, "source", 0));

	put(fd);
	must(lseek(fd, 0, SEEK_SET));
	return fd;
}

static void send_sendfile(void)
{
	must(sendfile(world.fds[0], secret_memfd(), NULL, 16));
}

/* The source is a file of the same file system, that has the secret. */
static void make_source(void)
{
	int fd = must(open("source", O_WRONLY | O_CREAT | O_CLOEXEC, 0666));

	make_file();
	put(fd);
	close(fd);
}

static void send_copy_range(void)
{
	int source = must(open("source", O_RDONLY));

	must(syscall(SYS_copy_file_range, source, NULL, world.fds[0], NULL, 16,
		     0));
}

LEAK(splice, "file: splice", make_file, open_file, send_splice, got_file)
LEAK(sendfile, "file: sendfile", make_file, open_file, send_sendfile, got_file)
LEAK(copy_range, "file: copy_file_range", make_source, open_file,
     send_copy_range, got_file)

static void send_aio(void)
{
	struct iocb block = {
		.aio_fildes = world.fds[0], .aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_buf = (uintptr_t)world.secret, .aio_nbytes = 16,
	}, *blocks = &block;
	struct io_event event;
	aio_context_t context = 0;

	must(syscall(SYS_io_setup, 1, &context));
	must(syscall(SYS_io_submit, context, 1, &blocks));
	must(syscall(SYS_io_getevents, context, 1, 1, &event, NULL));
	errno = -event.res;
	must(event.res);
}

LEAK(aio, "file: asynchronous write (io_submit)", make_file, open_file,
     send_aio, got_file)

/* io_uring */

static int uring_do(struct uring *ring, struct io_uring_sqe sqe)
{
	int result;

	uring_submit(ring, &sqe, 1);
	result = uring_result(ring, 1);
	errno = result < 0 ? -result : 0;
	return must(result);
}

static struct uring uring_new(void)
{
	struct io_uring_params params = {};
	struct uring ring;

	close(must(syscall(SYS_io_uring_setup, 1, &params)));
	uring_init(&ring);
	return ring;
}

static struct io_uring_sqe sqe_write(int fd)
{
	return (struct io_uring_sqe){
		.opcode = IORING_OP_WRITE, .fd = fd, .len = 16,
		.addr = (uintptr_t)world.secret,
	};
}

static void send_uring(void)
{
	struct uring ring = uring_new();

	uring_do(&ring, sqe_write(world.fds[0]));
}

static void send_uring_fixed(void)
{
	struct uring ring = uring_new();
	struct io_uring_sqe sqe = sqe_write(0);

	must(syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES,
		     &world.fds[0], 1));
	sqe.flags = IOSQE_FIXED_FILE;
	uring_do(&ring, sqe);
}

static void send_uring_async(void)
{
	struct uring ring = uring_new();
	struct io_uring_sqe sqe = sqe_write(world.fds[0]);

	sqe.flags = IOSQE_ASYNC;
	uring_do(&ring, sqe);
}

static void send_uring_openat(void)
{
	struct uring ring = uring_new();
	int fd = uring_do(&ring, (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
		.addr = (uintptr_t)"f", .open_flags = O_WRONLY,
	});

	uring_do(&ring, sqe_write(fd));
}

static void send_uring_mkdir(void)
{
	struct uring ring = uring_new();

	uring_do(&ring, (struct io_uring_sqe){
		.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .len = 0777,
		.addr = (uintptr_t)secret_name(),
	});
}

static bool got_secret_name(void)
{
	return got_name(secret_name());
}

LEAK(uring, "file: io_uring write", make_file, open_file, send_uring, got_file)
LEAK(uring_fixed, "file: io_uring write, registered file", make_file, open_file,
     send_uring_fixed, got_file)
LEAK(uring_async, "file: io_uring write by a kernel thread", make_file,
     open_file, send_uring_async, got_file)
LEAK(uring_openat, "file: io_uring open and write", make_file, NULL,
     send_uring_openat, got_file)
LEAK(uring_mkdir, "file: io_uring mkdir", make_file, NULL, send_uring_mkdir,
     got_secret_name)

/* A ring that was made before, with a file and the credentials of before in it. */
static void open_uring_before(void)
{
	struct uring ring = uring_new();

	open_file();
	must(syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES,
		     &world.fds[0], 1));
	close(world.fds[0]);
	world.numbers[0] = must(syscall(SYS_io_uring_register, ring.fd,
					IORING_REGISTER_PERSONALITY, NULL, 0));
	kept(ring.fd);
	world.fds[1] = ring.fd;
	world.fds[2] = must(syscall(SYS_memfd_create, "ring", 0));
	must(write(world.fds[2], &ring.params, sizeof(ring.params)));
}

static struct uring uring_kept(void)
{
	struct uring ring = { .fd = world.fds[1] };
	struct io_uring_params *p = &ring.params;

	must(pread(world.fds[2], p, sizeof(*p), 0));
	sending = false;
	ring.sq = uring_map(&ring, p->sq_off.array +
			    p->sq_entries * sizeof(__u32), IORING_OFF_SQ_RING);
	ring.cq = uring_map(&ring, p->cq_off.cqes + p->cq_entries *
			    sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	ring.sqes = uring_map(&ring, p->sq_entries * sizeof(*ring.sqes),
			      IORING_OFF_SQES);
	sending = true;
	return ring;
}

static void send_uring_kept(void)
{
	struct uring ring = uring_kept();
	struct io_uring_sqe sqe = sqe_write(0);

	sqe.flags = IOSQE_FIXED_FILE;
	uring_do(&ring, sqe);
}

static void send_uring_personality(void)
{
	struct uring ring = uring_kept();

	uring_do(&ring, (struct io_uring_sqe){
		.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .len = 0777,
		.addr = (uintptr_t)secret_name(),
		.personality = world.numbers[0],
	});
}

LEAK(uring_kept, "file: io_uring write, ring and file of before", make_file,
     open_uring_before, send_uring_kept, got_file)
LEAK(uring_personality, "file: io_uring with credentials of before", make_file,
     open_uring_before, send_uring_personality, got_secret_name)

/* Sizes and holes */

static off_t file_size(void)
{
	struct stat status;

	must(stat("f", &status));
	return status.st_size;
}

static void send_truncate(void)
{
	must(truncate("f", 4096 + part(30)));
}

static void send_ftruncate(void)
{
	must(ftruncate(world.fds[0], 4096 + part(30)));
}

static bool got_size(void)
{
	return file_size() == (off_t)(4096 + part(30));
}

static void send_fallocate(void)
{
	must(fallocate(world.fds[0], 0, 4096, part(16)));
}

static bool got_small_size(void)
{
	return file_size() == (off_t)(4096 + part(16));
}

static void fill_file(void)
{
	char page[4096];
	int fd;

	memset(page, 'x', sizeof(page));
	make_file();
	fd = must(open("f", O_WRONLY | O_CLOEXEC));
	must(write(fd, page, sizeof(page)));
	close(fd);
}

static void send_punch(void)
{
	must(fallocate(world.fds[0], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		       0, part(11)));
}

/* As many bytes as say the number became zero. */
static bool got_hole(void)
{
	char page[4096] = "x";
	int fd = must(open("f", O_RDONLY | O_CLOEXEC));

	must(read(fd, page, sizeof(page)));
	close(fd);
	return !page[part(11) - 1] && page[part(11)] == 'x';
}

static void send_trunc_open(void)
{
	close(must(open("f", O_WRONLY | O_TRUNC)));
}

static bool got_empty(void)
{
	return !file_size();
}

LEAK(truncate, "file: truncate", make_file, NULL, send_truncate, got_size)
LEAK(ftruncate, "file: ftruncate", make_file, open_file, send_ftruncate,
     got_size)
LEAK(fallocate, "file: fallocate", make_file, open_file, send_fallocate,
     got_small_size)
LEAK(punch, "file: punched hole", fill_file, open_file, send_punch, got_hole)
LEAK(trunc_open, "file: emptied by open", make_file, NULL, send_trunc_open,
     got_empty)

/* Ways to a file */

static void open_read_only(void)
{
	world.fds[0] = must(open("f", O_RDONLY));
}

static void send_reopen(void)
{
	char path[64];

	sprintf(path, "/proc/self/fd/%d", world.fds[0]);
	put_path(path);
}

static void open_path(void)
{
	world.fds[0] = must(open("f", O_PATH));
}

static int deleted;

static void make_deleted(void)
{
	make_file();
	deleted = must(open("f", O_RDWR));
	must(unlink("f"));
	world.fds[0] = deleted;
}

static bool got_deleted(void)
{
	char text[4096];

	return got_text(text, pread(deleted, text, sizeof(text), 0));
}

static void send_handle(void)
{
	struct { struct file_handle handle; char bytes[128]; } file = {
		.handle.handle_bytes = 128,
	};
	int mount, fd;

	must(name_to_handle_at(AT_FDCWD, "f", &file.handle, &mount, 0));
	fd = must(open(".", O_RDONLY));
	put(must(open_by_handle_at(fd, &file.handle, O_WRONLY)));
}

LEAK(reopen, "file: opened again through /proc/self/fd", make_file,
     open_read_only, send_reopen, got_file)
LEAK(reopen_path, "file: O_PATH opened again through /proc/self/fd", make_file,
     open_path, send_reopen, got_file)
LEAK(deleted, "file: deleted and inherited", make_deleted, NULL, put_fd,
     got_deleted)
LEAK(handle, "file: open_by_handle_at", make_file, NULL, send_handle, got_file)

/* Files without a name */

static void make_memfd(void)
{
	world.fds[0] = world.fds[1] = must(syscall(SYS_memfd_create, "m",
						   MFD_ALLOW_SEALING));
	must(ftruncate(world.fds[0], 4096));
}

static bool got_memfd(void)
{
	char text[4096];

	return got_text(text, pread(world.fds[1], text, sizeof(text), 0));
}

static void send_seals(void)
{
	must(fcntl(world.fds[0], F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));
}

static bool got_seals(void)
{
	return fcntl(world.fds[1], F_GET_SEALS);
}

LEAK(memfd, "memfd: write", make_memfd, NULL, put_fd, got_memfd)
LEAK(memfd_map, "memfd: mapping", make_memfd, NULL, send_mmap, got_memfd)
LEAK(memfd_seals, "memfd: seals", make_memfd, NULL, send_seals, got_seals)

static void make_secret_memory(void)
{
	world.fds[0] = must(syscall(SYS_memfd_secret, 0));
	must(ftruncate(world.fds[0], 4096));
}

static bool got_secret_memory(void)
{
	char *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, world.fds[0], 0);
	bool found = map != MAP_FAILED && got_text(map, 4096);

	munmap(map, 4096);
	return found;
}

LEAK(secret_memory, "memfd_secret: mapping", make_secret_memory, NULL,
     send_mmap, got_secret_memory)

/* What an open file holds besides content, and its inheritors share */

static void make_shared_file(void)
{
	make_file();
	world.fds[0] = must(open("f", O_RDONLY));
}

static void send_offset(void)
{
	must(lseek(world.fds[0], part(40), SEEK_SET));
}

static bool got_offset(void)
{
	return lseek(world.fds[0], 0, SEEK_CUR) == (off_t)part(40);
}

static void send_read_offset(void)
{
	char page[4096];

	must(read(world.fds[0], page, part(10)));
}

static bool got_read_offset(void)
{
	return lseek(world.fds[0], 0, SEEK_CUR) == (off_t)part(10);
}

static void send_flags(void)
{
	must(fcntl(world.fds[0], F_SETFL, O_NONBLOCK | O_NOATIME));
}

static bool got_flags(void)
{
	return fcntl(world.fds[0], F_GETFL) & O_NOATIME;
}

static void send_owner(void)
{
	must(fcntl(world.fds[0], F_SETOWN, getpid()));
	must(fcntl(world.fds[0], F_SETSIG, 1 + part(5)));
}

static bool got_owner(void)
{
	return fcntl(world.fds[0], F_GETSIG) == (int)(1 + part(5));
}

static void send_read_ahead(void)
{
	must(fcntl(world.fds[0], F_SET_RW_HINT, &(__u64){ 3 }));
}

static bool got_hint(void)
{
	__u64 hint = 0;

	fcntl(world.fds[0], F_GET_RW_HINT, &hint);
	return hint == 3;
}

LEAK(offset, "open file: offset, by lseek", make_shared_file, NULL, send_offset,
     got_offset)
LEAK(read_offset, "open file: offset, by reading", make_shared_file, NULL,
     send_read_offset, got_read_offset)
LEAK(flags, "open file: flags", make_shared_file, NULL, send_flags, got_flags)
LEAK(owner, "open file: signal to its owner", make_shared_file, NULL,
     send_owner, got_owner)
LEAK(hint, "open file: write hint", make_shared_file, NULL, send_read_ahead,
     got_hint)

static void make_eventfd(void)
{
	world.fds[0] = must(eventfd(0, EFD_NONBLOCK));
}

static void send_eventfd(void)
{
	must(eventfd_write(world.fds[0], part(40)));
}

static bool got_eventfd(void)
{
	eventfd_t value = 0;

	eventfd_read(world.fds[0], &value);
	return value == part(40);
}

static void make_timerfd(void)
{
	world.fds[0] = must(timerfd_create(CLOCK_MONOTONIC, 0));
}

static void send_timerfd(void)
{
	struct itimerspec value = {
		.it_interval.tv_sec = part(30), .it_value.tv_sec = 1000,
	};

	must(timerfd_settime(world.fds[0], 0, &value, NULL));
}

static bool got_timerfd(void)
{
	struct itimerspec value;

	must(timerfd_gettime(world.fds[0], &value));
	return value.it_interval.tv_sec == (time_t)part(30);
}

static void make_epoll(void)
{
	int pipes[2];

	world.fds[0] = must(epoll_create1(0));
	must(pipe(pipes));
	must(write(pipes[1], "", 1));
	world.fds[1] = pipes[0];
}

static void send_epoll(void)
{
	struct epoll_event event = {
		.events = EPOLLIN, .data.u64 = world.number,
	};

	must(epoll_ctl(world.fds[0], EPOLL_CTL_ADD, world.fds[1], &event));
}

static bool got_epoll(void)
{
	struct epoll_event event = {};

	return epoll_wait(world.fds[0], &event, 1, 0) == 1 &&
	       event.data.u64 == world.number;
}

LEAK(eventfd, "eventfd: value", make_eventfd, NULL, send_eventfd, got_eventfd)
LEAK(timerfd, "timerfd: setting", make_timerfd, NULL, send_timerfd, got_timerfd)
LEAK(epoll, "epoll: data of an event", make_epoll, NULL, send_epoll, got_epoll)

#include "leak_main.h"
