# SPDX-License-Identifier: GPL-2.0-only
"""./wslx fuzz: the fuzzer of the ABI on the debug kernel, and how much of kmod/ it reaches."""

import argparse
import io
import re
import sys
import tarfile
from pathlib import Path

import coverage
import kernel
from cache import CHECKOUT
from tap import FAILED, PASSED, Test
from vm import Vm, host_path

FUZZER = "/usr/libexec/nxia/nxia-fuzz"
CORPUS = "/usr/libexec/nxia/fuzz/corpus"
REACHED = "/tmp/reached"
NEW = "/tmp/new"
SUITE_SECONDS = {"plain": 20, "debug": 90, "kcsan": 40}
SUITE_LEAST = 90  # percent of the lines
SLACK = 300  # seconds, for the corpus and for what is under way when the time is over
SUMMARY = re.compile(r"^executions (\d+) calls (\d+) .*$", re.MULTILINE)
REQUEST = re.compile(r"#define (NXIA_IOC_\w+)\s+(?:\\\s*)?_IO")


def suite(guest):
    """The fuzzer of the ABI, for a while; on the debug kernel also how much of kmod/ it reached."""
    yield from described()
    seconds = SUITE_SECONDS[guest.variant]
    result = fuzz(guest, seconds)
    summary = SUMMARY.findall(result.out.decode(errors="replace"))
    executions, calls = map(int, summary[-1]) if summary else (0, 0)
    yield Test(f"{executions:,} programs of {calls:,} calls in {seconds} s found nothing",
               FAILED if result.status else PASSED, (result.out + result.err).decode(errors="replace"))
    if guest.variant == "debug" and not result.status:
        yield _reached(guest)


def _reached(guest):
    files = measure(guest)
    reached, lines, *_ = coverage.total(files)
    enough = reached * 100 >= lines * SUITE_LEAST
    return Test(f"{_told(files)}; at least {SUITE_LEAST} % of the lines", PASSED if enough else FAILED,
                "\n".join(coverage.unreached(files, CHECKOUT / "kmod")))


def _told(files):
    reached, lines, reached_blocks, blocks = coverage.total(files)
    return (f"reached {reached} of {lines} lines of kmod/ that begin a block ({100 * reached / max(lines, 1):.1f} %), "
            f"{reached_blocks} of {blocks} blocks")


def described():
    """Each ioctl of the header is one that the fuzzer and the syzlang description have."""
    header = (CHECKOUT / "kmod/include/uapi/linux/nxia.h").read_text()
    folder = CHECKOUT / "ktests/fuzz"
    texts = {name: (folder / name).read_text() for name in ("calls.c", "dev_nxia.txt")}
    for request in REQUEST.findall(header):
        missing = [name for name, text in texts.items() if not re.search(rf"\b{request}\b", text)]
        yield Test(f"{request} is described", FAILED if missing else PASSED, f"not in {', '.join(missing)}")


def fuzz(guest, seconds, *arguments, **streams):
    """Runs the fuzzer; with a label on request, which the module for tests gives."""
    guest.run("modprobe", "nxia_lsm_label")
    guest.run("mkdir", "-p", NEW)
    result = guest.run(FUZZER, "--corpus", CORPUS, "--seconds", str(seconds), "--coverage", REACHED, *arguments,
                       timeout=seconds + SLACK, **streams)
    guest.run("/usr/sbin/rmmod", "nxia_lsm_label")
    return result


def measure(guest):
    """What the last run reached: {file name: coverage.File}.

    Without the LSM's decisions, which are about all system calls of labelled tasks: the suite labels tries these.
    """
    reached = {int(line, 16) for line in guest.run("cat", REACHED).out.split()}
    files = coverage.measure(kernel.module(guest.variant, guest.base) / "kmod" / "nxia.ko", reached)
    return {name: file for name, file in files.items() if not name.startswith("lsm")}


def add_options(parser):
    parser.add_argument("--seconds", type=_number, default=3600, metavar="N", help="how long (3600)")
    parser.add_argument("--seed", type=_number, default=1, metavar="S", help="of the random numbers (1)")
    parser.add_argument("--write", metavar="DIR", help="a folder for the programs that reach what the corpus does not")


def _number(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number")
    return int(text)


def run(options):
    """./wslx fuzz"""
    with Vm(debug=True, services=False) as guest:
        result = fuzz(guest, options.seconds, "--seed", str(options.seed), "--write", NEW,
                      out=sys.stdout.buffer, err=sys.stderr.buffer)
        if options.write:
            _fetch(guest, Path(host_path(options.write)))
        if not result.status:
            _tell(measure(guest))
        guest.check_leaks()
        guest.check_kernel_log()
    return result.status


def _tell(files):
    for line in coverage.table(files):
        print(line)
    for line in coverage.unreached(files, CHECKOUT / "kmod"):
        print(f"not reached: {line}")
    print(_told(files), flush=True)


def _fetch(guest, folder):
    folder.mkdir(parents=True, exist_ok=True)
    archive = io.BytesIO(guest.run("tar", "-cC", NEW, ".").out)
    tarfile.open(fileobj=archive).extractall(folder, filter="data")
