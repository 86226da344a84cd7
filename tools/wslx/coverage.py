# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of kmod/ were executed, from the addresses that KCOV saw.

GCC calls __sanitizer_cov_trace_pc() in each block. KCOV tells where such a call returned to.
"""

import re
import subprocess
from collections import defaultdict

CALL = re.compile(r"^([0-9a-f]+)\s+[0-9a-f]+\s+R_X86_64_(?:PLT32|PC32)\s+[0-9a-f]+\s+__sanitizer_cov_trace_pc\b")
CALL_OPERAND = 4  # bytes of the call after the place that is relocated
PLACE = re.compile(r"^(?:.*/)?kmod/(\w+\.[ch]):(\d+)")


class File:
    """Blocks of a source file. A line of it is reached when one of its blocks is.

    The others of such a line are most often what an inlined refcount_t or lock does when it finds a bug.
    """

    def __init__(self):
        self.blocks = 0
        self.lines = set()
        self.reached_blocks = 0
        self.reached_lines = set()

    def add(self, line, reached):
        self.blocks += 1
        self.lines.add(line)
        if reached:
            self.reached_blocks += 1
            self.reached_lines.add(line)


def blocks(module):
    """Offset in .text of each block of a module, as KCOV tells it."""
    found, section = set(), ""
    for line in _run("readelf", "-rW", module).splitlines():
        if line.startswith("Relocation section"):
            section = line.split("'")[1]
        elif section == ".rela.text" and (match := CALL.match(line)):
            found.add(int(match[1], 16) + CALL_OPERAND)
    return found


def places(module, offsets):
    """{offset: (file, line)} of kmod/. What was inlined from a header of the kernel counts where it is used."""
    wanted = [f"{offset - 1:#x}" for offset in offsets]
    text = _run("addr2line", "-a", "-i", "-j", ".text", "-e", module, *wanted)
    found, offset = {}, None
    for line in text.splitlines():
        if line.startswith("0x"):
            offset = int(line, 16) + 1
        elif offset not in found and (match := PLACE.match(line)):
            found[offset] = (match[1], int(match[2]))
    return found


def measure(module, reached):
    """{file name: File}"""
    files = defaultdict(File)
    for offset, (name, line) in places(module, sorted(blocks(module))).items():
        files[name].add(line, offset in reached)
    return dict(sorted(files.items()))


def total(files):
    """(lines reached, all lines that begin a block, blocks reached, all blocks)"""
    return tuple(sum(numbers) for numbers in zip(*(_numbers(file) for file in files.values())))


def _numbers(file):
    return len(file.reached_lines), len(file.lines), file.reached_blocks, file.blocks


def table(files):
    """A row for each file."""
    for name, file in files.items():
        lines, all_lines, blocks_reached, all_blocks = _numbers(file)
        yield (f"{name:12} {lines:4} of {all_lines:4} lines {100 * lines / all_lines:5.1f} %"
               f" {blocks_reached:5} of {all_blocks:5} blocks")


def unreached(files, source):
    """The lines of which no block was reached."""
    for name, file in files.items():
        text = (source / name).read_text().splitlines()
        for number in sorted(file.lines - file.reached_lines):
            yield f"{name}:{number}: {text[number - 1].strip()}"


def _run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
