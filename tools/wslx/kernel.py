# SPDX-License-Identifier: GPL-2.0-only
"""The kernels: Debian's source with our patches and fragments, or Debian's own as it is; and nxia.ko for them."""

import os
import re
import shutil
from pathlib import Path

import debian
from cache import CHECKOUT, artefact, mount_at
from progress import USAGE, WslxError

PATCHES = CHECKOUT / "kernel-patches"
CONFIGS = PATCHES / "config"
BASES = ("6.12", "7.x", "stock")
FRAGMENTS = {
    "plain": ("base", "services", "nxia"),
    "debug": ("base", "services", "nxia", "debug"),
    "kcsan": ("base", "services", "nxia", "kcsan"),
    "wide": ("base", "services", "nxia", "wide"),
    "wide-debug": ("base", "services", "nxia", "wide", "debug"),
}
# Races are looked for in what is built against this kernel, not in the kernel itself.
MAKE_VARIABLES = {"kcsan": ["KCSAN_SANITIZE=n"]}
JOBS = f"-j{os.cpu_count()}"


def variant_of(debug, kcsan, wide):
    """The name in FRAGMENTS of what these options ask for."""
    if kcsan and (debug or wide):
        raise WslxError("--kcsan goes with neither --debug nor --wide", USAGE)
    if wide:
        return "wide-debug" if debug else "wide"
    return "debug" if debug else "kcsan" if kcsan else "plain"


def check_base(base, variant):
    if base == "stock" and variant != "plain":
        raise WslxError(f"--kernel stock is Debian's own, of which there is no {variant} kernel", USAGE)


# Sources

def source(base="6.12"):
    """The patched kernel source."""
    tarball, identity = _tarball(base)
    patches = patches_of(base)

    def build(folder, log):
        log.run("tar", "-xf", tarball, "-C", folder, "--strip-components=1")
        for patch in patches:
            log.run("patch", "-d", folder, "-p1", "--forward", "--fuzz=0", "-i", patch,
                    what=f"applying {patch.relative_to(CHECKOUT)}")

    place = artefact(f"linux-{base}", [identity, *patches], build, f"kernel source {base}, {len(patches)} patches")
    return mount_at(place, f"/usr/src/linux-{base}")


def _tarball(base):
    """A source tarball, and a text that stands for its content; hashing 140 MB would cost a second each run."""
    if base == "6.12":
        return (Path("/usr/src/linux-source-6.12.tar.xz"),
                Path("/var/lib/dpkg/info/linux-source-6.12.md5sums").read_text())

    def build(folder, log):
        debian.unpack_kernel(folder, log, "linux-source", "7.")

    # Of no certain version, for the mirror keeps none for long. What it gave is kept until the cache is cleared.
    place = artefact("source-7.x", [], build, "the newest 7.x kernel source of trixie-backports")
    return next(place.glob("usr/src/*.tar.xz")), next(place.glob("usr/share/doc/*/changelog.Debian.gz")).read_bytes().hex()


# Kernels

def kernel(variant, base="6.12"):
    """A kernel: bzImage, its modules below root/, and what building modules against it needs (build_folder)."""
    check_base(base, variant)
    return _stock() if base == "stock" else _built(variant, base)


def _built(variant, base):
    tree = source(base)
    fragments = fragments_of(variant, base)

    def build(folder, log):
        configure(tree, folder, fragments, log)
        log.run("make", "-C", tree, f"O={folder}", JOBS, *MAKE_VARIABLES.get(variant, []), "bzImage", "modules",
                what=f"building kernel {base} ({variant})")
        log.run("make", "-C", tree, f"O={folder}", f"INSTALL_MOD_PATH={folder}/root", "modules_install")
        (folder / "bzImage").symlink_to("arch/x86/boot/bzImage")
        _make_movable(folder / "Makefile")
        _drop_objects(folder)

    return artefact(f"kernel-{base}-{variant}", [*patches_of(base), *fragments], build, f"kernel {base} ({variant})")


def patches_of(base):
    return sorted((PATCHES / base).glob("*.patch"))


def fragments_of(variant, base):
    files = [CONFIGS / f"{name}.config" for name in (*FRAGMENTS[variant], base)]
    return [file for file in files if file.exists()]


def configure(tree, folder, fragments, log, *options, more=""):
    combined = folder / "fragments.config"
    combined.write_text("".join(fragment.read_text() for fragment in fragments) + more)
    log.run("make", "-C", tree, f"O={folder}", f"KCONFIG_ALLCONFIG={combined}", *options, "allnoconfig")
    check_config(combined.read_text(), (folder / ".config").read_text())


def check_config(wanted, got):
    """Every option that a fragment sets must have survived Kconfig's dependencies."""
    values = dict(line.split("=", 1) for line in got.splitlines() if line.startswith("CONFIG_"))
    asked = dict(line.split("=", 1) for line in wanted.splitlines() if line.startswith("CONFIG_"))
    lost = [f"{option}={value} (is {values.get(option, 'n')})" for option, value in asked.items()
            if values.get(option, "n") != value]
    if lost:
        raise WslxError("kernel options that Kconfig did not take: " + ", ".join(lost))


def _make_movable(makefile):
    """Newer kernels write down where they were built, and what is built gets its name when it is complete."""
    text = makefile.read_text()
    makefile.write_text(re.sub(r"^export KBUILD_OUTPUT = .*", "export KBUILD_OUTPUT = $(CURDIR)", text, flags=re.MULTILINE))


def _drop_objects(folder):
    for path in folder.rglob("*"):
        if path.suffix in (".o", ".a", ".cmd") and "scripts" not in path.parts and "tools" not in path.parts:
            path.unlink()


def _stock():
    def build(folder, log):
        root = folder / "root"
        root.mkdir()
        debian.unpack_kernel(root, log, "linux-headers-cloud-amd64", "6.12.")
        (root / "lib").symlink_to("usr/lib")
        release = next((root / "lib/modules").iterdir()).name
        (folder / "bzImage").symlink_to(f"root/boot/vmlinuz-{release}")
        log.run("depmod", "-b", root, release)

    return artefact("kernel-stock", [], build, "Debian's own kernel")


def build_folder(variant, base="6.12"):
    """Where `make M=` is run."""
    built = kernel(variant, base)
    return headers(built / "root") if base == "stock" else built


def headers(place):
    """Debian's packages of headers, unpacked in `place`, as a build folder. They name each other by absolute paths."""
    for part in (*place.glob("usr/src/linux-headers-*"), *place.glob("usr/lib/linux-kbuild-*")):
        mount_at(part, Path("/") / part.relative_to(place))
    config = next(place.glob("usr/src/linux-headers-*/.config"))
    return Path("/") / config.parent.relative_to(place)


def modules(variant, base="6.12"):
    """/lib/modules/RELEASE of the kernel: its own modules."""
    return next((kernel(variant, base) / "root/lib/modules").iterdir())


# The module

def module(variant, base="6.12"):
    """nxia.ko and the KUnit modules, built out of tree in a copy of kmod/ and ktests/kunit/."""
    tree = build_folder(variant, base)

    def build(folder, log):
        copy_module(folder)
        # Line numbers, to tell which lines the fuzzer reached. With them ccache hashes the directory's name.
        lines = ["KCFLAGS=-g1"] if variant == "debug" else []
        log.run("make", "-C", tree, f"M={folder / 'kmod'}", *lines, JOBS, "modules",
                what=f"building nxia.ko for {base} ({variant})")

    return artefact(f"module-{base}-{variant}", [kernel(variant, base).name, *module_sources()], build,
                    f"nxia.ko for {base} ({variant})")


def module_sources():
    return [CHECKOUT / "kmod", CHECKOUT / "ktests" / "kunit", CHECKOUT / "Kconfig.nxia"]


def copy_module(folder):
    for path in module_sources():
        copy = folder / path.relative_to(CHECKOUT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if path.is_dir() else shutil.copy)(path, copy)
