#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""kmod/nxia_nl.[ch], made from kmod/nxia.yaml. Run by hand after a change of the specification:

    ./wslx shell tools/wslx/ynl.py

The lint suite compares them, and the specification with the UAPI header.

The kernel's own generator (tools/net/ynl) does the work. Of what it makes only the tables of attributes are kept:
its table of operations is in a form that kernels have from 6.2 on, and the module is for 6.1 too.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import kernel
from cache import CHECKOUT

SPEC = CHECKOUT / "kmod/nxia.yaml"
HEADER = CHECKOUT / "kmod/include/uapi/linux/nxia.h"
TABLE = re.compile(r"^const struct nla_policy \w+\[.*?\]", re.MULTILINE)
# It insists on a module that would only check the form of the specification.
RUN = """import runpy, sys, types
sys.modules["jsonschema"] = types.SimpleNamespace(validate=lambda *_: None)
sys.path.insert(0, sys.argv[1])
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
ENUM = re.compile(r"^enum \w* ?\{(.*?)^\};", re.MULTILINE | re.DOTALL)


def generate():
    """{name of a file in kmod/: its text}"""
    text = _generated().split("/* Ops table")[0].rstrip() + "\n"
    text = re.sub(r"^static (?=const struct nla_policy)", "", text, flags=re.MULTILINE)
    text = text.replace("Documentation/netlink/specs/nxia.yaml", "kmod/nxia.yaml").replace("YNL-GEN kernel source", "by tools/wslx/ynl.py")
    head = "".join(line + "\n" for line in text.splitlines()[1:4])
    externs = "".join(f"extern {table};\n" for table in TABLE.findall(text))
    licence = text.splitlines()[0].removeprefix("// ")
    return {"nxia_nl.c": text,
            "nxia_nl.h": f"/* {licence} */\n{head}#ifndef NXIA_NL_H\n#define NXIA_NL_H\n\n#include <net/netlink.h>\n\n"
                         f"#include <uapi/linux/nxia.h>\n\n{externs}\n#endif\n"}


def _generated():
    source = kernel.source()
    ynl = source / "tools/net/ynl"
    with tempfile.TemporaryDirectory() as folder:
        # The place of the specification in a kernel's tree is how it finds the rest.
        specs = Path(folder) / "Documentation/netlink/specs"
        specs.mkdir(parents=True)
        (Path(folder) / "MAINTAINERS").touch()
        for schema in (source / "Documentation/netlink").glob("*.yaml"):
            shutil.copy(schema, specs.parent)
        shutil.copy(SPEC, specs)
        out = Path(folder) / "nxia_nl.c"
        subprocess.run([sys.executable, "-c", RUN, ynl, ynl / "ynl-gen-c.py", "--spec", specs / SPEC.name, "--mode", "kernel",
                        "--source", "-o", out], check=True)
        return out.read_text()


def stale():
    """Names of generated files that are not what the specification says."""
    return [name for name, text in generate().items() if (CHECKOUT / "kmod" / name).read_text() != text]


def differences():
    """Constants of netlink that only the header has, or only the specification; and those that have other values there."""
    header, spec = _header_values(HEADER.read_text()), _spec_values(yaml.safe_load(SPEC.read_text()))
    for name in sorted(header.keys() | spec.keys()):
        if header.get(name) != spec.get(name):
            yield f"{name}: {header.get(name, 'absent')} in the header, {spec.get(name, 'absent')} in the specification"


def _header_values(text):
    values = {}
    for body in ENUM.findall(text):
        number = -1
        for name, value in re.findall(r"^\t(\w+)(?: = (\d+))?,$", body, re.MULTILINE):
            number = int(value) if value else number + 1
            values[name] = number
    kept = re.compile(r"NXIA_(CMD|ATTR|TAG|SINK|SINK_ATTR|DOMAIN_ATTR|SERVICE_ATTR|AUDIT)_\w+")
    return {name: value for name, value in values.items() if kept.fullmatch(name) and not name.endswith("_UNSPEC")}


def _spec_values(spec):
    values = {}
    for definition in spec["definitions"]:
        if definition["type"] == "enum":
            start = definition.get("value-start", 0)
            values |= _numbered(f"nxia-{definition['name']}-", definition["entries"], start)
    for attributes in spec["attribute-sets"]:
        values |= _numbered(attributes["name-prefix"], [attribute["name"] for attribute in attributes["attributes"]], 1)
    return values | _numbered("nxia-cmd-", [operation["name"] for operation in spec["operations"]["list"]], 1)


def _numbered(prefix, names, start):
    return {(prefix + name).replace("-", "_").upper(): number for number, name in enumerate(names, start)}


def main():
    for name, text in generate().items():
        (CHECKOUT / "kmod" / name).write_text(text)


if __name__ == "__main__":
    main()
