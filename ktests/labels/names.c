// SPDX-License-Identifier: GPL-2.0-only
/* Leaks by names, attributes, locks, and by who watches files. */
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/quota.h>
#include <sys/xattr.h>

#include "leak.h"

/* Names in a directory that all may write to */

static bool got_secret_name(void)
{
	struct stat status;

	return !lstat(secret_name(), &status);
}

static void send_create(void)
{
	must(open(secret_name(), O_WRONLY | O_CREAT, 0666));
}

static void send_mkdir(void)
{
	must(mkdir(secret_name(), 0777));
}

static void send_symlink(void)
{
	must(symlink(secret_name(), "link"));
}

static bool got_symlink(void)
{
	char target[64];

	return got_text(target, readlink("link", target, sizeof(target)));
}

static void send_link(void)
{
	must(link("f", secret_name()));
}

static void send_rename(void)
{
	must(rename("f", secret_name()));
}

static void send_exchange(void)
{
	must(renameat2(AT_FDCWD, "f", AT_FDCWD, "g", RENAME_EXCHANGE));
}

static void make_two(void)
{
	make_file();
	must(mkdir("g", 0777));
}

static bool got_exchange(void)
{
	struct stat status;

	must(stat("f", &status));
	return S_ISDIR(status.st_mode);
}

static void send_unlink(void)
{
	must(unlink("f"));
}

static bool got_unlink(void)
{
	return !got_name("f");
}

static void send_rmdir(void)
{
	must(rmdir("g"));
}

static bool got_rmdir(void)
{
	return !got_name("g");
}

static void send_mkfifo(void)
{
	must(mkfifo(secret_name(), 0666));
}

static void send_mknod(void)
{
	must(mknod("device", S_IFCHR | 0666, makedev(1000, part(20))));
}

static bool got_device(void)
{
	struct stat status;

	return !stat("device", &status) &&
	       status.st_rdev == makedev(1000, part(20));
}

static void send_tmpfile(void)
{
	char path[64];
	int fd = must(open(".", O_TMPFILE | O_RDWR, 0666));

	sprintf(path, "/proc/self/fd/%d", fd);
	must(linkat(AT_FDCWD, path, AT_FDCWD, secret_name(),
		    AT_SYMLINK_FOLLOW));
}

static void open_here(void)
{
	world.fds[0] = must(open(".", O_RDONLY));
}

static void send_mkdirat(void)
{
	must(mkdirat(world.fds[0], secret_name(), 0777));
}

static void send_bind(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, secret_name());
	must(bind(must(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&address,
		  sizeof(address)));
}

LEAK(create, "name: create", NULL, NULL, send_create, got_secret_name)
LEAK(mkdir, "name: mkdir", NULL, NULL, send_mkdir, got_secret_name)
LEAK(mkdirat, "name: mkdirat in a directory opened before", NULL, open_here,
     send_mkdirat, got_secret_name)
LEAK(symlink, "name: target of a symbolic link", NULL, NULL, send_symlink,
     got_symlink)
LEAK(link, "name: link", make_file, NULL, send_link, got_secret_name)
LEAK(rename, "name: rename", make_file, NULL, send_rename, got_secret_name)
LEAK(exchange, "name: exchange of two", make_two, NULL, send_exchange,
     got_exchange)
LEAK(unlink, "name: unlink", make_file, NULL, send_unlink, got_unlink)
LEAK(rmdir, "name: rmdir", make_two, NULL, send_rmdir, got_rmdir)
LEAK(mkfifo, "name: mkfifo", NULL, NULL, send_mkfifo, got_secret_name)
LEAK(mknod, "name: number of a device node", NULL, NULL, send_mknod, got_device)
LEAK(tmpfile, "name: link of an unnamed file", NULL, NULL, send_tmpfile,
     got_secret_name)
LEAK(bind, "name: bound Unix socket", NULL, NULL, send_bind, got_secret_name)

/* Attributes */

static void send_setxattr(void)
{
	must(setxattr("f", "user.secret", world.secret, 16, 0));
}

static void send_fsetxattr(void)
{
	must(fsetxattr(world.fds[0], "user.secret", world.secret, 16, 0));
}

static void send_trusted(void)
{
	must(setxattr("f", "trusted.secret", world.secret, 16, 0));
}

static void send_security(void)
{
	must(setxattr("f", "security.other", world.secret, 16, 0));
}

static void send_xattr_name(void)
{
	char name[32];

	sprintf(name, "user.%s", world.secret);
	must(setxattr("f", name, "", 0, 0));
}

static bool got_xattr(const char *name)
{
	char value[64];

	return got_text(value, getxattr("f", name, value, sizeof(value)));
}

static bool got_user(void)
{
	return got_xattr("user.secret");
}

static bool got_trusted(void)
{
	return got_xattr("trusted.secret");
}

static bool got_security(void)
{
	return got_xattr("security.other");
}

static bool got_xattr_name(void)
{
	char names[512];

	return got_text(names, listxattr("f", names, sizeof(names)));
}

static void make_xattr(void)
{
	make_file();
	must(setxattr("f", "user.bit", "1", 1, 0));
}

static void send_removexattr(void)
{
	must(removexattr("f", "user.bit"));
}

static bool got_removexattr(void)
{
	return getxattr("f", "user.bit", NULL, 0) < 0;
}

static void send_acl(void)
{
	struct {
		__u32 version;
		struct { __u16 tag, perm; __u32 id; } entries[5];
	} acl = { 2, {
		{ 1, 7, -1 }, { 2, 5, part(20) }, { 4, 5, -1 }, { 16, 7, -1 },
		{ 32, 5, -1 },
	} };

	must(setxattr("f", "system.posix_acl_access", &acl, sizeof(acl), 0));
}

static bool got_acl(void)
{
	__u32 words[16] = {};

	return getxattr("f", "system.posix_acl_access", words, sizeof(words)) >
	       0 && words[4] == part(20);
}

LEAK(setxattr, "attribute: user xattr", make_file, NULL, send_setxattr,
     got_user)
LEAK(fsetxattr, "attribute: user xattr by descriptor", make_file, open_file,
     send_fsetxattr, got_user)
LEAK(trusted, "attribute: trusted xattr", make_file, NULL, send_trusted,
     got_trusted)
LEAK(security, "attribute: security xattr", make_file, NULL, send_security,
     got_security)
LEAK(xattr_name, "attribute: name of an xattr", make_file, NULL,
     send_xattr_name, got_xattr_name)
LEAK(removexattr, "attribute: removed xattr", make_xattr, NULL,
     send_removexattr, got_removexattr)
LEAK(acl, "attribute: access control list", make_file, NULL, send_acl, got_acl)

static struct stat file_status(void)
{
	struct stat status;

	must(stat("f", &status));
	return status;
}

static void send_chmod(void)
{
	must(chmod("f", part(9)));
}

static void send_fchmod(void)
{
	must(fchmod(world.fds[0], part(9)));
}

static bool got_mode(void)
{
	return (file_status().st_mode & 0777) == part(9);
}

static void make_mode(void)
{
	make_file();
	must(chmod("f", 0));
}

static void send_chown(void)
{
	must(chown("f", part(30), part(30)));
}

static bool got_owner(void)
{
	return file_status().st_uid == part(30);
}

static void send_utimes(void)
{
	struct timespec times[2] = { { part(30), 0 }, { part(30), 0 } };

	must(utimensat(AT_FDCWD, "f", times, 0));
}

static void send_futimens(void)
{
	struct timespec times[2] = { { part(30), 0 }, { part(30), 0 } };

	must(futimens(world.fds[0], times));
}

static bool got_times(void)
{
	return file_status().st_mtime == (time_t)part(30);
}

static void open_read(void)
{
	world.fds[0] = must(open("f", O_RDONLY));
}

static void send_inode_flags(void)
{
	must(ioctl(world.fds[0], FS_IOC_SETFLAGS,
		   &(int){ FS_EXTENT_FL | FS_NODUMP_FL | FS_NOATIME_FL }));
}

static bool got_inode_flags(void)
{
	int fd = must(open("f", O_RDONLY | O_CLOEXEC)), flags = 0;

	must(ioctl(fd, FS_IOC_GETFLAGS, &flags));
	close(fd);
	return flags & FS_NOATIME_FL;
}

LEAK(chmod, "attribute: mode", make_mode, NULL, send_chmod, got_mode)
LEAK(fchmod, "attribute: mode by a read-only descriptor", make_mode, open_read,
     send_fchmod, got_mode)
LEAK(chown, "attribute: owner", make_file, NULL, send_chown, got_owner)
LEAK(utimes, "attribute: times", make_file, NULL, send_utimes, got_times)
LEAK(futimens, "attribute: times by a read-only descriptor", make_file,
     open_read, send_futimens, got_times)
LEAK(inode_flags, "attribute: flags (FS_IOC_SETFLAGS)", make_file, open_read,
     send_inode_flags, got_inode_flags)

/* Of ext4 with encryption, projects and quota, as the data disk has on wide */

static void make_folder(void)
{
	must(mkdir("d", 0777));
}

static void send_crypt_policy(void)
{
	struct fscrypt_policy_v1 policy = {
		.contents_encryption_mode = FSCRYPT_MODE_AES_256_XTS,
		.filenames_encryption_mode = FSCRYPT_MODE_AES_256_CTS,
	};
	int fd = must(open("d", O_RDONLY));

	memcpy(policy.master_key_descriptor, &world.number, 8);
	must(ioctl(fd, FS_IOC_SET_ENCRYPTION_POLICY, &policy));
}

static bool got_crypt_policy(void)
{
	struct fscrypt_policy_v1 policy = {};
	int fd = must(open("d", O_RDONLY | O_CLOEXEC));

	ioctl(fd, FS_IOC_GET_ENCRYPTION_POLICY, &policy);
	close(fd);
	return !memcmp(policy.master_key_descriptor, &world.number, 8);
}

LEAK(crypt_policy, "attribute: encryption policy", make_folder, NULL,
     send_crypt_policy, got_crypt_policy)

static void send_project(void)
{
	struct fsxattr attributes = { .fsx_projid = part(20) };
	int fd = must(open("d", O_RDONLY));

	must(ioctl(fd, FS_IOC_FSSETXATTR, &attributes));
}

static bool got_project(void)
{
	struct fsxattr attributes = {};
	int fd = must(open("d", O_RDONLY | O_CLOEXEC));

	must(ioctl(fd, FS_IOC_FSGETXATTR, &attributes));
	close(fd);
	return attributes.fsx_projid == part(20);
}

LEAK(project, "attribute: project", make_folder, NULL, send_project,
     got_project)

static void send_fs_label(void)
{
	char label[FSLABEL_MAX] = "";
	int fd = must(open(".", O_RDONLY));

	memcpy(label, world.secret, 16);
	must(ioctl(fd, FS_IOC_SETFSLABEL, label));
}

static bool got_fs_label(void)
{
	char label[FSLABEL_MAX] = "";
	int fd = must(open(".", O_RDONLY | O_CLOEXEC));

	must(ioctl(fd, FS_IOC_GETFSLABEL, label));
	close(fd);
	return got_text(label, sizeof(label));
}

LEAK(fs_label, "attribute: label of a file system", NULL, NULL,
     send_fs_label, got_fs_label)

static int quota(int command, struct dqblk *limits)
{
	int fd = must(open(".", O_RDONLY | O_CLOEXEC));
	int result = syscall(SYS_quotactl_fd, fd, QCMD(command, 2 /* PRJQUOTA */), 77,
			     limits);

	close(fd);
	return result;
}

static void send_quota(void)
{
	struct dqblk limits = {
		.dqb_valid = QIF_BLIMITS, .dqb_bhardlimit = part(20),
	};

	must(quota(Q_SETQUOTA, &limits));
}

static bool got_quota(void)
{
	struct dqblk limits = {};

	return !quota(Q_GETQUOTA, &limits) &&
	       limits.dqb_bhardlimit == part(20);
}

LEAK(quota, "quota: limit", NULL, NULL, send_quota, got_quota)

/* Locks and leases */

static void send_flock(void)
{
	must(flock(world.fds[0], LOCK_EX | LOCK_NB));
}

static bool got_flock(void)
{
	int fd = must(open("f", O_RDONLY | O_CLOEXEC));
	bool locked = flock(fd, LOCK_SH | LOCK_NB);

	close(fd);
	return locked;
}

static void send_lock(void)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_start = part(40), .l_len = 1,
	};

	must(fcntl(world.fds[0], F_SETLK, &lock));
}

static void send_ofd_lock(void)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_start = part(40), .l_len = 1,
	};

	must(fcntl(world.fds[0], F_OFD_SETLK, &lock));
}

static bool got_lock(void)
{
	int fd = must(open("f", O_RDWR | O_CLOEXEC));
	struct flock lock = { .l_type = F_WRLCK };

	must(fcntl(fd, F_OFD_GETLK, &lock));
	close(fd);
	return lock.l_type == F_RDLCK && lock.l_start == (off_t)part(40);
}

static void send_lease(void)
{
	must(fcntl(world.fds[0], F_SETLEASE, F_RDLCK));
}

static bool got_lease(void)
{
	int fd = open("f", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	bool leased = fd < 0 && errno == EWOULDBLOCK;

	close(fd);
	return leased;
}

LEAK(flock, "lock: flock", make_file, open_read, send_flock, got_flock)
LEAK(lock, "lock: range (fcntl)", make_file, open_read, send_lock, got_lock)
LEAK(ofd_lock, "lock: range of an open file", make_file, open_read,
     send_ofd_lock, got_lock)
LEAK(lease, "lock: lease", make_file, open_read, send_lease, got_lease)

/* Who watches: reading one of several files tells which */

static void read_file(void)
{
	char page[64];
	int fd = must(open("f", O_RDONLY));

	must(read(fd, page, sizeof(page)));
}

static void prepare_inotify(void)
{
	make_file();
	world.fds[1] = must(inotify_init1(IN_NONBLOCK));
	must(inotify_add_watch(world.fds[1], "f", IN_ALL_EVENTS));
}

static bool got_event(void)
{
	char events[4096];

	return read(world.fds[1], events, sizeof(events)) > 0;
}

static void prepare_inotify_folder(void)
{
	make_file();
	world.fds[1] = must(inotify_init1(IN_NONBLOCK));
	must(inotify_add_watch(world.fds[1], ".", IN_ALL_EVENTS));
}

static void send_shared_inotify(void)
{
	must(inotify_add_watch(world.fds[0], "f", IN_ALL_EVENTS));
	must(open("f", O_RDONLY));
}

static void make_inotify(void)
{
	make_file();
	world.fds[0] = world.fds[1] = must(inotify_init1(IN_NONBLOCK));
}

static void prepare_fanotify(void)
{
	make_file();
	world.fds[1] = must(fanotify_init(FAN_NONBLOCK, O_RDONLY));
	must(fanotify_mark(world.fds[1], FAN_MARK_ADD, FAN_OPEN | FAN_ACCESS,
			   AT_FDCWD, "f"));
}

static void prepare_fanotify_names(void)
{
	make_file();
	world.fds[1] = must(fanotify_init(FAN_NONBLOCK | FAN_REPORT_DFID_NAME,
					  O_RDONLY));
	must(fanotify_mark(world.fds[1], FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
			   FAN_CREATE | FAN_MOVE | FAN_DELETE, AT_FDCWD, "."));
}

static int signalled;

static void on_signal(int)
{
	signalled = 1;
}

static bool got_signal(void)
{
	return signalled;
}

static void prepare_dnotify(void)
{
	make_file();
	signal(SIGIO, on_signal);
	if (fcntl(must(open(".", O_RDONLY | O_CLOEXEC)), F_NOTIFY,
		  DN_ACCESS | DN_MULTISHOT))
		test_skip("no dnotify");
}

static void prepare_lease(void)
{
	make_file();
	signal(SIGIO, on_signal);
	must(fcntl(must(open("f", O_RDWR | O_CLOEXEC)), F_SETLEASE, F_WRLCK));
}

static void send_open_nonblock(void)
{
	open("f", O_RDONLY | O_NONBLOCK);
}

LEAK(inotify, "watched: reading a file, by inotify", prepare_inotify, NULL,
     read_file, got_event)
LEAK(inotify_folder, "watched: reading in a folder, by inotify",
     prepare_inotify_folder, NULL, read_file, got_event)
LEAK(inotify_shared, "watched: inherited inotify descriptor", make_inotify,
     NULL, send_shared_inotify, got_event)
LEAK(fanotify, "watched: reading a file, by fanotify", prepare_fanotify, NULL,
     read_file, got_event)
LEAK(fanotify_names, "watched: names, by fanotify", prepare_fanotify_names,
     NULL, send_create, got_fd)
LEAK(dnotify, "watched: reading in a folder, by dnotify", prepare_dnotify, NULL,
     read_file, got_signal)
LEAK(lease_break, "watched: opening a file, by a lease", prepare_lease, NULL,
     send_open_nonblock, got_signal)

/* The time of access is what a reader writes. */
static void prepare_atime(void)
{
	struct timespec old[2] = { { 1000, 0 }, { 2000, 0 } };

	make_file();
	must(utimensat(AT_FDCWD, "f", old, 0));
}

static bool got_atime(void)
{
	return file_status().st_atime != 1000;
}

LEAK(atime, "watched: reading a file, by its time of access", prepare_atime,
     NULL, read_file, got_atime)

#include "leak_main.h"
