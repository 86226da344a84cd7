# SPDX-License-Identifier: GPL-2.0-only
"""Cap'n Proto, newer than trixie's: Debian testing's source, built natively and for Windows."""

import hashlib
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import debian
from cache import artefact, mount_at
from progress import WslxError, say

MINIMUM = (1, 4)  # earlier ones have known holes
# Versions that were looked at, best first. What the mirror's index offers is tried first of all.
PINNED = {
    "1.5.0": "77dbc13ca82d9c87ddb4581dd49559d45b63096433d3dadea08b7f31b360a5ba",
    "1.4.0": "fa02378ad522b318916b9ad928d1372fc9abd43dd1f4f0392e50450f5c87828f",
}
PREFIX = Path("/opt/capnp")
COMMON = [
    "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_INSTALL_LIBDIR=lib", "-DBUILD_TESTING=OFF",
    "-DWITH_OPENSSL=OFF", "-DWITH_ZLIB=OFF", "-DCMAKE_POSITION_INDEPENDENT_CODE=ON",
]
MINGW = [
    "-DCMAKE_SYSTEM_NAME=Windows", "-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc-posix",
    "-DCMAKE_CXX_COMPILER=x86_64-w64-mingw32-g++-posix", "-DCMAKE_RC_COMPILER=x86_64-w64-mingw32-windres",
    "-DCMAKE_FIND_ROOT_PATH=/usr/x86_64-w64-mingw32", "-DEXTERNAL_CAPNP=ON",
]


def prefix():
    """/opt/capnp with native/ and mingw/ in it."""

    def build(folder, log):
        archive = fetch(folder, log)
        log.run("tar", "-xf", archive, "-C", folder)
        source = next(path for path in folder.glob("capnproto*") if path.is_dir())
        for name, options in (("native", []), ("mingw", MINGW)):
            objects = folder / f"build-{name}"
            environment = {"PATH": f"{folder}{PREFIX}/native/bin:/usr/lib/ccache:/usr/bin:/bin:/usr/sbin:/sbin",
                           "CCACHE_DIR": f"{folder.parent}/ccache", "CCACHE_DEPEND": "1", "DESTDIR": str(folder), "HOME": "/root"}
            log.run("cmake", "-S", source, "-B", objects, *COMMON, *options,
                    f"-DCMAKE_INSTALL_PREFIX={PREFIX}/{name}", env=environment,
                    what=f"configuring Cap'n Proto ({name})")
            log.run("ninja", "-C", objects, "install", env=environment, what=f"building Cap'n Proto ({name})")
            log.run("rm", "-rf", objects)
        log.run("rm", "-rf", source)

    place = artefact("capnp", [*PINNED, *PINNED.values(), *COMMON, *MINGW], build,
                     "Cap'n Proto, native and mingw")
    return mount_at(place / PREFIX.relative_to("/"), PREFIX)


def fetch(folder, log):
    """The source archive: what apt offers, else the pinned file of the same mirror."""
    debian.update(log)
    offered = _offered_version()
    archive = _fetch_offered(folder, log, offered) if offered else None
    if archive is None:
        archive = _fetch_pinned(folder)
    return archive


def _offered_version():
    done = subprocess.run(["apt-cache", "showsrc", "--only-source", "capnproto"], capture_output=True, text=True)
    versions = re.findall(r"^Version: ([0-9.]+)", done.stdout, re.MULTILINE)
    numbers = [v for v in versions if as_tuple(v) >= MINIMUM]
    return max(numbers, key=as_tuple, default=None)


def as_tuple(version):
    return tuple(int(part) for part in version.split("."))


def _fetch_offered(folder, log, version):
    try:
        log.run("apt-get", "source", "--download-only", "--tar-only", "capnproto/testing", cwd=folder)
    except WslxError:
        say(f"    Cap'n Proto {version} is in the index of the mirror, its file is not; looking for a pinned one")
        return None
    archive = next(folder.glob("capnproto_*.orig.tar.*"))
    if version in PINNED:
        check(archive, PINNED[version])
        say(f"    Cap'n Proto {version}, checksum as pinned")
    else:
        say(f"    Cap'n Proto {version} is newer than those pinned; taken on the archive's signature")
    return archive


def _fetch_pinned(folder):
    mirror = debian.mirror()
    for version, checksum in PINNED.items():
        name = f"capnproto_{version}.orig.tar.gz"
        try:
            with urllib.request.urlopen(f"{mirror}/pool/main/c/capnproto/{name}", timeout=60) as answer:
                (folder / name).write_bytes(answer.read())
        except urllib.error.URLError:
            continue
        check(folder / name, checksum)
        say(f"    Cap'n Proto {version} from the mirror's pool, checksum as pinned")
        return folder / name
    raise WslxError(f"none of Cap'n Proto {', '.join(PINNED)} can be had from {mirror}")


def check(archive, checksum):
    got = hashlib.sha256(archive.read_bytes()).hexdigest()
    if got != checksum:
        raise WslxError(f"{archive.name}: checksum {got} is not the pinned {checksum}")
