# SPDX-License-Identifier: GPL-2.0-only
"""./wslx bench"""

from progress import NOT_BUILT, WslxError


def run(_arguments):
    raise WslxError("bench: not built yet", NOT_BUILT)
