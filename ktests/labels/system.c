// SPDX-License-Identifier: GPL-2.0-only
/* Leaks by what the whole system shares: settings, devices, mounts, namespaces. */
#include <linux/android/binder.h>
#include <linux/bpf.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/fuse.h>
#include <linux/loop.h>
#include <linux/perf_event.h>
#include <linux/rtc.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <pty.h>
#include <sys/klog.h>
#include <sys/swap.h>
#include <sys/timex.h>
#include <termios.h>

#include "leak.h"

/* Settings that are files: path is the file, fds[0] what it held before */

static char before[4096];

static void keep(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		test_skip("%s: %s", path, strerror(errno));
	memset(before, 0, sizeof(before));
	must(read(fd, before, sizeof(before) - 1));
	close(fd);
	strcpy(world.path, path);
}

static void put_back(void)
{
	file_write(world.path, before);
}

static void open_setting(void)
{
	world.fds[0] = must(open(world.path, O_RDWR));
}

static void send_setting(void)
{
	must(write(world.fds[0], world.secret, 16));
}

static bool got_setting(void)
{
	bool found = got_path(world.path);

	if (found)
		put_back();
	return found;
}

#define SETTING(id, text, path)						\
static void prepare_##id(void)						\
{									\
	keep(path);							\
}									\
LEAK(id, text, prepare_##id, open_setting, send_setting, got_setting)

SETTING(core_pattern, "sysctl: core_pattern",
	"/proc/sys/kernel/core_pattern")
SETTING(modprobe, "sysctl: modprobe", "/proc/sys/kernel/modprobe")
SETTING(hostname, "sysctl: hostname", "/proc/sys/kernel/hostname")
SETTING(if_alias, "sysfs: alias of an interface", "/sys/class/net/lo/ifalias")

static void send_number(void)
{
	must(dprintf(world.fds[0], "%d", (int)part(14)));
}

static bool got_number(void)
{
	char text[32] = "";
	int fd = must(open(world.path, O_RDONLY | O_CLOEXEC));
	bool found;

	must(read(fd, text, sizeof(text) - 1));
	close(fd);
	found = atoi(text) == (int)part(14);
	if (found)
		put_back();
	return found;
}

#define NUMBER(id, text, path)						\
static void prepare_##id(void)						\
{									\
	keep(path);							\
}									\
LEAK(id, text, prepare_##id, open_setting, send_number, got_number)

NUMBER(backlog, "sysctl: number", "/proc/sys/net/core/somaxconn")
NUMBER(khugepaged, "sysfs: setting of khugepaged",
       "/sys/kernel/mm/transparent_hugepage/khugepaged/pages_to_scan")
NUMBER(parameter, "sysfs: parameter of a module",
       "/sys/module/workqueue/parameters/cpu_intensive_thresh_us")

static void send_hostname(void)
{
	must(sethostname(world.secret, 16));
}

static void prepare_hostname_call(void)
{
	keep("/proc/sys/kernel/hostname");
}

static void send_domainname(void)
{
	must(setdomainname(world.secret, 16));
}

static void prepare_domainname(void)
{
	keep("/proc/sys/kernel/domainname");
}

LEAK(sethostname, "host: sethostname", prepare_hostname_call, NULL,
     send_hostname, got_setting)
LEAK(setdomainname, "host: setdomainname", prepare_domainname, NULL,
     send_domainname, got_setting)

/* Folders of pseudo file systems: a name is enough */

static void send_folder(void)
{
	char path[128];

	sprintf(path, "%s/%s", world.path, world.secret);
	must(mkdir(path, 0755));
}

static bool got_folder(void)
{
	char path[128];

	sprintf(path, "%s/%s", world.path, world.secret);
	return !rmdir(path);
}

static void prepare_cgroup(void)
{
	strcpy(world.path, "/sys/fs/cgroup");
}

static void mount_at(const char *type, const char *data)
{
	own_mounts();
	must(mkdir("mnt", 0755));
	if (mount(type, "mnt", type, 0, data))
		test_skip("%s: %s", type, strerror(errno));
	strcpy(world.path, "mnt");
}

static void prepare_tracefs(void)
{
	mount_at("tracefs", NULL);
	strcpy(world.path, "mnt/instances");
}

static void prepare_bpffs(void)
{
	mount_at("bpf", NULL);
}

static void prepare_tmpfs(void)
{
	mount_at("tmpfs", NULL);
}

static void prepare_hugetlbfs(void)
{
	mount_at("hugetlbfs", NULL);
}

static void prepare_overlay(void)
{
	own_mounts();
	must(mkdir("mnt", 0755));
	must(mount("tmpfs", "mnt", "tmpfs", 0, NULL));
	must(mkdir("mnt/lower", 0755));
	must(mkdir("mnt/upper", 0755));
	must(mkdir("mnt/work", 0755));
	must(mkdir("mnt/all", 0755));
	must(mount("overlay", "mnt/all", "overlay", 0,
		   "lowerdir=mnt/lower,upperdir=mnt/upper,workdir=mnt/work"));
	strcpy(world.path, "mnt/all");
}

LEAK(cgroup, "cgroup: name", prepare_cgroup, NULL, send_folder, got_folder)
LEAK(tracefs, "tracefs: name of an instance", prepare_tracefs, NULL,
     send_folder, got_folder)
LEAK(bpffs, "bpffs: name", prepare_bpffs, NULL, send_folder, got_folder)
LEAK(tmpfs, "tmpfs: name", prepare_tmpfs, NULL, send_folder, got_folder)
LEAK(hugetlbfs, "hugetlbfs: name", prepare_hugetlbfs, NULL, send_folder,
     got_folder)
LEAK(overlay, "overlay: name", prepare_overlay, NULL, send_folder, got_folder)

static void prepare_overlay_file(void)
{
	int fd;

	prepare_overlay();
	fd = must(open("mnt/lower/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
	must(write(fd, "-", 1));
	close(fd);
	strcpy(world.path, "mnt/all/f");
}

static bool got_upper(void)
{
	return got_path("mnt/upper/f");
}

LEAK(overlay_file, "overlay: copied up and written", prepare_overlay_file,
     open_setting, send_setting, got_upper)

static void prepare_trace_marker(void)
{
	mount_at("tracefs", NULL);
	strcpy(world.path, "mnt/trace_marker");
	file_write("mnt/tracing_on", "1");
}

static void open_write(void)
{
	world.fds[0] = must(open(world.path, O_WRONLY));
}

static bool got_trace(void)
{
	return got_path("mnt/trace");
}

LEAK(trace_marker, "tracefs: trace_marker", prepare_trace_marker, open_write,
     send_setting, got_trace)

static void prepare_freezer(void)
{
	must(-(mkdir("/sys/fs/cgroup/leak", 0755) && errno != EEXIST));
	keep("/sys/fs/cgroup/leak/cgroup.max.depth");
	strcpy(before, "max");
}

LEAK(cgroup_file, "cgroup: setting", prepare_freezer, open_setting, send_number,
     got_number)

static void send_move(void)
{
	must(-!!file_write("/sys/fs/cgroup/leak/cgroup.procs", "0"));
}

static bool got_move(void)
{
	char path[64];
	bool moved;

	sprintf(path, "/proc/%d/cgroup", world.sender);
	strcpy(world.secret, "/leak");
	moved = got_path(path);
	return moved;
}

LEAK(cgroup_move, "cgroup: where a process is", prepare_freezer, NULL,
     send_move, got_move)

/* The kernel's log */

static void prepare_log(void)
{
	world.fds[1] = must(open("/dev/kmsg", O_RDONLY | O_NONBLOCK |
				 O_CLOEXEC));
	must(lseek(world.fds[1], 0, SEEK_END));
	strcpy(world.path, "/dev/kmsg");
}

static bool got_log(void)
{
	char text[8192];
	ssize_t length;

	while ((length = read(world.fds[1], text, sizeof(text))) > 0)
		if (got_text(text, length))
			return true;
	return false;
}

/* A line that has no end yet is not shown. */
static void send_line(void)
{
	char line[32];

	must(write(world.fds[0], line, sprintf(line, "%s\n", world.secret)));
}

LEAK(kmsg, "kernel log: /dev/kmsg", prepare_log, open_write, send_line, got_log)

static void send_log_level(void)
{
	must(klogctl(8, NULL, 1 + part(3)));
}

static bool got_log_level(void)
{
	char text[64] = "";
	int fd = must(open("/proc/sys/kernel/printk", O_RDONLY | O_CLOEXEC));
	bool found;

	must(read(fd, text, sizeof(text) - 1));
	close(fd);
	found = atoi(text) == (int)(1 + part(3));
	if (found)
		klogctl(8, NULL, 7);
	return found;
}

static void prepare_log_level(void)
{
	klogctl(8, NULL, 1);
}

LEAK(log_level, "kernel log: level of the console", prepare_log_level, NULL,
     send_log_level, got_log_level)

/* Terminals: fds[1] is the master, fds[0] the slave, inherited */

static void make_pty(void)
{
	struct termios raw;

	must(openpty(&world.fds[1], &world.fds[0], NULL, NULL, NULL));
	must(tcgetattr(world.fds[0], &raw));
	cfmakeraw(&raw);
	must(tcsetattr(world.fds[0], TCSANOW, &raw));
	strcpy(world.path, ttyname(world.fds[0]));
}

static void open_tty(void)
{
	close(world.fds[0]);
	world.fds[0] = must(open(world.path, O_RDWR | O_NOCTTY));
}

static void send_tty(void)
{
	put(world.fds[0]);
}

static void send_master(void)
{
	put(world.fds[1]);
}

static bool got_slave(void)
{
	return got(world.fds[0]);
}

static void send_winsize(void)
{
	struct winsize size;

	memcpy(&size, &world.number, sizeof(size));
	must(ioctl(world.fds[0], TIOCSWINSZ, &size));
}

static bool got_winsize(void)
{
	struct winsize size;

	must(ioctl(world.fds[1], TIOCGWINSZ, &size));
	return !memcmp(&size, &world.number, sizeof(size));
}

static void send_termios(void)
{
	struct termios mode;

	must(tcgetattr(world.fds[0], &mode));
	memcpy(mode.c_cc, &world.number, 8);
	must(tcsetattr(world.fds[0], TCSANOW, &mode));
}

static bool got_termios(void)
{
	struct termios mode;

	must(tcgetattr(world.fds[0], &mode));
	return !memcmp(mode.c_cc, &world.number, 8);
}

static void send_tiocsti(void)
{
	for (int i = 0; i < 16; i++)
		must(ioctl(world.fds[0], TIOCSTI, world.secret + i));
}

LEAK(tty, "terminal: write", make_pty, NULL, send_tty, got_fd)
LEAK(tty_open, "terminal: opened and written", make_pty, open_tty, send_tty,
     got_fd)
LEAK(tty_master, "terminal: written by its master", make_pty, NULL, send_master,
     got_slave)
LEAK(winsize, "terminal: window size", make_pty, NULL, send_winsize,
     got_winsize)
LEAK(termios, "terminal: settings", make_pty, NULL, send_termios, got_termios)
LEAK(tiocsti, "terminal: input put in (TIOCSTI)", make_pty, NULL, send_tiocsti,
     got_slave)

/* Block devices */

static int loop_device;

static void make_loop(void)
{
	int control = open_if_there("/dev/loop-control", O_RDWR);
	int number = must(ioctl(control, LOOP_CTL_GET_FREE));
	int image = must(open("image", O_RDWR | O_CREAT | O_CLOEXEC, 0600));

	close(control);
	must(ftruncate(image, 1 << 20));
	sprintf(world.path, "/dev/loop%d", number);
	loop_device = must(open(world.path, O_RDWR | O_CLOEXEC));
	must(ioctl(loop_device, LOOP_SET_FD, image));
	must(ioctl(loop_device, BLKROSET, &(int){ 0 }));
	must(ioctl(loop_device, LOOP_SET_STATUS64, &(struct loop_info64){
		.lo_flags = LO_FLAGS_AUTOCLEAR,
	}));
}

static bool got_device(void)
{
	char text[4096];

	posix_fadvise(loop_device, 0, 0, POSIX_FADV_DONTNEED);
	return got_text(text, pread(loop_device, text, sizeof(text), 0));
}

static void send_loop_name(void)
{
	struct loop_info64 info = { .lo_flags = LO_FLAGS_AUTOCLEAR };

	memcpy(info.lo_file_name, world.secret, 16);
	must(ioctl(world.fds[0], LOOP_SET_STATUS64, &info));
}

static bool got_loop_name(void)
{
	struct loop_info64 info;

	must(ioctl(loop_device, LOOP_GET_STATUS64, &info));
	return got_text(info.lo_file_name, sizeof(info.lo_file_name));
}

static void send_read_only(void)
{
	must(ioctl(world.fds[0], BLKROSET, &(int){ 1 }));
}

static bool got_read_only(void)
{
	int value = 0;

	must(ioctl(loop_device, BLKROGET, &value));
	return value;
}

LEAK(block, "block device: write", make_loop, open_setting, send_setting,
     got_device)
LEAK(loop_name, "block device: name of a loop", make_loop, open_setting,
     send_loop_name, got_loop_name)
LEAK(read_only, "block device: made read-only", make_loop, open_setting,
     send_read_only, got_read_only)

static void make_ram(void)
{
	loop_device = open_if_there("/dev/ram1", O_RDWR);
	strcpy(world.path, "/dev/ram1");
}

LEAK(ram_disk, "block device: RAM disk", make_ram, open_setting, send_setting,
     got_device)

static void send_mapper(void)
{
	struct dm_ioctl request = {
		.version = { 4, 0, 0 }, .data_size = sizeof(request),
		.data_start = sizeof(request),
	};
	int fd = open_if_there("/dev/mapper/control", O_RDWR);

	memcpy(request.name, world.secret, 16);
	must(ioctl(fd, DM_DEV_CREATE, &request));
}

static bool got_mapper(void)
{
	struct dm_ioctl request = {
		.version = { 4, 0, 0 }, .data_size = sizeof(request),
		.data_start = sizeof(request),
	};
	int fd = open_if_there("/dev/mapper/control", O_RDWR);
	bool found;

	memcpy(request.name, world.secret, 16);
	found = !ioctl(fd, DM_DEV_REMOVE, &request);
	close(fd);
	return found;
}

LEAK(mapper, "block device: name in the device mapper", NULL, NULL, send_mapper,
     got_mapper)

static void prepare_swap(void)
{
	int fd = open_if_there("/dev/ram0", O_RDWR);
	__u32 header[3] = { 1, 4096, 0 };

	must(pwrite(fd, header, sizeof(header), 1024));
	must(pwrite(fd, "SWAPSPACE2", 10, 4086));
	close(fd);
}

static void send_swap(void)
{
	must(swapon("/dev/ram0", SWAP_FLAG_PREFER | part(14)));
}

static bool got_swap(void)
{
	char text[4096] = "", wanted[16];
	int fd = must(open("/proc/swaps", O_RDONLY | O_CLOEXEC));
	bool found;

	must(read(fd, text, sizeof(text) - 1));
	close(fd);
	sprintf(wanted, "\t%d\n", (int)part(14));
	found = strstr(text, wanted);
	if (found)
		swapoff("/dev/ram0");
	return found;
}

LEAK(swap, "swap: priority", prepare_swap, NULL, send_swap, got_swap)

/* Clocks */

static void send_clock(void)
{
	struct timex value = { .modes = ADJ_TAI, .constant = part(10) };

	must(adjtimex(&value));
}

static bool got_clock(void)
{
	struct timex value = {};

	must(adjtimex(&value));
	return value.tai == (int)part(10);
}

LEAK(clock, "clock: offset of TAI", NULL, NULL, send_clock, got_clock)

static void send_alarm(void)
{
	struct rtc_time alarm = {
		.tm_sec = part(5), .tm_min = part(5), .tm_hour = part(4),
	};
	int fd = open_if_there("/dev/rtc0", O_RDONLY);

	must(ioctl(fd, RTC_ALM_SET, &alarm));
	close(fd);
}

static bool got_alarm(void)
{
	struct rtc_time alarm = {};
	int fd = open_if_there("/dev/rtc0", O_RDONLY);

	must(ioctl(fd, RTC_ALM_READ, &alarm));
	close(fd);
	return alarm.tm_sec == (int)part(5) && alarm.tm_min == (int)part(5);
}

LEAK(alarm, "clock: alarm of the machine", NULL, NULL, send_alarm, got_alarm)

/* Modules */

static void prepare_module(void)
{
	unload("minix");
}

static void send_module(void)
{
	char *words[] = { "modprobe", "minix", NULL };

	if (!must(fork())) {
		execv("/usr/sbin/modprobe", words);
		_exit(errno);
	}
	must(wait(NULL));
}

static bool got_module(void)
{
	return is_loaded("minix");
}

static void send_fsopen_module(void)
{
	must(syscall(SYS_fsopen, "minix", 0));
}

LEAK(module, "module: loaded", prepare_module, NULL, send_module, got_module)
LEAK(module_fs, "module: loaded for a file system", prepare_module, NULL,
     send_fsopen_module, got_module)

/* Mounts */

static void prepare_mounts(void)
{
	own_mounts();
	must(mkdir("mnt", 0755));
}

static void send_mount(void)
{
	must(mount(world.secret, "mnt", "tmpfs", 0, NULL));
}

static bool got_mount(void)
{
	return got_path("/proc/self/mountinfo");
}

static void prepare_mounted(void)
{
	prepare_mounts();
	must(mount("none", "mnt", "tmpfs", 0, NULL));
}

static void send_umount(void)
{
	must(umount("mnt"));
}

static bool mounted(const char *text)
{
	char list[65536];
	int fd = must(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
	size_t length = 0;
	ssize_t more;

	while ((more = read(fd, list + length, sizeof(list) - 1 - length)) > 0)
		length += more;
	close(fd);
	list[length] = 0;
	return strstr(list, text);
}

static bool got_umount(void)
{
	return !mounted("/mnt rw");
}

static void send_remount(void)
{
	char options[64];

	sprintf(options, "nr_inodes=%d", (int)(1000 + part(20)));
	must(mount("none", "mnt", "tmpfs", MS_REMOUNT, options));
}

static bool got_remount(void)
{
	char wanted[64];

	sprintf(wanted, "nr_inodes=%d", (int)(1000 + part(20)));
	return mounted(wanted);
}

static void send_mount_flags(void)
{
	must(mount("none", "mnt", NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC, NULL));
}

static bool got_mount_flags(void)
{
	return mounted("/mnt rw,noexec");
}

static void send_bind_mount(void)
{
	must(mkdir("/dev/shm/leak", 0755) && errno != EEXIST ? -1 : 0);
	must(mount("/dev/shm", "mnt", NULL, MS_BIND, NULL));
}

static bool got_bind_mount(void)
{
	return mounted("/mnt rw");
}

static void send_move_mount(void)
{
	int fs = must(syscall(SYS_fsopen, "tmpfs", 0)), fd;

	must(syscall(SYS_fsconfig, fs, 1, "source", world.secret, 0));
	must(syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0));
	fd = must(syscall(SYS_fsmount, fs, 0, 0));
	must(syscall(SYS_move_mount, fd, "", AT_FDCWD, "mnt", 4));
}

LEAK(mount, "mount: source", prepare_mounts, NULL, send_mount, got_mount)
LEAK(umount, "mount: unmounted", prepare_mounted, NULL, send_umount, got_umount)
LEAK(remount, "mount: options", prepare_mounted, NULL, send_remount,
     got_remount)
LEAK(mount_flags, "mount: flags", prepare_mounted, NULL, send_mount_flags,
     got_mount_flags)
LEAK(bind_mount, "mount: bind", prepare_mounts, NULL, send_bind_mount,
     got_bind_mount)
LEAK(move_mount, "mount: fsmount and move_mount", prepare_mounts, NULL,
     send_move_mount, got_mount)

/* Namespaces, of the sender, that are seen from outside */

static void send_unshare(void)
{
	must(unshare(CLONE_NEWUTS));
	must(sethostname(world.secret, 16));
}

static bool got_unshare(void)
{
	char path[64], name[65] = "";
	bool found;
	int back = must(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC)), fd;

	sprintf(path, "/proc/%d/ns/uts", world.sender);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWUTS))
		return false;
	gethostname(name, sizeof(name));
	found = got_text(name, sizeof(name));
	must(setns(back, CLONE_NEWUTS));
	close(fd);
	close(back);
	return found;
}

static void send_user_map(void)
{
	char text[64];

	must(unshare(CLONE_NEWUSER));
	sprintf(text, "%u 0 1", (__u32)part(30));
	must(-!!file_write("/proc/self/uid_map", text));
}

static bool got_user_map(void)
{
	char path[64], text[128] = "";
	int fd;

	sprintf(path, "/proc/%d/uid_map", world.sender);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return strtoul(text, NULL, 10) == part(30);
}

static void prepare_setns(void)
{
	must(unshare(CLONE_NEWUTS));
}

static void send_setns(void)
{
	must(setns(must(open("/proc/1/ns/uts", O_RDONLY)), CLONE_NEWUTS));
}

static bool got_setns(void)
{
	char path[64];
	struct stat theirs, first;

	sprintf(path, "/proc/%d/ns/uts", world.sender);
	must(stat("/proc/1/ns/uts", &first));
	return !stat(path, &theirs) && theirs.st_ino == first.st_ino;
}

LEAK(unshare, "namespace: name of a host of its own", NULL, NULL, send_unshare,
     got_unshare)
LEAK(user_map, "namespace: map of users", NULL, NULL, send_user_map,
     got_user_map)
LEAK(setns, "namespace: entered", prepare_setns, NULL, send_setns, got_setns)

/* BPF */

static long bpf(int command, union bpf_attr *attributes)
{
	return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static void make_map(void)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 16,
		.max_entries = 1,
	};

	world.fds[0] = must(bpf(BPF_MAP_CREATE, &attributes));
	kept(world.fds[0]);
}

static void send_map(void)
{
	union bpf_attr attributes = {
		.map_fd = world.fds[0], .key = (uintptr_t)&(int){ 0 },
		.value = (uintptr_t)world.secret,
	};

	must(bpf(BPF_MAP_UPDATE_ELEM, &attributes));
}

static bool got_map(void)
{
	char text[16] = "";
	union bpf_attr attributes = {
		.map_fd = world.fds[0], .key = (uintptr_t)&(int){ 0 },
		.value = (uintptr_t)text,
	};

	must(bpf(BPF_MAP_LOOKUP_ELEM, &attributes));
	return got_text(text, sizeof(text));
}

LEAK(bpf_map, "BPF: value in an inherited map", make_map, NULL, send_map,
     got_map)

static void make_mapped_map(void)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 16,
		.max_entries = 1, .map_flags = BPF_F_MMAPABLE,
	};

	world.fds[0] = must(bpf(BPF_MAP_CREATE, &attributes));
	kept(world.fds[0]);
}

static void send_mapped(void)
{
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			 world.fds[0], 0);

	if (map == MAP_FAILED)
		leak_failed("mmap", errno);
	memcpy(map, world.secret, 16);
}

static void send_map_name(void)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 16,
		.max_entries = 1,
	};

	snprintf(attributes.map_name, BPF_OBJ_NAME_LEN, "%.15s", world.secret);
	must(bpf(BPF_MAP_CREATE, &attributes));
}

static bool got_map_name(void)
{
	union bpf_attr attributes = {};
	bool found = false;

	while (!found && !bpf(BPF_MAP_GET_NEXT_ID, &attributes)) {
		union bpf_attr get = { .map_id = attributes.next_id };
		struct bpf_map_info info = {};
		union bpf_attr ask = {
			.info = {
				.info_len = sizeof(info),
				.info = (uintptr_t)&info,
			},
		};
		int fd = bpf(BPF_MAP_GET_FD_BY_ID, &get);

		ask.info.bpf_fd = fd;
		found = fd >= 0 && !bpf(BPF_OBJ_GET_INFO_BY_FD, &ask) &&
			!strncmp(info.name, world.secret, 15);
		close(fd);
		attributes.start_id = attributes.next_id;
	}
	return found;
}

LEAK(bpf_mapped, "BPF: mapping of an inherited map", make_mapped_map, NULL,
     send_mapped, got_map)
LEAK(bpf_name, "BPF: name of a map", NULL, NULL, send_map_name, got_map_name)

static void prepare_pin(void)
{
	make_map();
	prepare_bpffs();
}

static void send_pin(void)
{
	char path[64];
	union bpf_attr attributes = { .bpf_fd = world.fds[0] };

	sprintf(path, "mnt/%s", world.secret);
	attributes.pathname = (uintptr_t)path;
	must(bpf(BPF_OBJ_PIN, &attributes));
}

static bool got_pin(void)
{
	char path[64];

	sprintf(path, "mnt/%s", world.secret);
	return !unlink(path);
}

LEAK(bpf_pin, "BPF: pinned map", prepare_pin, NULL, send_pin, got_pin)

/* Performance events: the period of one is read back by who has it. */

static void make_perf(void)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attributes),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	world.fds[0] = must(syscall(SYS_perf_event_open, &attributes, 0, -1, -1,
				    0));
}

static void send_perf(void)
{
	must(ioctl(world.fds[0], PERF_EVENT_IOC_DISABLE, 0));
}

/* It counts the time of the collector, unless it is off. */
static bool got_perf(void)
{
	__u64 first = 0, second = 0;

	must(read(world.fds[0], &first, 8));
	for (volatile int i = 0; i < 10000000; i++)
		continue;
	must(read(world.fds[0], &second, 8));
	return first == second;
}

LEAK(perf, "perf: inherited event", make_perf, NULL, send_perf, got_perf)

/* Faults that another handles: the address says it. */

static char *area;

static void make_faults(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range;

	world.fds[0] = world.fds[1] = must(syscall(SYS_userfaultfd, O_NONBLOCK));
	must(ioctl(world.fds[0], UFFDIO_API, &api));
	area = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range = (struct uffdio_register){
		.range = { (uintptr_t)area, 4096 },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	must(ioctl(world.fds[0], UFFDIO_REGISTER, &range));
	world.numbers[0] = (uintptr_t)area;
}

/* Fills a page of the collector, from outside. */
static void send_faults(void)
{
	static char page[4096] __aligned(4096);
	struct uffdio_copy copy = {
		.dst = world.numbers[0], .src = (uintptr_t)page, .len = 4096,
	};

	memcpy(page, world.secret, 16);
	must(ioctl(world.fds[0], UFFDIO_COPY, &copy));
}

static bool got_faults(void)
{
	unsigned char there = 0;

	/* A page that nobody filled would fault for ever. */
	if (mincore(area, 4096, &there) || !there)
		return false;
	return got_text(area, 4096);
}

LEAK(faults, "userfaultfd: page filled by an inherited one", make_faults, NULL,
     send_faults, got_faults)

/* Binder: a transaction to the manager of the context */

static int binder;

static void prepare_binder(void)
{
	char path[64] = "mnt/binder";

	own_mounts();
	must(mkdir("mnt", 0755));
	if (mount("binder", "mnt", "binder", 0, NULL))
		test_skip("binderfs: %s", strerror(errno));
	strcpy(world.path, path);
	binder = must(open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK));
	if (mmap(NULL, 1 << 16, PROT_READ, MAP_PRIVATE, binder, 0) == MAP_FAILED)
		leak_failed("mmap", errno);
	must(ioctl(binder, BINDER_SET_CONTEXT_MGR, &(int){ 0 }));
	must(ioctl(binder, BINDER_WRITE_READ, &(struct binder_write_read){
		.write_size = 4,
		.write_buffer = (uintptr_t)&(__u32){ BC_ENTER_LOOPER },
	}));
}

static void send_binder(void)
{
	struct {
		__u32 command;
		struct binder_transaction_data data;
	} __attribute__((packed)) message = {
		BC_TRANSACTION, {
			.flags = TF_ONE_WAY, .data_size = 16,
			.data.ptr.buffer = (uintptr_t)world.secret,
		},
	};
	struct binder_write_read request = {
		.write_size = sizeof(message),
		.write_buffer = (uintptr_t)&message,
	};
	__u32 answer[64] = {};
	int fd = must(open(world.path, O_RDWR));

	if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED)
		leak_failed("mmap", errno);
	must(ioctl(fd, BINDER_WRITE_READ, &request));
	request = (struct binder_write_read){
		.read_size = sizeof(answer), .read_buffer = (uintptr_t)answer,
	};
	must(ioctl(fd, BINDER_WRITE_READ, &request));
}

static bool got_binder(void)
{
	char answer[512];
	struct binder_write_read request = {
		.read_size = sizeof(answer), .read_buffer = (uintptr_t)answer,
	};

	if (ioctl(binder, BINDER_WRITE_READ, &request))
		return false;
	for (char *at = answer; at < answer + request.read_consumed;) {
		struct binder_transaction_data data;
		__u32 command;

		memcpy(&command, at, sizeof(command));
		at += sizeof(command);
		memcpy(&data, at, sizeof(data));
		at += _IOC_SIZE(command);
		if (command == BR_TRANSACTION)
			return got_text((void *)data.data.ptr.buffer,
					data.data_size);
	}
	return false;
}

/* It belongs to the memory of who opened it, which an exec replaces. */
LEAK(binder, "binder: transaction", prepare_binder, NULL, send_binder,
     got_binder)

/* FUSE and 9p: who serves a file system learns what is asked of it */

static char asked[1 << 16];
static size_t asked_size;

static void remember(const void *text, size_t length)
{
	if (asked_size + length < sizeof(asked)) {
		memcpy(asked + asked_size, text, length);
		asked_size += length;
	}
}

static bool got_asked(void)
{
	return got_text(asked, asked_size);
}

static int fuse;

/* Remembers all, knows no file, and that is all that there is to it. */
static void *serve_fuse(void *)
{
	static char request[1 << 17];
	ssize_t length;

	while ((length = read(fuse, request, sizeof(request))) > 0) {
		const struct fuse_in_header *in = (void *)request;
		struct fuse_out_header out = {
			.len = sizeof(out), .error = -ENOENT,
			.unique = in->unique,
		};
		struct fuse_init_out init = {
			.major = FUSE_KERNEL_VERSION,
			.minor = FUSE_KERNEL_MINOR_VERSION, .max_write = 4096,
		};
		struct fuse_attr_out attributes = {
			.attr = { .ino = 1, .mode = S_IFDIR | 0777, .nlink = 2 },
		};
		struct iovec answer[2] = { { &out, sizeof(out) } };

		remember(request, length);
		if (in->opcode == FUSE_INIT)
			answer[1] = (struct iovec){ &init, sizeof(init) };
		if (in->opcode == FUSE_GETATTR)
			answer[1] = (struct iovec){ &attributes,
						    sizeof(attributes) };
		if (answer[1].iov_len) {
			out.error = 0;
			out.len += answer[1].iov_len;
		}
		if (in->opcode != FUSE_FORGET)
			writev(fuse, answer, 2);
	}
	return NULL;
}

static void start(void *(*serve)(void *))
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, serve, NULL);
	must(errno ? -1 : 0);
}

static void prepare_fuse(void)
{
	char options[128];

	prepare_mounts();
	fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fuse < 0)
		test_skip("/dev/fuse: %s", strerror(errno));
	sprintf(options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		fuse);
	must(mount("leak", "mnt", "fuse", 0, options));
	start(serve_fuse);
}

static void send_lookup(void)
{
	char path[64];

	sprintf(path, "mnt/%s", world.secret);
	access(path, F_OK);
}

static void send_server_mkdir(void)
{
	char path[64];

	sprintf(path, "mnt/%s", world.secret);
	mkdir(path, 0755);
}

LEAK(fuse_lookup, "FUSE: name that is looked up", prepare_fuse, NULL,
     send_lookup, got_asked)
LEAK(fuse_mkdir, "FUSE: name that is made", prepare_fuse, NULL,
     send_server_mkdir, got_asked)

/* 9p over a pair of pipes; it answers each request with an error, but two. */

static int p9_in, p9_out;

static void p9_answer(__u8 type, const __u8 *request, const void *body,
		      __u32 size)
{
	__u8 head[7];
	__u32 all = 7 + size;

	memcpy(head, &all, 4);
	head[4] = type;
	memcpy(head + 5, request + 5, 2);
	writev(p9_out, (struct iovec[]){ { head, 7 }, { (void *)body, size } },
	       2);
}

static void *serve_9p(void *)
{
	static __u8 request[1 << 16];
	ssize_t length;

	while ((length = read(p9_in, request, sizeof(request))) > 0) {
		static const __u8 qid[13] = { 0x80 };
		static const __u8 version[] = "\0\x20\0\0\x08\0" "9P2000.L";
		__u8 attributes[153] = { 0xff, 0x07 };
		static const __u32 missing = ENOENT;
		__u32 mode = S_IFDIR | 0777;

		remember(request, length);
		memcpy(attributes + 8, qid, 13);
		memcpy(attributes + 21, &mode, 4);
		switch (request[4]) {
		case 100: /* Tversion */
			p9_answer(101, request, version, 14);
			break;
		case 104: /* Tattach */
			p9_answer(105, request, qid, 13);
			break;
		case 24: /* Tgetattr */
			p9_answer(25, request, attributes, 153);
			break;
		case 120: /* Tclunk */
			p9_answer(121, request, NULL, 0);
			break;
		default:
			p9_answer(7, request, &missing, 4);
		}
	}
	return NULL;
}

static void prepare_9p(void)
{
	char options[128];
	int in[2], out[2];

	prepare_mounts();
	must(pipe2(in, O_CLOEXEC));
	must(pipe2(out, O_CLOEXEC));
	p9_in = in[0];
	p9_out = out[1];
	start(serve_9p);
	sprintf(options, "trans=fd,rfdno=%d,wfdno=%d,version=9p2000.L,"
		"access=client", out[0], in[1]);
	if (mount("leak", "mnt", "9p", 0, options))
		test_skip("9p: %s", strerror(errno));
}

LEAK(p9_lookup, "9p: name that is looked up", prepare_9p, NULL, send_lookup,
     got_asked)
LEAK(p9_mkdir, "9p: name that is made", prepare_9p, NULL, send_server_mkdir,
     got_asked)

/* autofs: the daemon is told the name that somebody asks for */

static int autofs;

static void prepare_autofs(void)
{
	char options[128];
	int pipes[2];

	prepare_mounts();
	must(pipe2(pipes, O_CLOEXEC | O_DIRECT));
	autofs = pipes[0];
	world.fds[1] = pipes[0];
	sprintf(options, "fd=%d,pgrp=%d,minproto=5,maxproto=5,indirect",
		pipes[1], getpgrp());
	if (mount("leak", "mnt", "autofs", 0, options))
		test_skip("autofs: %s", strerror(errno));
}

/* In a group of its own, or it would pass for the daemon. */
static void send_autofs(void)
{
	setpgid(0, 0);
	alarm(2);
	send_lookup();
}

LEAK(autofs, "autofs: name that is looked up", prepare_autofs, NULL,
     send_autofs, got_fd)

/* Programs that the kernel starts: request-key is told the name of the key */

static void prepare_upcall(void)
{
	FILE *script;

	if (!access("/sbin/request-key", F_OK) &&
	    rename("/sbin/request-key", "/sbin/request-key.leak"))
		test_skip("/sbin/request-key: %s", strerror(errno));
	script = fopen("/sbin/request-key", "w");
	if (!script)
		test_skip("/sbin/request-key: %s", strerror(errno));
	fprintf(script, "#!/bin/sh\nkeyctl rdescribe $2 >/run/leak-upcall\n"
		"keyctl negate $2 5 0\n");
	fchmod(fileno(script), 0755);
	fclose(script);
	unlink("/run/leak-upcall");
}

static void send_upcall(void)
{
	syscall(SYS_request_key, "user", world.secret, "-", 0);
}

static bool got_upcall(void)
{
	return got_path("/run/leak-upcall");
}

LEAK(upcall, "keys: name that a program is asked for", prepare_upcall, NULL,
     send_upcall, got_upcall)

/* Memory of the machine */
static void send_memory(void)
{
	int fd = open_if_there("/dev/mem", O_RDWR);

	must(pwrite(fd, world.secret, 16, 0x500));
}

static bool got_low_memory(void)
{
	char text[64] = "";
	int fd = open_if_there("/dev/mem", O_RDONLY);
	bool found = got_text(text, pread(fd, text, 16, 0x500));

	close(fd);
	return found;
}

LEAK(memory, "device: /dev/mem", NULL, NULL, send_memory,
     got_low_memory)

#include "leak_main.h"
