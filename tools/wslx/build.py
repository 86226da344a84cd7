# SPDX-License-Identifier: GPL-2.0-only
"""User space: what Meson builds and installs, natively and for Windows."""

import os
import subprocess

import capnp
from cache import CACHE, CHECKOUT, digest, locked
from progress import Log, WslxError, say

CROSS_FILE = CHECKOUT / "tools" / "wslx" / "mingw.ini"
KINDS = {"native": [], "windows": ["--cross-file", CROSS_FILE]}


def install(kind, target):
    """Builds what is not up to date and installs all of it below `target`."""
    folder = build_folder(kind)
    with locked(folder.with_suffix(".lock")):
        log = Log(CACHE / "logs" / f"meson-{kind}.log")
        _build(kind, folder, log)
        log.run("meson", "install", "-C", folder, "--no-rebuild", "--quiet", "--destdir", target,
                env=_environment(kind), what=f"installing the {kind} programs")


def program(path):
    """One of what is built for this host, by its path in the build folder; brought up to date."""
    folder = build_folder("native")
    with locked(folder.with_suffix(".lock")):
        _build("native", folder, Log(CACHE / "logs" / "meson-native.log"))
    return folder / path


def build_folder(kind):
    """One incremental build folder for each checkout."""
    return CACHE / f"build-{kind}-{digest(CHECKOUT.as_posix(), os.environ['WSLX_ROOT'])}"


def _build(kind, folder, log):
    environment = _environment(kind)
    if not (folder / "build.ninja").exists():
        say(f"==> user space ({kind}), first build ...")
        log.run("meson", "setup", "--prefix=/usr", "--buildtype=debugoptimized", *KINDS[kind], folder, CHECKOUT,
                env=environment, what=f"configuring the {kind} build")
    log.run("ninja", "-C", folder, env=environment, what=f"building the {kind} programs")


def _environment(kind):
    prefix = capnp.prefix()
    environment = {**os.environ, "PATH": f"{prefix}/native/bin:{os.environ['PATH']}"}
    if kind == "native":  # the cross file has the other one
        environment["PKG_CONFIG_PATH"] = f"{prefix}/native/lib/pkgconfig"
    return environment


def unit_tests():
    """Runs `meson test`; its folder, where the log of each test is."""
    folder = build_folder("native")
    with locked(folder.with_suffix(".lock")):
        _build("native", folder, Log(CACHE / "logs" / "meson-native.log"))
    done = subprocess.run(["meson", "test", "-C", folder, "--no-rebuild", "--quiet", "--no-suite", "guest"],
                          env=_environment("native"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if done.returncode > 127:
        raise WslxError(f"meson test: status {done.returncode}")
    return folder / "meson-logs" / "testlog.json"
