# SPDX-License-Identifier: GPL-2.0-only
"""Finds in a kernel log what makes a run fail whatever its command said."""

import re

MARKS = re.compile(
    r"Kernel panic"
    r"|\bOops\b"
    r"|\bBUG: (?!KCSAN: )"
    r"|BUG: KCSAN: .*\[nxia"  # the kernel's own data races are not ours to mend
    r"|kernel BUG at"
    r"|WARNING: CPU:"
    r"|WARNING: \S+:\d+ at "
    r"|WARNING: (possible|inconsistent|suspicious|bad|held|nested|lock|at )"
    r"|INFO: (possible|inconsistent|suspicious|task .* blocked|rcu_|trying to register non-static)"
    r"|UBSAN: "
    r"|general protection fault"
    r"|unable to handle (page fault|kernel)"
    r"|ODEBUG: "
    r"|refcount_t: "
    r"|list_(add|del) corruption"
    r"|unreferenced object 0x"
    r"|kmemleak: .* new suspected")
LINES_SHOWN = 40


def find(log_text):
    """The lines of the first report, or []."""
    lines = log_text.splitlines()
    for number, line in enumerate(lines):
        if MARKS.search(line):
            return lines[number:number + LINES_SHOWN]
    return []
