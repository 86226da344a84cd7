# SPDX-License-Identifier: GPL-2.0-only
"""The guest: start it, run commands in it, kill or stop it; and `./wslx vm`."""

import argparse
import fcntl
import io
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import accel
import debian
import guest
import kernel
import report
from cache import CACHE, prune
from progress import GUEST_SILENT, KERNEL_REPORT, TIME_LIMIT, USAGE, WslxError, say, shell_status

# A guest since 6.12.92 sends what is longer than 32 KiB as several descriptors, of which vhost-device-vsock 0.3 takes the
# first for the whole, and loses the rest. What it has room for bounds what a guest sends at once.
VSOCK_WINDOW = 28 << 10
GUEST_CID = 3
GUEST_ADDRESS = "10.0.2.15"
HEADER = struct.Struct("<III")
RUN, POWEROFF, KILL, READY, OUT, ERR, EXIT = 1, 2, 3, 16, 17, 18, 19
RUNS_KEPT = 20
BOOTS = 3
DEFAULT_TIMEOUT = 600
READY_SECONDS = {"plain": 180, "debug": 600, "kcsan": 300, "wide": 300, "wide-debug": 900}
# What the kernel must know, or it does not mount the data disk.
DATA_FEATURES = dict.fromkeys(("wide", "wide-debug"), ",encrypt,quota,project,verity")
KMEMLEAK = "/sys/kernel/debug/kmemleak"


class Result:
    """What a command in the guest said: its status as a shell tells it, and its output."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err


class _Pending:
    def __init__(self, out, err):
        self.sinks = {OUT: out, ERR: err}
        self.status = None
        self.done = threading.Event()


class Vm:
    """One guest. A context manager: leaving it stops the guest and removes its folder.

    folder   what the run writes: console.log, vsock.socket (with vsock=True), the disks
    smp      processors; with icount they take turns, and one is what there is otherwise
    cpu      the processor's model, of QEMU's -cpu; KVM has the host's
    disk     a file to keep as the data disk; without it each guest has a fresh one
    programs False leaves out what Meson builds: nxia.ko alone
    copies   host paths that appear in the guest's /host/
    share    a folder of the host that the guest can mount: mount -t 9p share PLACE
    tcp      ports of the guest's GUEST_ADDRESS that the host reaches at tcp_address(port); up to the caller to give the
             guest's eth0 that address. It reaches nothing itself
    more     words for the kernel's command line
    """

    def __init__(self, *, base="6.12", debug=False, kcsan=False, wide=False, smp=None, memory=None, icount=False, cpu="max",
                 services=True, programs=True, vsock=None, disk=None, copies=(), share=None, tcp=(), more=(),
                 keep_folder=False):
        self.base = base
        self.variant = kernel.variant_of(debug, kcsan, wide)
        self.debug = debug
        kernel.check_base(base, self.variant)
        self.smp = smp or (1 if icount else 2)
        self.memory = memory or (2048 if debug else 1024)
        self.icount = icount
        self.cpu = cpu
        self.services = services
        self.programs = programs
        self.vsock = self.services if vsock is None else vsock
        self.disk = Path(disk) if disk else None
        self.copies = copies
        self.share = share
        self._tcp = {port: _free_port() for port in tcp}
        self.more = more
        self.keep_folder = keep_folder
        self.folder = _run_folder()
        self.console_log = self.folder / "console.log"
        self.vsock_socket = self.folder / "vsock.socket"
        self._leaks = ""
        self._processes = []
        self._pending = {}
        self._next_id = 1
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._gone = threading.Event()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind, _value, _trace):
        if kind is None:
            self.stop()
        self.kill()
        if not self.keep_folder and kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Starting

    def start(self):
        """Boots the guest and waits until it takes commands."""
        built = kernel.kernel(self.variant, self.base)
        guest.product_image(self.folder / "product.erofs", self.variant, self.base, self.programs)
        guest.job_image(self.folder / "job.tar", self.copies)
        if self.disk is None or not self.disk.exists():
            guest.data_image(self.disk or self.folder / "data.ext4", DATA_FEATURES.get(self.variant, ""))
        acceleration, name = accel.arguments(self.icount, self.cpu, built / "bzImage")
        arguments = self._qemu_arguments(built, acceleration)
        say(f"==> guest: kernel {self.base} ({self.variant}), {self.smp} processors, {self.memory} MiB, {name}")
        for again in reversed(range(BOOTS)):
            self._boot(arguments)
            if self._wait_ready(again):
                return

    def _boot(self, arguments):
        self.kill()
        self._processes.clear()
        for name in ("exec.socket", "vhost.socket", "vsock.socket"):
            (self.folder / name).unlink(missing_ok=True)
        self._gone.clear()
        if self.vsock:
            self._start_vsock()
        self._spawn("qemu", arguments)
        self._connect()

    def _qemu_arguments(self, built, acceleration):
        disks = {
            "system": (guest.system_image(), "on"),
            "product": (self.folder / "product.erofs", "on"),
            "job": (self.folder / "job.tar", "on"),
            "data": (self.disk or self.folder / "data.ext4", "off"),
        }
        command_line = ["console=ttyS0", "panic=-1", "quiet" if self.services else "loglevel=7",
                        "wslx.services" if self.services else "", "systemd.show_status=0",
                        "random.trust_cpu=on", "mitigations=off", "tsc=reliable", "no_timer_check",
                        "net.ifnames=0", *self.more]
        # A socket each: the MP table, by which a kernel without ACPI goes, names one processor of each package.
        arguments = [
            "qemu-system-x86_64", *acceleration, "-M", "q35", "-nodefaults", "-no-user-config",
            "-no-reboot", "-display", "none", "-smp", f"{self.smp},sockets={self.smp}", "-m", f"{self.memory}M",
            "-object", f"memory-backend-memfd,id=ram,size={self.memory}M,share=on",
            "-machine", "memory-backend=ram",
            "-kernel", built / "bzImage", "-initrd", guest.initramfs(self.variant, self.base),
            "-append", " ".join(filter(None, command_line)),
            "-serial", f"file:{self.console_log}",
            "-device", "virtio-rng-pci",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=exec,path={self.folder}/exec.socket,server=on,wait=off",
            "-device", "virtserialport,chardev=exec,name=wslx.exec",
        ]
        for name, (path, read_only) in disks.items():
            arguments += ["-drive", f"if=none,id={name},file={path},format=raw,readonly={read_only},cache=writeback",
                          "-device", f"virtio-blk-pci,drive={name},serial={name}"]
        if self.share:
            arguments += ["-fsdev", f"local,id=share,path={self.share},security_model=none",
                          "-device", "virtio-9p-pci,fsdev=share,mount_tag=share"]
        if self._tcp:
            forwards = "".join(f",hostfwd=tcp:127.0.0.1:{host}-{GUEST_ADDRESS}:{port}" for port, host in self._tcp.items())
            arguments += ["-netdev", f"user,id=net,restrict=on{forwards}", "-device", "virtio-net-pci,netdev=net"]
        if self.vsock:
            arguments += ["-chardev", f"socket,id=vsock,path={self.folder}/vhost.socket",
                          "-device", "vhost-user-vsock-pci,chardev=vsock"]
        return arguments

    def tcp_address(self, port):
        return f"127.0.0.1:{self._tcp[port]}"

    def _start_vsock(self):
        """vhost-device-vsock makes `vsock_socket`: connect, write 'CONNECT port\\n', talk."""
        program = debian.vhost_device_vsock()
        self._spawn("vsock", [program, "--vm", f"guest-cid={GUEST_CID},"
                              f"uds-path={self.vsock_socket},socket={self.folder}/vhost.socket,tx-buffer-size={VSOCK_WINDOW}"])
        deadline = time.monotonic() + 10
        while not (self.folder / "vhost.socket").exists():
            if time.monotonic() > deadline:
                raise WslxError(self._failure("vhost-device-vsock did not start", "vsock.log"))
            time.sleep(0.02)

    def _spawn(self, name, arguments):
        with open(self.folder / f"{name}.log", "wb") as log:
            # Whatever way this process ends, its guests end with it.
            command = ["setpriv", "--pdeathsig", "KILL", "--", *map(str, arguments)]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, process_group=0)
        self._processes.append(process)

    @property
    def _qemu(self):
        return self._processes[-1]

    def _connect(self):
        self._channel = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 20
        while True:
            try:
                self._channel.connect(str(self.folder / "exec.socket"))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if self._qemu.poll() is not None or time.monotonic() > deadline:
                    raise WslxError(self._failure("QEMU did not start", "qemu.log")) from None
                time.sleep(0.02)
        threading.Thread(target=self._receive, daemon=True).start()

    def _wait_ready(self, again):
        """False when QEMU itself crashed and booting again is worth it: the guest had no part in that."""
        limit = READY_SECONDS[self.variant] * (3 if self.icount else 1)
        deadline = time.monotonic() + limit
        while not self._ready.wait(0.05):
            if self._gone.is_set():
                if again and self._qemu_crashed():
                    return False
                self.check_kernel_log()
                raise WslxError(self._failure("the guest ended before it was ready", "console.log"), GUEST_SILENT)
            if time.monotonic() > deadline:
                raise WslxError(self._failure(f"the guest was not ready after {limit} s", "console.log"), GUEST_SILENT)
        return True

    def _qemu_crashed(self):
        """QEMU 10's TCG has a race while the guest's kernel sizes PCI BARs; now and then a boot aborts."""
        if self._qemu.wait(10) != -signal.SIGABRT:
            return False
        log = (self.folder / "qemu.log").read_text(errors="replace").strip()
        say(f"==> QEMU crashed, booting again: {log}")
        return True

    def _failure(self, what, log_name):
        self.keep_folder = True
        log = self.folder / log_name
        tail = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
        return f"{what}; the log is {log}, its end:" + "".join(f"\n    {line}" for line in tail)

    # Commands

    def run(self, *command, timeout=DEFAULT_TIMEOUT, out=None, err=None):
        """Runs a command in the guest and waits. `out` and `err` take binary files; without them the
        output is in the Result."""
        pending, number = self.begin(*command, out=out, err=err)
        return self.finish(pending, number, timeout, command)

    def shell(self, script, **options):
        return self.run("sh", "-c", script, **options)

    def begin(self, *command, out=None, err=None):
        """Starts a command; `finish` waits for it. Several may run side by side."""
        pending = _Pending(out or io.BytesIO(), err or io.BytesIO())
        with self._lock:
            number = self._next_id
            self._next_id += 1
            self._pending[number] = pending
        self._send(RUN, number, b"".join(os.fsencode(word) + b"\0" for word in command))
        return pending, number

    def finish(self, pending, number, timeout, command=("command",)):
        deadline = time.monotonic() + timeout
        while not pending.done.wait(0.1):
            if self._gone.is_set() and not pending.done.wait(0.5):
                self.check_kernel_log()
                raise WslxError(self._failure(
                    f"the guest ended before '{' '.join(map(str, command))}' did", "console.log"), GUEST_SILENT)
            if time.monotonic() > deadline:
                raise WslxError(self._failure(
                    f"time limit: '{' '.join(map(str, command))}' ran longer than {timeout} s", "console.log"),
                    TIME_LIMIT)
        return Result(shell_status(os.waitstatus_to_exitcode(pending.status)), *(_content(pending.sinks[s]) for s in (OUT, ERR)))

    def _send(self, kind, number, payload=b""):
        with self._lock:
            try:
                self._channel.sendall(HEADER.pack(kind, number, len(payload)) + payload)
            except OSError:
                pass  # the guest is gone: whoever waits learns it from _gone

    def _receive(self):
        """Runs on a thread of its own until the guest is gone, which may be in the middle of a frame."""
        stream = self._channel.makefile("rb")
        try:
            while len(header := stream.read(HEADER.size)) == HEADER.size:
                kind, number, length = HEADER.unpack(header)
                if len(payload := stream.read(length)) == length:
                    self._dispatch(kind, number, payload)
        except ConnectionError:
            pass
        finally:
            self._gone.set()

    def _dispatch(self, kind, number, payload):
        if kind == READY:
            self._ready.set()
        pending = self._pending.get(number)
        if kind in (OUT, ERR) and pending:
            pending.sinks[kind].write(payload)
            pending.sinks[kind].flush()
        if kind == EXIT and pending:
            del self._pending[number]
            pending.status = struct.unpack("<I", payload)[0]
            pending.done.set()

    # Ending

    def check_leaks(self):
        """On the debug kernel: asks kmemleak twice, for what it sees once may still be in motion."""
        if not self.debug:
            return
        self.shell(f"echo scan >{KMEMLEAK}; sleep 6; echo scan >{KMEMLEAK}", timeout=300)
        self._leaks = self.run("cat", KMEMLEAK).out.decode(errors="replace")
        (self.folder / "kmemleak.log").write_text(self._leaks)

    def check_kernel_log(self):
        """Fails if the kernel complained of anything since the boot."""
        if not self._gone.is_set():
            log = self.run("dmesg").out.decode(errors="replace")
            (self.folder / "dmesg.log").write_text(log)
        else:
            log = ""
        lines = report.find(self.console_log.read_text(errors="replace")) or report.find(log + self._leaks)
        if lines:
            self.keep_folder = True
            shown = "".join(f"\n    {line}" for line in lines)
            raise WslxError(f"the guest's kernel reported (logs: {self.folder}):{shown}", KERNEL_REPORT)

    def stop(self, timeout=30):
        """Powers the guest off and waits for it. Data that was synced is on the disk."""
        self._send(POWEROFF, 0)
        try:
            self._qemu.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """As pulling the plug: the guest gets no chance to write anything more."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _content(sink):
    return sink.getvalue() if hasattr(sink, "getvalue") else b""


def _run_folder():
    """A fresh folder, locked as long as this process lives; old ones (of failures) are pruned."""
    runs = CACHE / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    prune("runs/*", RUNS_KEPT, lambda folder: folder)
    folder = Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%d-%H%M%S-"), dir=runs))
    fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_SH)
    return folder


def add_options(parser):
    parser.add_argument("--kernel", default="6.12", choices=kernel.BASES, help="the kernel base (6.12); stock is Debian's own")
    parser.add_argument("--debug", action="store_true", help="KASAN, lockdep, kmemleak and their like")
    parser.add_argument("--kcsan", action="store_true", help="look for data races in nxia.ko")
    parser.add_argument("--wide", action="store_true", help="what WSL's kernel has on that can carry information; also with --debug")
    parser.add_argument("--smp", type=_positive, metavar="N", help="processors (2; 1 with --icount, where they take turns)")
    parser.add_argument("--mem", type=_positive, metavar="M", help="memory in MiB (1024; 2048 with --debug)")
    parser.add_argument("--icount", action="store_true", help="guest time counts instructions: repeatable")
    parser.add_argument("--cpu", default="max", metavar="MODEL", help="the processor, as QEMU's -cpu has it (max)")
    parser.add_argument("--no-services", action="store_true", help="nxia.ko alone, without systemd")
    parser.add_argument("--no-programs", action="store_true", help="nxia.ko alone, and no program of ours installed")
    parser.add_argument("--vsock", action="store_true", help="AF_VSOCK also without services")
    parser.add_argument("--append", action="append", default=[], metavar="WORD", help="a word for the kernel's command line")
    parser.add_argument("--copy", action="append", default=[], metavar="PATH",
                        help="a file or folder of the host for the guest's /host/")
    parser.add_argument("--disk", metavar="PATH", help="keep the data disk in this file")
    parser.add_argument("--timeout", type=_positive, default=DEFAULT_TIMEOUT, metavar="S",
                        help=f"the longest that CMD may run ({DEFAULT_TIMEOUT})")


def _positive(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return int(text)


def host_path(path):
    """A path as the user typed it on the host, as the build root sees it."""
    return os.environ["WSLX_HOST"] + os.path.normpath(os.path.join(os.environ["WSLX_DIR"], path))


def run_once(options):
    """./wslx vm"""
    copies = [host_path(path) for path in options.copy]
    for typed, path in zip(options.copy, copies):
        if not os.path.exists(path):
            raise WslxError(f"--copy {typed}: no such file or folder", USAGE)
    with Vm(base=options.kernel, debug=options.debug, kcsan=options.kcsan, wide=options.wide, smp=options.smp, memory=options.mem, icount=options.icount, cpu=options.cpu,
            services=not (options.no_services or options.no_programs), programs=not options.no_programs, vsock=options.vsock or None, copies=copies, more=options.append,
            disk=options.disk and host_path(options.disk)) as guest_vm:
        result = guest_vm.run(*options.command, timeout=options.timeout, out=sys.stdout.buffer, err=sys.stderr.buffer)
        guest_vm.check_leaks()
        guest_vm.check_kernel_log()
    return result.status
