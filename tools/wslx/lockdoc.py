# SPDX-License-Identifier: GPL-2.0-only
"""docs/locking.md against the locks that kmod/ declares."""

import re

from cache import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "locking.md"
STRUCT = re.compile(r"^struct (\w+) \{$(.*?)^\};$", re.MULTILINE | re.DOTALL)
MEMBER = re.compile(r"^\t(?:struct (?:mutex|rw_semaphore|semaphore|srcu_struct|xarray)|\w*(?:spin|rw|seq)lock_t) (\w+);", re.MULTILINE)
GLOBAL = re.compile(r"^(?:static )?DEFINE_\w*(?:MUTEX|LOCK|RWSEM|SRCU|XARRAY)\w*\((\w+)", re.MULTILINE)
ROW = re.compile(r"^\| `([\w.]+)` \|", re.MULTILINE)


def declared():
    locks = set()
    for path in sorted((CHECKOUT / "kmod").glob("*.[ch]")):
        text = path.read_text()
        locks.update(GLOBAL.findall(text))
        locks.update(f"{name}.{member}" for name, body in STRUCT.findall(text) for member in MEMBER.findall(body))
    return locks


def described():
    table = DOCUMENT.read_text().split("## The locks\n")[1].split("\n## ")[0]
    return set(ROW.findall(table))


def differences():
    """What is only in the code, or only in the document."""
    code, document = declared(), described()
    return [f"not in the document: {lock}" for lock in sorted(code - document)] + \
           [f"not in the code: {lock}" for lock in sorted(document - code)]
