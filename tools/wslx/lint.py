# SPDX-License-Identifier: GPL-2.0-only
"""The lint suite: checkpatch, sparse, clang-format, and the reference against the header."""

import re
import subprocess
import tempfile

import abidoc
import kernel
import lockdoc
import ynl
from cache import CACHE, CHECKOUT
from progress import Log
from tap import FAILED, PASSED, Test

KERNEL_FOLDERS = ("kmod", "ktests/kunit")
COMPAT_TYPES = "LINUX_VERSION_CODE,CONSTANT_COMPARISON"  # to ask for the kernel's version is what compat.h is for
# A table that is included several times, each time with other macros for its lines, looks wrong to checkpatch.
TABLE_TYPES = ("MACRO_ARG_UNUSED,MACRO_ARG_PRECEDENCE,MACRO_ARG_REUSE,TRAILING_SEMICOLON,COMPLEX_MACRO,LINE_SPACING,"
               "MEMORY_BARRIER,ENOSYS")
EXCUSED = {
    "compat.h": COMPAT_TYPES,
    "lsm.c": TABLE_TYPES,
    "lsm_ops.h": TABLE_TYPES,
    "0011-security-nxia-labels-in-blobs-decisions-in-a-module.patch": f"{TABLE_TYPES},{COMPAT_TYPES}",
}
THREATS = CHECKOUT / "docs/threat-model.md"
CHANNELS = "| rows of the leak test |"
NO_CHANNELS = CHECKOUT / "ktests/labels/closed.c"
FORMATTED_FOLDERS = ("libportal", "services", "shim-win", "tools", "tests")
FORMATTED_SUFFIXES = (".cpp", ".h", ".c")


def run():
    """checkpatch --strict and sparse on kernel code, clang-format on the rest; the documents."""
    yield from checkpatch()
    yield sparse()
    yield from clang_format()
    yield from documents()


def files_in(folders, suffixes):
    return [path for folder in folders for path in sorted((CHECKOUT / folder).rglob("*")) if path.suffix in suffixes]


def checkpatch():
    for folder in KERNEL_FOLDERS:
        # checkpatch knows an ABI header by its path: include/uapi/, from where the headers start.
        for path in files_in([folder], (".c", ".h")):
            yield _checkpatch(path, CHECKOUT / folder, "--no-tree", "--file", path.relative_to(CHECKOUT / folder))
    for path in sorted((CHECKOUT / "kernel-patches").rglob("*.patch")):
        yield _checkpatch(path, kernel.source(), path)


def _checkpatch(path, folder, *arguments):
    if path.name in EXCUSED:
        arguments = ("--ignore", EXCUSED[path.name], *arguments)
    return _run(f"checkpatch {path.relative_to(CHECKOUT)}", kernel.source() / "scripts/checkpatch.pl", "--strict", "--terse",
                "--show-types", "--no-summary", "--quiet", *arguments, cwd=folder)


def sparse():
    """Compiles the module once more with sparse looking on."""
    log = Log(CACHE / "logs" / "sparse.log")
    module = kernel.module("plain")
    log.run("make", "-C", kernel.build_folder("plain"), f"M={module / 'kmod'}", "C=2", "CF=-D__CHECK_ENDIAN__", "modules",
            what="sparse")
    found = [line for line in log.path.read_text().splitlines() if re.search(r": (warning|error):", line)]
    return Test("sparse kmod", FAILED if found else PASSED, "\n".join(found))


def clang_format():
    for path in files_in(FORMATTED_FOLDERS, FORMATTED_SUFFIXES):
        yield _run(f"clang-format {path.relative_to(CHECKOUT)}", "clang-format", "--dry-run", "-Werror", path)


def documents():
    """The reference, the locks and the manual page; kernel-doc as the kernel's own parser reads it."""
    same = (CHECKOUT / "docs/abi.md").read_text() == abidoc.generate(abidoc.HEADER.read_text())
    yield Test("docs/abi.md is what the header says", PASSED if same else FAILED, "run tools/wslx/abidoc.py >docs/abi.md")
    lost = lockdoc.differences()
    yield Test("docs/locking.md has the locks of kmod", FAILED if lost else PASSED, "\n".join(lost))
    lost = list(ynl.differences())
    yield Test("kmod/nxia.yaml has the constants of the header", FAILED if lost else PASSED, "\n".join(lost))
    lost = ynl.stale()
    yield Test("kmod/nxia_nl.[ch] are what kmod/nxia.yaml says", FAILED if lost else PASSED,
               f"run ./wslx shell tools/wslx/ynl.py; stale: {', '.join(lost)}")
    yield channels()
    yield _run("kernel-doc nxia.h", kernel.source() / "scripts/kernel-doc", "-none", "-Wall", abidoc.HEADER)
    yield _run("mandoc nxia.4", "mandoc", "-T", "lint", "-W", "warning", CHECKOUT / "docs/nxia.4")


def channels():
    """The table of channels names the rows of the leak test, all of them and no others."""
    tested = set()
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted(set((CHECKOUT / "ktests/labels").glob("*.c")) - {NO_CHANNELS}):
            program = f"{folder}/{source.stem}"
            subprocess.run(["gcc", "-std=gnu17", "-D_GNU_SOURCE", f"-I{CHECKOUT}/kmod/include/uapi",
                            f"-I{CHECKOUT}/ktests/selftests", "-o", program, source], check=True)
            tested |= set(subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.splitlines())
    told = set()
    for line in THREATS.read_text().split(CHANNELS)[1].splitlines():
        if cell := re.fullmatch(r"\|.*\| (.+): (.+) \|", line):
            told |= {f"{cell[1]}: {name}" for name in cell[2].split("; ")}
        elif told:
            break
    wrong = [f"not told: {name}" for name in sorted(tested - told)] + [f"not tested: {name}" for name in sorted(told - tested)]
    return Test("docs/threat-model.md has the rows of the leak test", FAILED if wrong else PASSED, "\n".join(wrong))


def _run(name, *command, cwd=None):
    """Passes if the command succeeds and says nothing."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    report = (done.stdout + done.stderr).strip()
    return Test(name, FAILED if done.returncode or report else PASSED, report)
