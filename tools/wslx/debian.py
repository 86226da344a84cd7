# SPDX-License-Identifier: GPL-2.0-only
"""What other releases of Debian lend to the trixie root: single packages, by apt and its signatures."""

import re
import subprocess
from pathlib import Path

from cache import CACHE, artefact, locked
from progress import WslxError

TESTING_LIST = Path("/etc/apt/sources.list.d/testing.list")


def update(log):
    """Refreshes the root's package index; apt allows one at a time."""
    with locked(CACHE / "apt.lock"):
        log.run("apt-get", "update", what="apt-get update (is there a network?)")


def mirror():
    return re.search(r"^deb-src .*?(http\S+)", TESTING_LIST.read_text(), re.MULTILINE).group(1)


def unpack(folder, log, *packages):
    """Downloads packages, named as apt-get does, and unpacks them into `folder`."""
    log.run("apt-get", "download", *packages, cwd=folder, what=f"downloading {' '.join(packages)}")
    for package in list(folder.glob("*.deb")):
        log.run("dpkg-deb", "-x", package, folder)
        package.unlink()


def unpack_kernel(folder, log, package, version):
    """Unpacks the newest kernel package of a version that starts so, and the kernel packages that it needs."""
    update(log)
    unpack(folder, log, *kernel_packages(package, version))


def kernel_packages(name, version):
    """NAME=VERSION of each. A package such as linux-source depends on the one with a number in its name."""
    shown = subprocess.run(["apt-cache", "show", name], capture_output=True, text=True).stdout
    records = [dict(re.findall(r"^(\S+): (.*)$", record, re.MULTILINE)) for record in shown.split("\n\n")]
    found = next((record for record in records if record.get("Version", "").startswith(version)), None)
    if found is None:
        raise WslxError(f"the Debian mirror has no {name} {version}")
    packages = [f"{name}={found['Version']}"]
    for dependency in found.get("Depends", "").split(", "):
        if needed := re.match(r"(linux-(?:headers|image|kbuild|source)-[^ ]+)(?: \(>?= ([^)]+)\))?", dependency):
            packages += kernel_packages(needed[1], needed[2] or "")
    return packages


def vhost_device_vsock():
    """The program that gives a guest a true AF_VSOCK on hosts without vhost_vsock."""

    def build(folder, log):
        update(log)
        unpack(folder, log, "vhost-device-vsock/testing")

    return artefact("vsock", [], build, "vhost-device-vsock") / "usr/bin/vhost-device-vsock"


def herd7():
    """The command that runs herd7, with the C library that it is linked to: trixie's is older."""
    libraries = Path("usr/lib/x86_64-linux-gnu")

    def build(folder, log):
        update(log)
        unpack(folder, log, "herdtools7/testing", "libc6/testing")
        for unused in set((folder / "usr/bin").iterdir()) - {folder / "usr/bin/herd7"}:
            unused.unlink()

    place = artefact("herd7", [], build, "herd7")
    return (place / libraries / "ld-linux-x86-64.so.2", "--library-path", f"{place / libraries}:/{libraries}",
            place / "usr/bin/herd7", "-set-libdir", place / "usr/share/herdtools7/herd")
