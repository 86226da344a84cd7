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
