# SPDX-License-Identifier: GPL-2.0-only
"""The guest's disks: system (Debian), product (what we built), job (what to copy), data."""

import inspect
import lzma
import shutil
import subprocess
import tarfile
from pathlib import Path

import build
import kernel
from cache import CHECKOUT, artefact
from progress import WslxError

GUEST = CHECKOUT / "tools" / "wslx" / "guest"
PACKAGES = """
    systemd busybox-static kmod procps util-linux mount iproute2 strace attr keyutils
    libstdc++6 libsqlite3-0 sqlite3 libnl-3-200 libnl-genl-3-200 libcap2 libcap2-bin
    libgrpc++1.51t64 libprotobuf32t64 iceoryx socat
""".split()
# Units that a guest of a few seconds' life only waits for.
MASKED = """
    getty.target getty@tty1.service serial-getty@ttyS0.service console-getty.service
    systemd-timesyncd.service systemd-logind.service systemd-networkd.service systemd-resolved.service
    systemd-update-utmp.service systemd-random-seed.service systemd-pcrphase.service
    systemd-journal-flush.service systemd-journal-catalog-update.service systemd-update-done.service
    systemd-binfmt.service systemd-firstboot.service systemd-machine-id-commit.service ldconfig.service
    systemd-ask-password-console.path systemd-ask-password-wall.path
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer
    systemd-tmpfiles-clean.timer proc-sys-fs-binfmt_misc.automount dev-hugepages.mount
    modprobe@efi_pstore.service modprobe@fuse.service modprobe@configfs.service modprobe@drm.service
    systemd-remount-fs.service systemd-user-sessions.service run-lock.mount
    systemd-creds.socket systemd-hostnamed.socket systemd-initctl.socket systemd-sysext.socket
""".split()
DATA_DISK_SIZE = 4 << 30
# In WSLX's own kernels all of it is built in.
BOOT_MODULES = "virtio_pci virtio_blk virtio_console erofs overlay ext4".split()


def system_image():
    """A small Debian as a read-only image."""

    def build(folder, log):
        tree = folder / "tree"
        log.run("mmdebstrap", "--variant=minbase", "--mode=root",
                "--aptopt=APT::Install-Recommends \"false\"", "--aptopt=/etc/apt/apt.conf.d/90host",
                "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
                "--dpkgopt=path-exclude=/usr/share/man/*",
                f"--include={','.join(PACKAGES)}", "trixie", tree, "/etc/apt/sources.list",
                what="making the guest's Debian")
        _configure_system(tree)
        log.run("mkfs.erofs", "-T0", folder / "system.erofs", tree)
        shutil.rmtree(tree)

    inputs = [*PACKAGES, inspect.getsource(_configure_system)]
    return artefact("guest", inputs, build, "guest system image") / "system.erofs"


def _configure_system(tree):
    (tree / "etc/hostname").write_text("wslx\n")
    (tree / "etc/fstab").write_text("")
    (tree / "etc/machine-id").write_text("6e78696177736c7800000000000000a0\n")
    for old in ("var/lib/apt/lists", "var/cache/apt"):
        shutil.rmtree(tree / old, ignore_errors=True)


def initramfs(variant, base):
    """The first process: a shell script, busybox to run it, and the modules that finding the disks takes."""
    built = kernel.kernel(variant, base)

    def build(folder, log):
        tree = folder / "tree"
        (tree / "bin").mkdir(parents=True)
        (tree / "dev").mkdir()
        shutil.copy("/usr/bin/busybox", tree / "bin/busybox")
        shutil.copy(GUEST / "init", tree / "init")
        _boot_modules(tree / "modules", kernel.modules(variant, base))
        log.run("sh", "-c", "find . | cpio --quiet -o -H newc -R 0:0 | zstd -q -3 -o ../initramfs", cwd=tree)

    inputs = [GUEST / "init", built.name, *BOOT_MODULES, inspect.getsource(_boot_modules)]
    return artefact("initramfs", inputs, build, "guest initramfs") / "initramfs"


def _boot_modules(folder, modules):
    """Those of BOOT_MODULES that are not built in, and what they need, numbered in the order of loading."""
    folder.mkdir()
    root, release = modules.parents[2], modules.name
    for name in BOOT_MODULES:
        shown = subprocess.run(["modprobe", "-d", root, "-S", release, "--show-depends", name],
                               capture_output=True, text=True, check=True).stdout
        for line in shown.splitlines():
            if line.startswith("insmod "):
                _add_module(folder, Path(line.split()[1]))


def _add_module(folder, path):
    name = path.name.removesuffix(".xz")
    if not any(folder.glob(f"*-{name}")):
        content = path.read_bytes()
        number = len(list(folder.iterdir()))
        (folder / f"{number:02}-{name}").write_bytes(lzma.decompress(content) if path.suffix == ".xz" else content)


def agent():
    """The guest's end of the command channel."""

    def build(folder, log):
        log.run("g++", "-std=c++23", "-O2", "-static", "-s", "-Wall", "-Wextra", "-Werror",
                "-o", folder / "agent", GUEST / "agent.cpp", what="compiling the guest's agent")

    return artefact("agent", [GUEST / "agent.cpp"], build, "guest agent") / "agent"


def product_image(target, variant, base, programs):
    """What we built, as it is installed: modules, and programs and units. Made for each run."""
    tree = target.with_suffix(".tree")
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    if programs:
        build.install("native", tree)
    _install_agent(tree)
    _mask_units(tree)
    _install_modules(tree, variant, base)
    done = subprocess.run(["mkfs.erofs", "-T0", target, tree], capture_output=True, text=True)
    shutil.rmtree(tree)
    if done.returncode:
        raise WslxError(f"making the product image failed: {done.stderr.strip()}")


def _install_agent(tree):
    place = tree / "usr/libexec/wslx"
    place.mkdir(parents=True)
    shutil.copy(agent(), place)
    commands = tree / "usr/local/sbin"
    commands.mkdir(parents=True)
    shutil.copy(GUEST / "rmmod", commands)
    units = tree / "usr/lib/systemd/system"
    (units / "multi-user.target.wants").mkdir(parents=True, exist_ok=True)
    shutil.copy(GUEST / "wslx-agent.service", units)
    (units / "multi-user.target.wants/wslx-agent.service").symlink_to("../wslx-agent.service")


def _mask_units(tree):
    units = tree / "etc/systemd/system"
    units.mkdir(parents=True, exist_ok=True)
    for unit in MASKED:
        (units / unit).symlink_to("/dev/null")
    (units / "default.target").symlink_to("/usr/lib/systemd/system/multi-user.target")


def _install_modules(tree, variant, base):
    modules = kernel.modules(variant, base)
    copy = tree / "usr/lib/modules" / modules.name
    shutil.copytree(modules, copy, ignore=shutil.ignore_patterns("build", "source"))
    (copy / "extra").mkdir()
    for file in (kernel.module(variant, base) / "kmod").rglob("*.ko"):
        shutil.copy(file, copy / "extra")
    subprocess.run(["depmod", "-b", tree / "usr", "-m", "/lib/modules", modules.name], check=True)


def job_image(target, copies):
    """A tar of what --copy named, which the guest unpacks into /host/."""
    with tarfile.open(target, "w") as archive:
        for path in copies:
            source = Path(path)
            if not source.exists():
                raise WslxError(f"--copy {path}: no such file or folder", 2)
            archive.add(source, arcname=source.name)


def data_image(target, features=""):
    """A fresh, sparse ext4; `features` as mkfs.ext4 -O takes them."""
    with open(target, "wb") as disk:
        disk.truncate(DATA_DISK_SIZE)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1",
                    "-O", f"^resize_inode{features}", target], check=True)
