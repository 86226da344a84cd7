# SPDX-License-Identifier: GPL-2.0-only
"""What wslx promises about itself: statuses, streams, copies, bad input, kernel reports."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cache import CHECKOUT
from tap import run_tests

MAIN = CHECKOUT / "tools" / "wslx" / "main.py"
MODULE_ONLY = ["vm", "--no-programs", "--no-services"]


def wslx(*arguments):
    return subprocess.run([sys.executable, MAIN, *arguments], capture_output=True, stdin=subprocess.DEVNULL)


def last_line(output):
    return output.decode(errors="replace").strip().splitlines()[-1]


def unknown_suite():
    done = wslx("test", "nosuch")
    assert done.returncode == 2, done
    assert done.stderr.decode().splitlines() == ["wslx: unknown suite 'nosuch' (./wslx test --list)"], done.stderr


def list_names_suites():
    done = wslx("test", "--list")
    names = {line.split()[0] for line in done.stdout.decode().splitlines()}
    assert done.returncode == 0 and {"unit", "kunit", "selftests", "lint", "e2e", "harness"} <= names, done


def unknown_option():
    done = wslx("vm", "--nosuch", "--", "true")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done


def missing_command():
    done = wslx("vm", "--no-services", "--")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done


def bad_number():
    done = wslx("vm", "--smp", "0", "--", "true")
    assert done.returncode == 2 and b"--smp" in done.stderr, done


def missing_copy():
    done = wslx(*MODULE_ONLY, "--copy", "/nosuch/file", "--", "true")
    assert done.returncode == 2 and b"--copy /nosuch/file: no such file or folder" in done.stderr, done


def no_debug_kernel_of_debian():
    done = wslx("vm", "--kernel", "stock", "--debug", "--", "true")
    assert done.returncode == 2 and b"no debug kernel" in done.stderr, done


def bench_without_a_way_to_measure():
    done = wslx("bench")
    assert done.returncode == 2 and b"--icount --native" in done.stderr, done


def bench_in_two_ways():
    done = wslx("bench", "--icount", "--native")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done


def bench_to_nowhere():
    done = wslx("bench", "--native", "--json", "/nosuch/file")
    assert done.returncode == 2 and b"--json /nosuch/file: no such folder" in done.stderr, done


def bench_of_an_unknown_scenario():
    done = wslx("bench", "--native", "--scenario", "nosuch")
    assert done.returncode == 2 and b"nosuch" in done.stderr, done


def status_and_streams_are_relayed():
    done = wslx(*MODULE_ONLY, "--", "sh", "-c", r"printf 'a\000\377\r\nb'; echo oops >&2; exit 42")
    assert done.returncode == 42, done
    assert done.stdout == b"a\0\xff\r\nb", done.stdout
    assert last_line(done.stderr) == "oops", done.stderr


def much_output_is_whole():
    done = wslx(*MODULE_ONLY, "--", "sh", "-c", "head -c 8000000 /dev/zero | tr '\\0' x; echo end")
    assert done.returncode == 0 and done.stdout == b"x" * 8000000 + b"end\n", (done.returncode, len(done.stdout))


def unknown_program():
    done = wslx(*MODULE_ONLY, "--", "nosuch-program")
    assert done.returncode == 127 and b"nosuch-program" in done.stderr, done


def copies_arrive():
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        (tree / "deep").mkdir(parents=True)
        (tree / "deep" / "file").write_bytes(b"content\0")
        # The host's root is at /host in the build root; wslx takes paths of the host.
        os.environ["WSLX_DIR"] = folder
        done = subprocess.run([sys.executable, MAIN, *MODULE_ONLY, "--copy", str(tree), "--", "cat", "/host/tree/deep/file"],
                              capture_output=True, env={**os.environ, "WSLX_HOST": "/"})
    assert done.returncode == 0 and done.stdout == b"content\0", done


def panic_fails_the_run():
    done = wslx(*MODULE_ONLY, "--", "sh", "-c", "echo c >/proc/sysrq-trigger; sleep 60")
    assert done.returncode == 121 and b"sysrq triggered crash" in done.stderr, done


def reset_is_no_success():
    done = wslx(*MODULE_ONLY, "--", "sh", "-c", "echo b >/proc/sysrq-trigger; sleep 60")
    assert done.returncode == 122, done


def time_limit():
    done = wslx(*MODULE_ONLY, "--timeout", "2", "--", "sleep", "600")
    assert done.returncode == 124 and b"time limit" in done.stderr, done


TESTS = [
    unknown_suite, list_names_suites, unknown_option, missing_command, bad_number, missing_copy, no_debug_kernel_of_debian,
    bench_without_a_way_to_measure, bench_in_two_ways, bench_to_nowhere, bench_of_an_unknown_scenario,
    status_and_streams_are_relayed, much_output_is_whole, unknown_program, copies_arrive, panic_fails_the_run,
    reset_is_no_success, time_limit,
]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
