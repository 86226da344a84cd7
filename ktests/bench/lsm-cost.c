// SPDX-License-Identifier: GPL-2.0-only
/*
 * nxia-lsm-cost: what everyday calls cost a task that has no label.
 *
 * Prints a line for each: its name, and the median cost of one in nanoseconds.
 * In a guest started with --icount these are instructions, and the same again at
 * the next run.  `./wslx test cost` compares a boot that has NXIA among its LSMs
 * with one that has not.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "nxia_test.h"

#define SAMPLES		101
#define ROUNDS		20	/* calls in each sample */
/* Three folders on ext4, as WSL's root is. */
#define FOLDER		"/var/lib/nxia"
#define FILE_NAME	"cost/of/file"

static char page[4096];
static int file, pipes[2], sockets[2], listener;
static struct sockaddr_in address = { .sin_family = AF_INET };

static void run_open(void)
{
	REQUIRE(!close(open(FILE_NAME, O_RDONLY)));
}

static void run_read(void)
{
	REQUIRE(pread(file, page, sizeof(page), 0) == sizeof(page));
}

static void run_read_byte(void)
{
	REQUIRE(pread(file, page, 1, 0) == 1);
}

static void run_write(void)
{
	REQUIRE(pwrite(file, page, sizeof(page), 0) == sizeof(page));
}

static void run_stat(void)
{
	struct stat status;

	REQUIRE(!stat(FILE_NAME, &status));
}

static void run_pipe(void)
{
	REQUIRE(write(pipes[1], page, 64) == 64);
	REQUIRE(read(pipes[0], page, 64) == 64);
}

static void run_unix(void)
{
	REQUIRE(send(sockets[0], page, 64, 0) == 64);
	REQUIRE(recv(sockets[1], page, 64, 0) == 64);
}

static void run_tcp(void)
{
	int client = socket(AF_INET, SOCK_STREAM, 0), server;
	struct linger at_once = { 1, 0 };

	REQUIRE(!connect(client, (void *)&address, sizeof(address)));
	server = accept(listener, NULL, NULL);
	REQUIRE(server >= 0);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	close(server);
}

static void run_exec(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/proc/self/exe", "nxia-lsm-cost", "nothing", NULL);
		_exit(1);
	}
	REQUIRE(waitpid(pid, NULL, 0) == pid);
}

static void run_fault(void)
{
	char *map = mmap(NULL, sizeof(page), PROT_READ | PROT_WRITE, MAP_SHARED,
			 file, 0);

	REQUIRE(map != MAP_FAILED);
	*(volatile char *)map = 1;
	munmap(map, sizeof(page));
}

static const struct {
	const char *name;
	void (*run)(void);
} operations[] = {
	{ "open+close", run_open },
	{ "read", run_read },
	{ "read-1", run_read_byte },
	{ "write", run_write },
	{ "stat", run_stat },
	{ "pipe", run_pipe },
	{ "unix-send", run_unix },
	{ "tcp-connect", run_tcp },
	{ "fork+exec", run_exec },
	{ "mmap+fault", run_fault },
};

static void prepare(void)
{
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	REQUIRE(!chdir(FOLDER));
	REQUIRE(!mkdir("cost", 0755));
	REQUIRE(!mkdir("cost/of", 0755));
	file = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	REQUIRE(pwrite(file, page, sizeof(page), 0) == sizeof(page));
	REQUIRE(!pipe(pipes));
	REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	listener = socket(AF_INET, SOCK_STREAM, 0);
	REQUIRE(!bind(listener, (void *)&address, sizeof(address)));
	REQUIRE(!listen(listener, 4));
	REQUIRE(!getsockname(listener, (void *)&address, &size));
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static long long median(void (*run)(void))
{
	static long long samples[SAMPLES];

	for (int i = 0; i < ROUNDS; i++)
		run();
	for (int i = 0; i < SAMPLES; i++) {
		long long start = now();

		for (int j = 0; j < ROUNDS; j++)
			run();
		samples[i] = now() - start;
	}
	qsort(samples, SAMPLES, sizeof(*samples), by_value);
	return samples[SAMPLES / 2] / ROUNDS;
}

int main(int argc, char **)
{
	static struct test_report report;

	if (argc > 1)
		return 0;
	test_report = &report;
	prepare();
	for (unsigned int i = 0; i < ARRAY_SIZE(operations); i++)
		printf("%s %lld\n", operations[i].name,
		       median(operations[i].run));
	unlink(FILE_NAME);
	rmdir("cost/of");
	rmdir("cost");
	return 0;
}
