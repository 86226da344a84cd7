#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The sub-commands of wslx, inside the build root. Started by root.sh."""

import argparse
import ctypes
import os
import signal
import subprocess
import sys

from progress import USAGE, WslxError, say, shell_status

PR_SET_PDEATHSIG = 1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        raise WslxError(f"{message} (./wslx {self.prog} --help)", USAGE)


def command_vm(arguments):
    import vm
    parser = Parser("vm", usage="./wslx vm [OPTION]... -- CMD...",
                    description="Boots a guest, runs CMD in it as root, exits with its status.")
    vm.add_options(parser)
    parser.add_argument("command", nargs="+", metavar="CMD")
    return vm.run_once(parser.parse_args(arguments))


def command_test(arguments):
    import test
    parser = Parser("test", usage="./wslx test [OPTION]... [SUITE...]")
    parser.add_argument("--list", action="store_true", help="name the suites and end")
    parser.add_argument("--on", action="append", choices=test.GUESTS, help="only in this kernel's guest")
    parser.add_argument("--all", action="store_true", help="on all kernels, and the builds for them")
    parser.add_argument("--seconds", type=int, help=f"how long each race runs ({test.RACE_SECONDS})")
    parser.add_argument("suite", nargs="*")
    options = parser.parse_args(arguments)
    return test.list_suites() if options.list else test.run(options)


def command_demo(arguments):
    import demo
    parser = Parser("demo", usage="./wslx demo [--keep]")
    parser.add_argument("--keep", action="store_true", help="leave the guest up at the end")
    return demo.run(parser.parse_args(arguments))


def command_fuzz(arguments):
    import fuzz
    parser = Parser("fuzz", usage="./wslx fuzz [OPTION]...",
                    description="Runs the fuzzer of the ABI on the debug kernel and tells what it reached.")
    fuzz.add_options(parser)
    return fuzz.run(parser.parse_args(arguments))


def command_bench(arguments):
    import bench
    parser = Parser("bench", usage="./wslx bench (--icount | --native) [OPTION]...",
                    description="Measures NXIA and its peers side by side, and prints a table.")
    bench.add_options(parser)
    return bench.run(parser.parse_args(arguments))


def command_pack(arguments):
    import pack
    parser = Parser("pack", usage="./wslx pack dkms")
    parser.add_argument("what", choices=["dkms"])
    parser.parse_args(arguments)
    return pack.run()


def command_shell(arguments):
    os.chdir(os.environ["WSLX_CHECKOUT"])
    command = arguments or ["/bin/bash", "-i"]
    try:
        return shell_status(subprocess.run(command).returncode)
    except FileNotFoundError:
        raise WslxError(f"shell: no command '{command[0]}' in the build root", 127) from None


COMMANDS = {
    "vm": command_vm, "test": command_test, "demo": command_demo, "fuzz": command_fuzz,
    "bench": command_bench, "pack": command_pack, "shell": command_shell,
}


def terminated(number, _frame):
    """The first signal unwinds like Ctrl-C; later ones find the unwinding at work."""
    for each in STOPPING:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


def dispatch():
    for each in STOPPING:
        signal.signal(each, terminated)
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except WslxError as error:
        say(f"wslx: {error}")
        return error.status


def main():
    """Works in namespaces of its own: when that process ends, by whatever signal, so does all it started."""
    os.unshare(os.CLONE_NEWPID | os.CLONE_NEWNS)
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
        return dispatch()
    for each in STOPPING:
        signal.signal(each, lambda number, _frame: os.kill(child, number))
    return shell_status(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    sys.exit(main())
