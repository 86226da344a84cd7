// SPDX-License-Identifier: GPL-2.0-only
/*
 * Without the module there is nobody to ask: what is labelled stays closed.  The
 * task here may drop all of its label, so that with the module it may do all this.
 */
#include <linux/keyctl.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>

#define TEST_UNLOADS
#include "nxia_label.h"
#include "nxia_main.h"

static int file, pipes[2], sockets[2], queue;

static int open_again(void)
{
	int fd = open("f", O_RDWR);

	return fd < 0 ? fd : close(fd);
}

static int write_file(void)
{
	return write(file, "", 1);
}

static int read_file(void)
{
	char byte;

	return pread(file, &byte, 1, 0);
}

static int make_folder(void)
{
	return mkdir("d", 0755) ?: rmdir("d");
}

static int set_mode(void)
{
	return chmod("f", 0600);
}

static int set_attribute(void)
{
	return setxattr("f", "user.a", "", 0, 0);
}

static int write_pipe(void)
{
	return write(pipes[1], "", 1);
}

static int send_socket(void)
{
	return send(sockets[0], "", 1, 0);
}

static int signal_parent(void)
{
	return kill(getppid(), SIGCONT);
}

static int send_message(void)
{
	struct { long type; char text[1]; } message = { 1, "" };

	return msgsnd(queue, &message, 1, 0);
}

static int execute(void)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(errno);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static const struct {
	const char *name;
	int (*call)(void);
} calls[] = {
	{ "open", open_again },		{ "write", write_file },
	{ "read", read_file },		{ "mkdir", make_folder },
	{ "chmod", set_mode },		{ "setxattr", set_attribute },
	{ "pipe", write_pipe },		{ "socket", send_socket },
	{ "kill", signal_parent },	{ "msgsnd", send_message },
	{ "exec", execute },
};

static void prepare(void)
{
	char folder[] = "/var/lib/nxia/closed.XXXXXX";

	lsm_needed();
	REQUIRE(mkdtemp(folder));
	REQUIRE(!chdir(folder));
	file = open("f", O_RDWR | O_CREAT, 0600);
	REQUIRE_OK(file);
	REQUIRE(!pipe(pipes));
	REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	REQUIRE_OK(queue);
}

static void expect_all(int error)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		int result = calls[i].call() < 0 ? -errno : 0;

		if (result != -error)
			test_fail("%s: want %s, got %s", calls[i].name,
				  result_name(-error), result_name(result));
	}
}

/* What it cannot print, it counts. */
TEST(closed, "closed: without the module a labelled task is refused")
{
	int *turn = turns_start();
	pid_t pid;

	prepare();
	pid = child_start();
	if (!pid) {
		label_self("1 1");
		turn_set(turn, 1);
		turn_wait(turn, 2);
		expect_all(EACCES);
		turn_set(turn, 3);
		turn_wait(turn, 4);
		expect_all(0);
		_exit(0);
	}
	turn_wait(turn, 1);
	if (system("modprobe -r nxia 2>/dev/null"))
		test_skip("nxia.ko is in use or sealed");
	expect_all(0);
	turn_set(turn, 2);
	turn_wait(turn, 3);
	REQUIRE(!system("modprobe nxia"));
	turn_set(turn, 4);
	child_join(pid);
	msgctl(queue, IPC_RMID, NULL);
	EXPECT_EQ(system("rm -r /var/lib/nxia/closed.*"), 0);
}
