# SPDX-License-Identifier: GPL-2.0-only
"""What Debian testing lends to the trixie root: single packages, by apt and its signatures."""

import re
from pathlib import Path

from cache import CACHE, artefact, locked

TESTING_LIST = Path("/etc/apt/sources.list.d/testing.list")


def update(log):
    """Refreshes the root's package index; apt allows one at a time."""
    with locked(CACHE / "apt.lock"):
        log.run("apt-get", "update", what="apt-get update (is there a network?)")


def mirror():
    return re.search(r"^deb-src .*?(http\S+)", TESTING_LIST.read_text(), re.MULTILINE).group(1)


def vhost_device_vsock():
    """The program that gives a guest a true AF_VSOCK on hosts without vhost_vsock."""

    def build(folder, log):
        update(log)
        log.run("apt-get", "download", "vhost-device-vsock/testing", cwd=folder, what="downloading vhost-device-vsock")
        log.run("dpkg-deb", "-x", next(folder.glob("*.deb")), folder)

    return artefact("vsock", [], build, "vhost-device-vsock") / "usr/bin/vhost-device-vsock"


def herd7():
    """The command that runs herd7, with the C library that it is linked to: trixie's is older."""
    libraries = Path("usr/lib/x86_64-linux-gnu")

    def build(folder, log):
        update(log)
        log.run("apt-get", "download", "herdtools7/testing", "libc6/testing", cwd=folder, what="downloading herdtools7")
        for package in list(folder.glob("*.deb")):
            log.run("dpkg-deb", "-x", package, folder)
            package.unlink()
        for unused in set((folder / "usr/bin").iterdir()) - {folder / "usr/bin/herd7"}:
            unused.unlink()

    place = artefact("herd7", [], build, "herd7")
    return (place / libraries / "ld-linux-x86-64.so.2", "--library-path", f"{place / libraries}:/{libraries}",
            place / "usr/bin/herd7", "-set-libdir", place / "usr/share/herdtools7/herd")
