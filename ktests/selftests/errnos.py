#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""errnos.py HEADER TABLE STAMP PROGRAM...: is each errno that the header documents in the table, and tested?

What the header documents is read from its comments: the lists after "Errors:", and for each call what the top of the
file says that every call, every call with a handle, and every call that makes something can return.
"""

import re
import subprocess
import sys
from pathlib import Path

COMMENT = re.compile(r"/\*\*\n(?P<body>(?: \*.*\n)+?) \*/\n")
IOCTL = re.compile(r"#define NXIA_IOC_(\w+)\s+(?:\\\s*)?_IOWR\(NXIA_IOC_MAGIC, 0x\w+, struct (\w+)\)")
ERRORS = re.compile(r"Errors(?: of mmap\(\))?:(?P<list>.*?)(?=\n\n(?! - )|\Z)", re.DOTALL)
NAMED = re.compile(r"\b(E[A-Z0-9]+(?:, E[A-Z0-9]+)*)(?=:)")
BLOCKS = {"The rings of a channel": "mmap", "The memory of a region": "region mmap", "NOTIFY": "NOTIFY",
          "SHUTDOWN": "SHUTDOWN", "Generic netlink": "CMD_*", "Policy": "CMD_*"}
ALWAYS = {"ENOTTY", "EFAULT", "EINVAL", "E2BIG"}
MAKES = {"EDQUOT", "ENOMEM"}
FILES = {"EMFILE", "ENFILE"}


def documented(header):
    """{call: set of errnos} as the header has it."""
    calls = {}
    for call, struct in IOCTL.findall(header):
        calls.setdefault(struct, []).append(call)
    found = {"NOTIFY": {"ENOTTY"}, "SHUTDOWN": {"ENOTTY"}}
    for match in COMMENT.finditer(header):
        text = re.sub(r"^ \* ?", "", match["body"], flags=re.MULTILINE)
        listed = {errno for part in ERRORS.finditer(text) for names in NAMED.findall(part["list"])
                  for errno in names.split(", ")}
        if block := re.match(r"DOC: (.*)", text):
            if name := BLOCKS.get(block[1]):
                found.setdefault(name, set()).update(listed)
        elif struct := re.match(r"struct (\w+) - ", text):
            for call in calls.get(struct[1], []):
                found[call] = listed | ALWAYS | implied(text)
    return found


def implied(text):
    """What the members of a call's structure say that it can give."""
    errnos = set()
    if taken := re.search(r"^@\w+: in: handle(?: of [^;]*)?; (.*)", text, re.MULTILINE):
        errnos.add("EBADF")
        if "may be a revoked one" not in text:
            errnos.add("EKEYREVOKED")
        if not taken[1].startswith("needs no right"):
            errnos.add("EPERM")
    summary = text.splitlines()[0]
    if re.search(r"^@handle: out: (?!the handle|the capability that)", text, re.MULTILINE) or \
            "send children" in summary or "batch" in summary:
        errnos |= MAKES
    if re.search(r"^@fd: out: ", text, re.MULTILINE):
        errnos |= FILES | {"ENOMEM"}
    return errnos


def table_rows(text):
    """[(call, errno, reason)]"""
    return [re.fullmatch(r"(.+): (\w+)(?: \((.*)\))?", line).groups()
            for line in text.splitlines() if line and not line.startswith("#")]


def complaints(header, table, names):
    rows = table_rows(table)
    known = {(call, errno) for call, errno, _ in rows}
    found = documented(header)
    for call, errnos in found.items():
        for errno in sorted(errnos):
            if call == "CMD_*":
                if not any(known_call.startswith("CMD_") and errno == known_errno for known_call, known_errno in known):
                    yield f"netlink: {errno} is documented and not in the table"
            elif (call, errno) not in known:
                yield f"{call}: {errno} is documented and not in the table"
    for call, errno, reason in rows:
        if not call.startswith("CMD_") and errno not in found.get(call, set()):
            yield f"{call}: {errno} is in the table and not documented"
        if not reason and not any(re.match(rf"{call}: {errno}\b", name) for name in names):
            yield f"{call}: {errno} has no test"


def main():
    header, table, stamp = map(Path, sys.argv[1:4])
    names = [name for program in sys.argv[4:]
             for name in subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.splitlines()]
    found = list(complaints(header.read_text(), table.read_text(), names))
    for line in found:
        print(f"errnos: {line}", file=sys.stderr)
    if not found:
        stamp.write_text("")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
