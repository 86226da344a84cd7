# SPDX-License-Identifier: GPL-2.0-only
"""How the guest's processors are run: KVM where it can boot our kernel, else TCG.

/dev/kvm may be there and yet fail (nested, paravirtual), so one bounded boot decides,
and the answer is kept until the host boots again.
"""

import os
import subprocess
from pathlib import Path

from cache import CACHE, locked

TRY_SECONDS = 20


def arguments(icount, cpu, bz_image):
    """(QEMU arguments, a name for people)"""
    if icount:
        return ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-cpu", cpu], "TCG, icount"
    if kvm_works(bz_image):
        return ["-accel", "kvm", "-cpu", "host"], "KVM"
    return ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", cpu], "TCG"


def kvm_works(bz_image):
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    answer = CACHE / f"kvm-{boot}"
    with locked(CACHE / "kvm.lock"):
        if not answer.exists():
            answer.write_text("yes" if _kvm_boots(bz_image) else "no")
        return answer.read_text() == "yes"


def _kvm_boots(bz_image):
    """Without a root the kernel panics, and that it gets there is all that is asked."""
    command = ["qemu-system-x86_64", "-accel", "kvm", "-cpu", "host", "-m", "256", "-nodefaults",
               "-no-reboot", "-display", "none", "-serial", "stdio", "-kernel", str(bz_image),
               "-append", "console=ttyS0 panic=-1"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=TRY_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return b"Kernel panic - not syncing: VFS" in done.stdout
