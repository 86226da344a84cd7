# SPDX-License-Identifier: GPL-2.0-only
"""The builds suite: the module for each kernel, by each compiler, in the tree, and by DKMS."""

import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import debian
import kernel
import pack
from cache import CACHE, CHECKOUT, artefact
from progress import Log, WslxError
from tap import FAILED, PASSED, Test

WARNING = re.compile(r"\b(warning|error): ", re.IGNORECASE)
# Debian built its kernels with the compiler of their release, which need not be ours.
EXPECTED = "warning: the compiler differs from the one used to build the kernel"
LOG = CACHE / "logs" / "builds.log"


def run():
    """The module for each kernel, by gcc and clang, in the kernel's tree, and by DKMS. A warning fails."""
    yield judged("6.1, Debian's headers", lambda log: out_of_tree(log, debian_headers("6.1."), "CC=gcc"))
    yield judged("6.12", lambda log: out_of_tree(log, kernel.build_folder("plain", "6.12")))
    yield judged("7.x", lambda log: out_of_tree(log, kernel.build_folder("plain", "7.x")))
    yield judged("6.12, by clang", by_clang)
    yield judged("6.12, in its tree", in_the_tree)
    yield judged("Debian's own kernel, by DKMS", by_dkms)


def judged(name, build):
    """What `build` says in its log decides."""
    try:
        log = Log(LOG)
        build(log)
    except WslxError as error:
        return Test(f"builds for {name}", FAILED, str(error))
    lines = [line for line in log.path.read_text(errors="replace").splitlines() if not line.startswith("+ ")]
    found = [line for line in lines if WARNING.search(line) and line != EXPECTED]
    return Test(f"builds for {name}", FAILED if found else PASSED, "\n".join(found))


def out_of_tree(log, tree, *options):
    with tempfile.TemporaryDirectory() as folder:
        kernel.copy_module(Path(folder))
        log.run("make", "-C", tree, f"M={folder}/kmod", kernel.JOBS, "W=1", *options, "modules")


def debian_headers(version):
    def build(folder, log):
        debian.unpack_kernel(folder, log, "linux-headers-amd64", version)

    return kernel.headers(artefact(f"headers-{version}x", [], build, f"Debian's kernel headers, {version}x"))


@contextmanager
def prepared(*options, more=""):
    """(source, build folder) of 6.12 to write into, configured anew; what gcc built and clang does not mind stays."""
    with writable(kernel.source()) as tree, writable(kernel.kernel("plain")) as folder:
        log = Log(CACHE / "logs" / "builds-prepare.log")
        shutil.copytree(CHECKOUT / "kmod", tree / "drivers/nxia")
        shutil.copytree(CHECKOUT / "ktests/kunit", tree / "drivers/nxia/kunit")
        shutil.copy(CHECKOUT / "Kconfig.nxia", tree / "drivers/nxia/Kconfig")
        _append(tree / "drivers/Kconfig", 'source "drivers/nxia/Kconfig"\n')
        _append(tree / "drivers/Makefile", "obj-$(CONFIG_NXIA) += nxia/\n")
        kernel.configure(tree, folder, kernel.fragments_of("plain", "6.12"), log, *options, more=more)
        log.run("make", "-C", tree, f"O={folder}", kernel.JOBS, *options, "scripts", "modules_prepare",
                what="preparing a kernel folder")
        yield tree, folder


def _append(path, text):
    path.write_text(path.read_text() + text)


def by_clang(log):
    with prepared("CC=clang") as (_tree, folder):
        out_of_tree(log, folder, "CC=clang")


def in_the_tree(log):
    """As Kconfig.nxia says: nxia built in, its tests as modules."""
    with prepared(more="CONFIG_NXIA=y\nCONFIG_NXIA_KUNIT_TEST=m\n") as (tree, folder):
        log.run("make", "-C", tree, f"O={folder}", kernel.JOBS, "W=1", "drivers/nxia/")
        if not (folder / "drivers/nxia/built-in.a").exists():
            raise WslxError("drivers/nxia/ was not built in")


def by_dkms(log):
    """Installs the package in a copy of this root that has Debian's kernel and its headers, and removes it."""
    kernel_root = kernel.kernel("plain", "stock") / "root"
    release = kernel.modules("plain", "stock").name
    with writable(kernel_root, Path("/")) as root:
        shutil.copy(pack.dkms(), root / "nxia-dkms.deb")
        in_root(log, root, "dpkg", "--install", "/nxia-dkms.deb")
        in_root(log, root, "sh", "-c", f"cat /var/lib/dkms/nxia/*/{release}/x86_64/log/make.log")
        in_root(log, root, "modinfo", "-k", release, "nxia")
        in_root(log, root, "dpkg", "--remove", "nxia-dkms")
        if left := list(root.glob("usr/lib/modules/*/**/nxia.ko*")):
            raise WslxError(f"the package is removed, {left} is not")


def in_root(log, root, *command):
    script = 'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
    log.run("unshare", "--mount", "sh", "-c", script, root, *command)


@contextmanager
def writable(*layers):
    """Folders laid over each other, the first on top; what is written goes elsewhere."""
    with tempfile.TemporaryDirectory() as place:
        merged, upper, work = (Path(place) / name for name in ("merged", "upper", "work"))
        for folder in (merged, upper, work):
            folder.mkdir()
        lower = ":".join(map(str, layers))
        subprocess.run(["mount", "-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}",
                        "overlay", merged], check=True)
        try:
            yield merged
        finally:
            subprocess.run(["umount", merged], check=True)
