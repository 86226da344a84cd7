# SPDX-License-Identifier: GPL-2.0-only
"""The parts of wslx that judge: kernel logs, TAP, kernel options, checksums, the cache."""

import shutil
import sys
import tempfile
from pathlib import Path

import cache
import capnp
import kernel
import report
import tap
from progress import WslxError
from tap import FAILED, PASSED, SKIPPED, run_tests


def error_of(action, *arguments):
    try:
        action(*arguments)
    except WslxError as error:
        return str(error)
    raise AssertionError("no error")


def outcomes(text):
    return [test.outcome for test in tap.parse(text, "t")]


def kernel_reports_are_found():
    for line in ("WARNING: CPU: 0 PID: 1 at kernel/x.c:1 f+0x1/0x2", "WARNING: x.c:1 at f+0x1/0x2, CPU#0: a/1", "BUG: KASAN: slab-use-after-free in f",
                 "WARNING: possible circular locking dependency detected", "UBSAN: shift-out-of-bounds in a.c",
                 "WARNING: suspicious RCU usage", "unreferenced object 0xffff888 (size 8):",
                 "BUG: sleeping function called from invalid context at a.c:1", "Oops: general protection fault",
                 "INFO: task x:1 blocked for more than 120 seconds.", "Kernel panic - not syncing: x",
                 "BUG: KCSAN: data-race in f / nxia_g [nxia]"):
        found = report.find(f"fine\n[    1.0] {line}\nmore")
        assert found == [f"[    1.0] {line}", "more"], line


def quiet_kernel_logs_pass():
    assert report.find("[    0.1] Booting\n[    0.2] nxia: loaded\n[    0.3] DEBUG: fine\n") == []
    assert report.find("[    0.4] BUG: KCSAN: data-race in ext4_f / ext4_g\n") == []


def tap_counts_each_test():
    assert outcomes("1..3\nok 1 - a\nok 2 - b # SKIP no reason\nnot ok 3 - c\n") == [PASSED, SKIPPED, FAILED]


def tap_that_ends_early_fails():
    assert outcomes("1..3\nok 1 - a\n") == [PASSED, FAILED]


def tap_without_a_plan_fails():
    assert outcomes("Segmentation fault\n") == [FAILED]


def ktap_counts_the_innermost():
    text = ("KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n    1..2\n    ok 1 a\n    not ok 2 b\n"
            "not ok 1 s\n")
    assert outcomes(text) == [PASSED, FAILED]


def ktap_with_a_suite_that_ends_early_fails():
    text = "    1..2\n    ok 1 a\nok 1 s\n    1..1\n    ok 1 b\nok 2 t\n"
    assert outcomes(text) == [PASSED, PASSED, FAILED]


def lost_kernel_options_are_named():
    wanted = "CONFIG_A=y\nCONFIG_B=m\nCONFIG_C=n\nCONFIG_D=n\n"
    message = error_of(kernel.check_config, wanted, "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n# CONFIG_D is not set\n")
    assert message.endswith(": CONFIG_B=m (is y), CONFIG_C=n (is y)"), message


def a_wrong_checksum_is_refused():
    with tempfile.NamedTemporaryFile() as file:
        assert "is not the pinned" in error_of(capnp.check, Path(file.name), "0" * 64)


def artefacts_are_built_once_and_whole():
    built = []

    def build(folder, _log):
        built.append(folder)
        (folder / "file").write_text("content")
        if len(built) == 1:
            raise WslxError("half-way")

    key = tempfile.mktemp(prefix="", dir="")
    assert error_of(cache.artefact, "selftest", [key], build, "an artefact that fails at first") == "half-way"
    first = cache.artefact("selftest", [key], build, "the same, again")
    second = cache.artefact("selftest", [key], build, "must not be built")
    assert first == second and len(built) == 2 and (first / "file").read_text() == "content"
    shutil.rmtree(first)


TESTS = [
    kernel_reports_are_found, quiet_kernel_logs_pass, tap_counts_each_test, tap_that_ends_early_fails,
    tap_without_a_plan_fails, ktap_counts_the_innermost, ktap_with_a_suite_that_ends_early_fails,
    lost_kernel_options_are_named, a_wrong_checksum_is_refused, artefacts_are_built_once_and_whole,
]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
