# SPDX-License-Identifier: GPL-2.0-only
"""The kernel: Debian's source, our patches, allnoconfig plus our fragments; and nxia.ko."""

import os
import shutil
from pathlib import Path

from cache import CHECKOUT, artefact, mount_at
from progress import NOT_BUILT, WslxError

PATCHES = CHECKOUT / "kernel-patches"
CONFIGS = PATCHES / "config"
FRAGMENTS = {
    "plain": ("base", "services", "nxia"),
    "debug": ("base", "services", "nxia", "debug"),
}
SOURCE_TARBALL = Path("/usr/src/linux-source-6.12.tar.xz")
JOBS = f"-j{os.cpu_count()}"


def check_base(base):
    if base != "6.12":
        raise WslxError(f"--kernel {base}: not built yet (only 6.12 is)", NOT_BUILT)


def source(base="6.12"):
    """The patched kernel source."""
    patches = _patches(base)

    def build(folder, log):
        log.run("tar", "-xf", SOURCE_TARBALL, "-C", folder, "--strip-components=1")
        for patch in patches:
            log.run("patch", "-d", folder, "-p1", "--forward", "--fuzz=0", "-i", patch,
                    what=f"applying {patch.relative_to(CHECKOUT)}")

    place = artefact(f"linux-{base}", [_tarball_identity(), *patches], build, f"kernel source {base}, {len(patches)} patches")
    return mount_at(place, f"/usr/src/linux-{base}")


def _patches(base):
    return sorted((PATCHES / base).glob("*.patch"))


def _tarball_identity():
    # The package's file list stands for its content; hashing 140 MB would cost a second each run.
    return Path("/var/lib/dpkg/info/linux-source-6.12.md5sums").read_text()


def kernel(variant, base="6.12"):
    """A built kernel: bzImage, and what building modules against it needs."""
    check_base(base)
    tree = source(base)
    fragments = [CONFIGS / f"{name}.config" for name in FRAGMENTS[variant]]

    def build(folder, log):
        configure(tree, folder, fragments, log)
        log.run("make", "-C", tree, f"O={folder}", JOBS, "bzImage", "modules",
                what=f"building kernel {base} ({variant})")
        log.run("make", "-C", tree, f"O={folder}", f"INSTALL_MOD_PATH={folder}/root", "modules_install")
        (folder / "bzImage").symlink_to("arch/x86/boot/bzImage")
        _drop_objects(folder)

    return artefact(f"kernel-{base}-{variant}", [*_patches(base), *fragments], build, f"kernel {base} ({variant})")


def configure(tree, folder, fragments, log):
    combined = folder / "fragments.config"
    combined.write_text("".join(fragment.read_text() for fragment in fragments))
    log.run("make", "-C", tree, f"O={folder}", f"KCONFIG_ALLCONFIG={combined}", "allnoconfig")
    check_config(combined.read_text(), (folder / ".config").read_text())


def check_config(wanted, got):
    """Every option that a fragment sets must have survived Kconfig's dependencies."""
    values = dict(line.split("=", 1) for line in got.splitlines() if line.startswith("CONFIG_"))
    asked = dict(line.split("=", 1) for line in wanted.splitlines() if line.startswith("CONFIG_"))
    lost = [f"{option}={value} (is {values.get(option, 'n')})" for option, value in asked.items()
            if values.get(option, "n") != value]
    if lost:
        raise WslxError("kernel options that Kconfig did not take: " + ", ".join(lost))


def _drop_objects(folder):
    for path in folder.rglob("*"):
        if path.suffix in (".o", ".a", ".cmd") and "scripts" not in path.parts and "tools" not in path.parts:
            path.unlink()


def module(variant, base="6.12"):
    """nxia.ko and the KUnit modules, built out of tree in a copy of kmod/ and ktests/kunit/."""
    built = kernel(variant, base)
    sources = [CHECKOUT / "kmod", CHECKOUT / "ktests" / "kunit", CHECKOUT / "Kconfig.nxia"]
    present = [path for path in sources if path.exists()]

    def build(folder, log):
        for path in present:
            copy = folder / path.relative_to(CHECKOUT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if path.is_dir() else shutil.copy)(path, copy)
        # ccache hashes the directory's name only with debug information, which these have not.
        log.run("make", "-C", built, f"M={folder / 'kmod'}", JOBS, "modules",
                what=f"building nxia.ko ({variant})")

    return artefact(f"module-{variant}", [built.name, *present], build, f"nxia.ko ({variant})")


def modules_tree(variant, base="6.12"):
    """(kernel release, files of /lib/modules/RELEASE): the kernel's own and ours."""
    built = kernel(variant, base)
    release = (built / "include/config/kernel.release").read_text().strip()
    files = list((built / "root/lib/modules" / release).rglob("*.ko"))
    if (CHECKOUT / "kmod" / "Makefile").exists() or (CHECKOUT / "kmod" / "Kbuild").exists():
        files += (module(variant, base) / "kmod").rglob("*.ko")
    return release, files
