# SPDX-License-Identifier: GPL-2.0-only
"""The stacking suite: other LSMs beside NXIA, and Landlock's own tests with it and without."""

import kernel
import tap
from cache import artefact
from tap import FAILED, PASSED, Test
from vm import Vm

OTHERS = ("landlock", "yama", "apparmor", "bpf")
LANDLOCK_TESTS = ("base_test", "fs_test", "net_test", "ptrace_test", "scoped_abstract_unix_test", "scoped_signal_test")
SECONDS = 900
COMPLAIN = "/sys/module/apparmor/parameters/mode"


def run():
    """Landlock, Yama, AppArmor (complain) and BPF beside NXIA: all boot, and Landlock's own tests end as without."""
    with_nxia = yield from stacked("landlock", "yama", "apparmor", "nxia", "bpf")
    without = yield from stacked(*OTHERS)
    yield from same(without, with_nxia)
    for other in OTHERS:
        yield from stacked(other, "nxia", tests=())


def stacked(*names, tests=LANDLOCK_TESTS):
    """Boots with these LSMs; the outcomes of Landlock's tests, by name."""
    folder = landlock_tests()
    title = "+".join(names)
    with Vm(wide=True, services=False, programs=False, more=["lsm=" + ",".join(names), "apparmor.mode=complain"],
            copies=[folder] if tests else []) as guest:
        active = guest.run("cat", "/sys/kernel/security/lsm").out.decode().strip().split(",")
        missing = [name for name in names if name not in active]
        yield Test(f"{title}: boots", FAILED if missing else PASSED, f"active: {active}")
        if "apparmor" in names:
            mode = guest.run("cat", COMPLAIN).out.decode().strip()
            yield Test(f"{title}: AppArmor complains", PASSED if mode == "complain" else FAILED, mode)
        outcomes = {}
        for name in tests:
            result = guest.shell(f"cd /host/{folder.name} && ./{name}", timeout=SECONDS)
            found = tap.parse(result.out.decode(errors="replace"), name)
            outcomes |= {test.name: test.outcome for test in found}
        guest.check_kernel_log()
    return outcomes


def same(without, with_nxia):
    for name in sorted(without | with_nxia):
        before, after = without.get(name), with_nxia.get(name)
        yield Test(f"landlock: {name}: {before}", PASSED if before == after else FAILED, f"with nxia: {after}")


def landlock_tests():
    """The kernel's tests of Landlock, static."""
    tree = kernel.source()
    sources = tree / "tools/testing/selftests/landlock"

    def build(folder, log):
        headers = folder / "headers"
        log.run("make", "-C", tree, f"O={headers}", "defconfig")
        log.run("make", "-C", tree, f"O={headers}", "headers", what="installing the kernel's headers")
        for name in (*LANDLOCK_TESTS, "true"):
            log.run("gcc", "-O2", "-static", "-isystem", headers / "usr/include", "-D_GNU_SOURCE=",
                    "-o", folder / name, sources / f"{name}.c", "-lcap", "-lpthread", what=f"compiling Landlock's {name}")
        log.run("rm", "-r", headers)

    return artefact("landlock", [tree / "Makefile", sources, *LANDLOCK_TESTS], build, "Landlock's tests")
