# SPDX-License-Identifier: GPL-2.0-only
"""The cache: every artefact in a folder named by a hash of what produced it.

An artefact is built beside its place and renamed into it, under a lock of its own.
So a run that finds the folder finds all of it; a run that was killed leaves only a
'.part', which the next one removes.
"""

import fcntl
import hashlib
import inspect
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from progress import Log, step

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ["WSLX_CACHE"])
KEY_LENGTH = 16
KEPT = 3  # versions of each artefact; a developer goes to and fro between a few
_in_use = {}  # place -> its lock, which is held until this process ends


def digest(*parts):
    """A short hash over strings, files, and folders (their files by name and content)."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            total.update(_digest_tree(part))
        else:
            total.update(hashlib.sha256(str(part).encode()).digest())
    return total.hexdigest()[:KEY_LENGTH]


def _digest_tree(path):
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.relative_to(path)}\0{file.stat().st_mode & 0o111}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.digest()


@contextmanager
def locked(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def artefact(name, inputs, build, title):
    """The folder of artefact `name`, built by `build(folder, log)` when it is not there.

    `inputs` are strings, files and folders that decide the content; the source of `build` is one more.
    The folder stays as long as this process lives, whatever others prune.
    """
    key = digest(inspect.getsource(build), *inputs)
    place = CACHE / f"{name}-{key}"
    lock = _in_use.get(place) or place.with_name(f"{place.name}.lock").open("w")
    _in_use[place] = lock
    fcntl.flock(lock, fcntl.LOCK_SH)
    if not place.is_dir():
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            _build(name, place, build, title)
        fcntl.flock(lock, fcntl.LOCK_SH)
    os.utime(place)
    return place


def _build(name, place, build, title):
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    with step(title):
        build(part, Log(CACHE / "logs" / f"{name}.log"))
    part.rename(place)
    prune(f"{name}-{'?' * KEY_LENGTH}", KEPT, lambda old: old.with_name(f"{old.name}.lock"))


def prune(pattern, kept, lock_of):
    """Removes the folders least recently used, but for the `kept` newest and those in use."""
    folders = sorted((CACHE).glob(pattern), key=lambda folder: folder.stat().st_mtime)
    for old in folders[:-kept]:
        handle = os.open(lock_of(old), os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(handle)


def mount_at(place, fixed):
    """Shows an artefact where its path does not depend on its key, for those who record paths.

    Such are ccache, pkg-config files and kernel build folders. The mount is private to this run (root.sh).
    """
    fixed = Path(fixed)
    if not os.path.ismount(fixed):
        fixed.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", place, fixed], check=True)
    return fixed
