# SPDX-License-Identifier: GPL-2.0-only
"""./wslx pack: what others install."""

import re
import shutil

from cache import CHECKOUT, artefact

DKMS = CHECKOUT / "tools" / "packaging" / "dkms"
MODULE = CHECKOUT / "kmod"
LICENCE = CHECKOUT / "LICENSES" / "GPL-2.0-only.txt"


def run():
    """Says where the package is."""
    print(dkms())
    return 0


def version():
    return re.search(r"^  version: '(.+)',$", (CHECKOUT / "meson.build").read_text(), re.MULTILINE).group(1)


def dkms():
    """nxia-dkms_VERSION_all.deb: the module's source, and what DKMS must know of it."""
    number = version()

    def build(folder, log):
        tree = folder / "tree"
        source = tree / f"usr/src/nxia-{number}"
        shutil.copytree(MODULE, source, ignore=shutil.ignore_patterns(".*"))
        _fill_in(DKMS / "dkms.conf", source, number)
        for name in ("control", "postinst", "prerm"):
            _fill_in(DKMS / name, tree / "DEBIAN", number)
        (tree / "usr/share/doc/nxia-dkms").mkdir(parents=True)
        shutil.copy(LICENCE, tree / "usr/share/doc/nxia-dkms/copyright")
        log.run("dpkg-deb", "--build", "--root-owner-group", tree, folder)
        shutil.rmtree(tree)

    return artefact("dkms", [number, DKMS, MODULE, LICENCE], build, "DKMS package") / f"nxia-dkms_{number}_all.deb"


def _fill_in(template, folder, number):
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / template.name
    target.write_text(template.read_text().replace("@VERSION@", number))
    target.chmod(template.stat().st_mode & 0o777)
