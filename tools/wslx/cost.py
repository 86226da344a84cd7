# SPDX-License-Identifier: GPL-2.0-only
"""The cost suite: what NXIA's LSM costs a system without labels, in instructions of the same kernel."""

import math

from tap import FAILED, PASSED, Test
from vm import Vm

PROGRAM = "/usr/libexec/nxia/nxia-lsm-cost"
LSMS = "landlock,yama,apparmor,nxia,bpf"  # of the wide kernel, as of WSL's
SECONDS = 1800
MOST = 1.02  # of any call
MOST_OF_ALL = 1.01  # their geometric mean
# A page is what a read of a file is measured by. One byte shows the hook alone, and is told only.
TOLD_ONLY = ("read-1",)


def run():
    """Instructions of everyday calls with NXIA among the LSMs and without: +1 % in the mean, none above +2 %."""
    without, having = measure(LSMS.replace(",nxia", "")), measure(LSMS)
    ratios = {name: having[name] / without[name] for name in without}
    for name, ratio in ratios.items():
        good = ratio <= MOST or name in TOLD_ONLY
        yield verdict(f"{name} {without[name]} -> {having[name]}", ratio, good)
    counted = [ratio for name, ratio in ratios.items() if name not in TOLD_ONLY]
    mean = math.prod(counted) ** (1 / len(counted))
    yield verdict("geometric mean", mean, mean <= MOST_OF_ALL)


def measure(lsms):
    # Where things lie decides how many steps a fork takes.
    with Vm(icount=True, wide=True, services=False, more=[f"lsm={lsms}", "norandmaps"]) as guest:
        text = guest.run(PROGRAM, timeout=SECONDS).out.decode()
    return {name: int(count) for name, count in (line.split() for line in text.splitlines())}


def verdict(what, ratio, good):
    told = f"{what}: {100 * (ratio - 1):+.2f} %"
    return Test(told, PASSED if good else FAILED, told)
