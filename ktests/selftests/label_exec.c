// SPDX-License-Identifier: GPL-2.0-only
/*
 * Labels of files, and the domains that programs bring their tasks into.
 *
 * This program copies itself, labels the copy, and executes it: what it then sees and
 * may do is its exit status, for a confined task can tell nothing else. The tests
 * need root, a kernel that has the LSM, and load a policy of their own.
 */
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define TEST_UNLOADS
#include "nxia_call.h"
#include "nxia_label.h"
#include "nxia_main.h"
#include "nxia_policy.h"

#define XATTR	"security.nxia"
#define ACT	"NXIA_LABEL_ACT"
/* Where the parent's files are after exec. */
#define FD_PIPE	50
#define FD_FILE	51
#define FD_NULL	52
#define FD_MAPS	53

#define SECRET	(1ULL << 0)
#define OTHER	(1ULL << 1)

static char folder[64];

static const char *in_folder(const char *name)
{
	static char paths[4][128];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static long result(long value)
{
	return value < 0 ? -errno : value;
}

/* What the copy does, by name; each ends with an errno, or 0 */

static int act_read(void)
{
	int fd = open(in_folder("file"), O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

static int act_write(void)
{
	int fd = open(in_folder("file"), O_WRONLY | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

static int act_create(void)
{
	char text[64] = "";
	int fd = open(in_folder("dir/new"), O_CREAT | O_RDWR | O_CLOEXEC, 0666);

	if (fd < 0)
		return errno;
	if (write(fd, "secret", 6) != 6)
		return errno;
	if (fgetxattr(fd, XATTR, text, sizeof(text)) < 0)
		return errno;
	return strcmp(text, "label=secret") ? 255 : 0;
}

static int act_relabel(void)
{
	return setxattr(in_folder("dir"), XATTR, "label=", 6, 0) ? errno : 0;
}

static bool is_null(int fd)
{
	struct stat status;

	return !fstat(fd, &status) && S_ISCHR(status.st_mode) &&
	       status.st_rdev == makedev(1, 3) && write(fd, "x", 1) == 1;
}

static int act_files(void)
{
	char byte;

	if (!is_null(FD_PIPE))
		return 201;
	if (!is_null(FD_NULL))
		return 202;
	/* At the same offset, in a file of its own. */
	if (read(FD_FILE, &byte, 1) != 1 || byte != 'e')
		return 203;
	if (read(FD_MAPS, &byte, 1) != 1)
		return 205;
	return lseek(FD_FILE, 1000, SEEK_SET) == 1000 ? 0 : 204;
}

static int act_state(void)
{
	int number = -1;

	if (!getauxval(AT_SECURE))
		return 201;
	if (prctl(PR_GET_DUMPABLE))
		return 202;
	if (prctl(PR_GET_PDEATHSIG, &number) || number)
		return 203;
	return prctl(PR_SET_DUMPABLE, 1) ? errno : 0;
}

static int act_nothing(void)
{
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} acts[] = {
	{ "read", act_read },
	{ "write", act_write },
	{ "create", act_create },
	{ "relabel", act_relabel },
	{ "files", act_files },
	{ "state", act_state },
	{ "nothing", act_nothing },
};

__constructor static void act_after_exec(void)
{
	const char *name = getenv(ACT);

	if (!name)
		return;
	snprintf(folder, sizeof(folder), "%s", getenv("NXIA_LABEL_FOLDER"));
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		if (!strcmp(acts[i].name, name))
			_exit(acts[i].run());
	_exit(255);
}

/* The exit status, or a negative errno if exec failed. */
static int exec_copy(const char *copy, const char *act, bool no_new_privs)
{
	int *failed = turns_start();
	pid_t pid = child_start();
	int status = -1;

	if (!pid) {
		setenv(ACT, act, 1);
		setenv("NXIA_LABEL_FOLDER", folder, 1);
		prctl(PR_SET_PDEATHSIG, SIGURG);
		/* To open it waits for an exec of the same task to be over. */
		dup2(open("/proc/self/maps", O_RDONLY | O_CLOEXEC), FD_MAPS);
		if (no_new_privs)
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		execl(in_folder(copy), copy, NULL);
		*failed = errno;
		_exit(0);
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT(WIFEXITED(status));
	return *failed ? -*failed : WEXITSTATUS(status);
}

static void copy_make(const char *name, const char *xattr)
{
	char command[256];

	snprintf(command, sizeof(command), "cp /proc/%d/exe %s", getpid(),
		 in_folder(name));
	REQUIRE(!system(command));
	REQUIRE_OK(result(setxattr(in_folder(name), XATTR, xattr, strlen(xattr), 0)));
}

static int relabel(const char *name, const char *text)
{
	return result(setxattr(in_folder(name), XATTR, text, strlen(text), 0));
}

static int load_policy(void)
{
	struct genl genl;
	int result;

	genl_open(&genl);
	policy_begin(&genl);
	policy_tag("secret", 0);
	policy_tag("other", 1);
	policy_domain("reader", SECRET, 0, 0);
	policy_end();
	policy_domain("dropper", SECRET, SECRET, 0);
	policy_end();
	policy_domain("master", 0, 0, NXIA_DOMAIN_AUTHORITY);
	policy_end();
	result = policy_load(&genl);
	close(genl.socket);
	return result;
}

static void prepare(void)
{
	int fd;

	lsm_needed();
	/* A bit that an earlier policy named has that name as long as there is the module. */
	if (load_policy() < 0 && (system("modprobe -r nxia && modprobe nxia") ||
				  load_policy() < 0))
		test_skip("no policy of the test's can be loaded");

	strcpy(folder, "/tmp/nxia_exec.XXXXXX");
	REQUIRE(mkdtemp(folder));
	fd = open(in_folder("file"), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
	REQUIRE_OK(fd);
	REQUIRE_OK(result(write(fd, "text", 4)));
	close(fd);
	REQUIRE(!mkdir(in_folder("dir"), 0777));
	if (relabel("file", "label=") == -EOPNOTSUPP)
		test_skip("/tmp keeps no labels");
	copy_make("reader", "domain=reader");
	copy_make("dropper", "domain=dropper");
	copy_make("master", "domain=master");
}

TEST(labelled_file, "label_exec: who lacks the tag does not read the file")
{
	prepare();
	EXPECT_EQ(exec_copy("reader", "read", false), 0);
	EXPECT_EQ(exec_copy("reader", "write", false), EPERM);
	EXPECT_OK(relabel("file", "label=secret"));
	EXPECT_EQ(act_read(), EPERM);
	EXPECT_EQ(act_write(), 0);
	EXPECT_ERR(result(access(in_folder("file"), F_OK)), EPERM);
	EXPECT_EQ(exec_copy("reader", "read", false), 0);
	EXPECT_EQ(exec_copy("reader", "write", false), 0);
	EXPECT_OK(relabel("file", "label=other,secret"));
	EXPECT_EQ(exec_copy("reader", "read", false), EPERM);
	EXPECT_EQ(exec_copy("reader", "write", false), 0);
	EXPECT_OK(result(removexattr(in_folder("file"), XATTR)));
	EXPECT_EQ(act_read(), 0);
}

TEST(new_file, "label_exec: a new file has the label of its maker, in a folder that takes it")
{
	prepare();
	EXPECT_EQ(exec_copy("reader", "create", false), EPERM);
	EXPECT_OK(relabel("dir", "label=secret"));
	EXPECT_EQ(exec_copy("reader", "create", false), 0);
	EXPECT_ERR(open(in_folder("dir/new"), O_RDONLY) < 0 ? -errno : 0, EPERM);
	EXPECT_ERR(open(in_folder("dir"), O_RDONLY) < 0 ? -errno : 0, EPERM);
	EXPECT_OK(relabel("dir", "label="));
	EXPECT_ERR(open(in_folder("dir/new"), O_RDONLY) < 0 ? -errno : 0, EPERM);
}

TEST(relabelled, "label_exec: only the authority changes labels, to such as mean something")
{
	prepare();
	EXPECT_ERR(relabel("file", "label=no.such"), EINVAL);
	EXPECT_ERR(relabel("file", "domain=no.such"), EINVAL);
	EXPECT_ERR(relabel("file", ""), EINVAL);
	EXPECT_ERR(relabel("file", "secret"), EINVAL);
	EXPECT_OK(relabel("file", "label=secret domain=reader"));
	EXPECT_EQ(exec_copy("reader", "relabel", false), EPERM);
	EXPECT_EQ(exec_copy("dropper", "relabel", false), 0);
	EXPECT_EQ(exec_copy("master", "relabel", false), 0);
}

TEST(inherited, "label_exec: files that the domain may not use are /dev/null, others its own")
{
	int fds[2], file;

	prepare();
	REQUIRE(!pipe(fds));
	file = open(in_folder("file"), O_RDONLY);
	REQUIRE_OK(file);
	REQUIRE_OK(lseek(file, 1, SEEK_SET));
	REQUIRE_OK(result(dup2(fds[1], FD_PIPE)));
	REQUIRE_OK(result(dup2(file, FD_FILE)));
	REQUIRE_OK(result(dup2(open("/dev/null", O_RDWR | O_CLOEXEC), FD_NULL)));
	EXPECT_EQ(exec_copy("reader", "files", false), 0);
	EXPECT_EQ(lseek(file, 0, SEEK_CUR), 1);
	/* It may write what it likes to whom it likes. */
	EXPECT_EQ(exec_copy("dropper", "files", false), 201);
}

TEST(state, "label_exec: a labelled task is secure, and leaves no core")
{
	prepare();
	EXPECT_EQ(exec_copy("reader", "state", false), EPERM);
}

TEST(no_new_privs, "label_exec: with no_new_privs a task gains tags, and no trust")
{
	prepare();
	EXPECT_EQ(exec_copy("reader", "nothing", true), 0);
	EXPECT_ERR(exec_copy("dropper", "nothing", true), EPERM);
	EXPECT_ERR(exec_copy("master", "nothing", true), EPERM);
	EXPECT_EQ(exec_copy("dropper", "nothing", false), 0);
}

TEST(unresolved, "label_exec: a label that nobody understands is for nobody, until one does")
{
	prepare();
	EXPECT_OK(relabel("file", "label=secret"));
	EXPECT_EQ(exec_copy("reader", "read", false), 0);
	if (system("modprobe -r nxia 2>/dev/null"))
		test_skip("nxia.ko is in use, sealed or built in");
	EXPECT_EQ(act_read(), EACCES);
	EXPECT_ERR(exec_copy("reader", "nothing", false), EACCES);
	REQUIRE(!system("modprobe nxia"));
	EXPECT_EQ(act_read(), EPERM);
	prepare();
}
