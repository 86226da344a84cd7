#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""docs/abi.md, made from the comments of the UAPI header. Run by hand after a change of the header:

    tools/wslx/abidoc.py >docs/abi.md

The lint suite compares the two.
"""

import re
import textwrap
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "kmod/include/uapi/linux/nxia.h"
COMMENT = re.compile(r"/\*\*?\n(?P<body>(?: \*.*\n)+?) \*/\n", re.MULTILINE)
CALL = re.compile(r"#define (NXIA_IOC_\w+)\s+(?:\\\s*)?_IOWR\(NXIA_IOC_MAGIC, (0x\w+), struct (\w+)\)")
MEMBER = re.compile(r"^@(\w+): ?(.*)$")


def generate(text):
    """The whole document."""
    calls = {}
    for name, number, struct in CALL.findall(text):
        calls.setdefault(struct, []).append((name, number))
    parts = ["<!-- Made from kmod/include/uapi/linux/nxia.h by tools/wslx/abidoc.py. -->\n"]
    for match in COMMENT.finditer(text):
        lines = [line[3:] if line.startswith(" * ") else line[2:] for line in match["body"].splitlines()]
        parts.append(section(lines, text[match.end():], calls))
    return "\n".join(filter(None, parts))


def section(lines, code, calls):
    head = lines[0]
    if head.startswith("NXIA: "):
        return f"# {head.rstrip('.')}\n\n{prose(lines[1:])}"
    if head.startswith("DOC: "):
        return f"## {head.removeprefix('DOC: ')}\n\n{prose(lines[1:])}"
    if match := re.match(r"(struct|enum) (\w+) - (.*)", head):
        return definition(match, lines[1:], code, calls)
    return ""


def definition(match, lines, code, calls):
    kind, name, what = match.groups()
    names = ", ".join(call.removeprefix("NXIA_IOC_") for call, _ in calls.get(name, []))
    title = f"## {names}: {what}" if names else f"## {kind} {name}: {what}"
    ioctls = "".join(f"`{call}` (number {number}) takes `struct {name}`.\n\n" for call, number in calls.get(name, []))
    members, rest = split_members(lines)
    rows = "".join(f"| `{member}` | {inline(text)} |\n" for member, text in members)
    table = f"| field | |\n| --- | --- |\n{rows}\n" if rows else ""
    source = code[:code.index("\n};") + 3] if kind == "struct" else ""
    block = f"```c\n{source}\n```\n\n" if source else ""
    return f"{title}\n\n{ioctls}{block}{table}{prose(rest)}".rstrip("\n") + "\n"


def split_members(lines):
    """[(member, text)] from the head of a kernel-doc comment, and the lines after them."""
    members = []
    for number, line in enumerate(lines):
        if match := MEMBER.match(line):
            members.append([match[1], match[2]])
        elif line.startswith("\t") and members:
            members[-1][1] += " " + line.strip()
        else:
            return members, lines[number:]
    return members, []


def prose(lines):
    """reST as the header uses it, as Markdown: paragraphs, lists, literal blocks, simple tables, headings."""
    text = "\n".join(lines).strip("\n").expandtabs(8)
    text = re.sub(r"^(\w.*)\n-+$", r"## \1", text, flags=re.MULTILINE)
    blocks = re.split(r"\n\n+", text)
    done, literal = [], False
    for block in blocks:
        table = block.startswith("====")
        if table or (literal and block.startswith(" ")):
            done.append("```text\n" + textwrap.dedent(block) + "\n```")
        else:
            done.append(inline(re.sub(r"::$", ":", block)))
        literal = block.endswith("::")
    return "\n\n".join(done) + "\n" if text else ""


def inline(text):
    text = text.replace("``", "`")
    text = re.sub(r"%(\w+)", r"`\1`", text)
    text = re.sub(r"&((?:enum|struct) \w+)", r"`\1`", text)
    return re.sub(r"(?<![\w`])@(\w+)", r"`\1`", text)


if __name__ == "__main__":
    print(generate(HEADER.read_text()), end="")
