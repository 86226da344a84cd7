# SPDX-License-Identifier: GPL-2.0-only
"""The proofs suite: litmus tests, models, arithmetic. What must fail when it is broken is broken, and must."""

import re
import subprocess
import tempfile
from pathlib import Path

import debian
import kernel
from cache import CHECKOUT
from progress import WslxError
from tap import FAILED, PASSED, Test

PROOFS = CHECKOUT / "ktests" / "proofs"
SECONDS = 300  # each; on an idle host none needs ten

# (model, switches) that hold, and those that take something away, so that the model must find it.
MODELS = (
    ("ring", ()),
    ("ring", ("WANTS",)),
    ("ring", ("WANTS", "PRODUCER_WANTS_ALL")),
    ("ring", ("EPOLL", "WANTS")),
    ("ring", ("TIMEOUTS", "NOISE", "SIZE=1")),
    ("ring", ("DEATH", "SIZE=1")),
    ("ring", ("BYSTANDERS", "SIZE=1")),
    ("ring", ("PROGRESS",)),
    ("caps", ()),
    ("caps", ("REVOKE_CHILD",)),
)
MUTATIONS = (
    ("ring", ("NO_ARM",)),
    ("ring", ("NO_SECOND_LOOK",)),
    ("ring", ("NO_RINGER_BARRIER",)),
    ("ring", ("NO_SLEEPER_BARRIER", "EPOLL", "WANTS")),
    ("ring", ("LOOK_BEFORE_QUEUEING",)),
    ("ring", ("GONE_AFTER_LOOK", "DEATH", "SIZE=1")),
    ("ring", ("WAKE_BEFORE_ERROR", "DEATH", "SIZE=1")),
    ("ring", ("NO_WAKE_OF_OTHERS", "BYSTANDERS", "SIZE=1")),
    ("ring", ("NO_ARM", "PROGRESS")),
    ("caps", ("NO_CHECK_AT_LINK",)),
    ("caps", ("NO_CHECK_OF_TOP", "REVOKE_CHILD")),
    ("caps", ("NO_WAIT_FOR_BURIALS",)),
    ("caps", ("NO_HEIR",)),
    ("caps", ("FAULT_WITHOUT_LOCK",)),
)

# Entry points of cbmc/ring.c, each with a mutation of kmod/ring.h that it must find.
ARITHMETIC = {
    "size_is_power_of_two": ("is_power_of_2(size) && ", ""),
    "want_is_in_range": ("clamp(want, 1ULL, size)", "want"),
    "hostile_indices_are_bounded": ("if (end - start <= size)", "if (end >= start)"),
    "indices_at_rest_are_exact": ("end - start <= size", "end - start < size"),
    "honest_sides_are_not_poisoned": ("start == first ? U64_MAX : 0", "U64_MAX"),
}


def run():
    """Litmus tests (herd7), models (spin) and arithmetic (cbmc), and mutations of them that must fail."""
    yield from litmus()
    with tempfile.TemporaryDirectory() as folder:
        for model, switches in MODELS:
            yield spin(model, switches, Path(folder), holds=True)
        for model, switches in MUTATIONS:
            yield spin(model, switches, Path(folder), holds=False)
        yield from arithmetic(Path(folder))


def execute(*command, **options):
    try:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=SECONDS, **options)
    except subprocess.TimeoutExpired:
        raise WslxError(f"{command[0]}: no answer in {SECONDS} s") from None
    return done.stdout


def litmus():
    herd = debian.herd7()
    model = kernel.source() / "tools" / "memory-model"
    for path in sorted((PROOFS / "litmus").glob("*.litmus")):
        wanted = re.search(r"^ \* Result: (\w+)( DATARACE)?$", path.read_text(), re.MULTILINE).groups("")
        report = execute(*herd, "-conf", "linux-kernel.cfg", path, cwd=model)
        seen = re.search(r"^Observation \S+ (\w+)", report, re.MULTILINE)
        got = (seen and seen[1], " DATARACE" if "Flag data-race" in report else "")
        yield Test(f"litmus {path.stem}: {''.join(wanted)}", PASSED if got == wanted else FAILED, report)


def spin(model, switches, folder, holds):
    name = f"spin {model}{''.join(f' -D{switch}' for switch in switches)}: {'holds' if holds else 'fails'}"
    progress = "PROGRESS" in switches
    report = execute("spin", *(f"-D{switch}" for switch in switches), "-a", PROOFS / "spin" / f"{model}.pml", cwd=folder)
    kind = ("-DNP", "-DNFAIR=3") if progress else ("-DSAFETY",)
    # What fails does so early: there the compiler would take the time.
    report += execute("gcc", "-w", "-O1" if holds else "-O0", *kind, "-o", "pan", "pan.c", cwd=folder)
    report += execute("./pan", "-m1000000", *(("-l", "-f") if progress else ()), cwd=folder)
    errors = re.search(r"errors: (\d+)", report)
    whole = errors and "max search depth too small" not in report
    return Test(name, PASSED if whole and (errors[1] == "0") == holds else FAILED, report)


def arithmetic(folder):
    header = (CHECKOUT / "kmod" / "ring.h").read_text()
    for check, (text, broken) in ARITHMETIC.items():
        yield cbmc(check, header, folder, holds=True)
        if header.count(text) == 1:
            yield cbmc(check, header.replace(text, broken), folder, holds=False)
        else:
            yield Test(f"cbmc {check}: fails", FAILED, f"kmod/ring.h has no '{text}' to break")


def cbmc(check, header, folder, holds):
    (folder / "ring.h").write_text(header)
    includes = [word for place in (folder, PROOFS / "cbmc" / "shim", CHECKOUT / "kmod" / "include",
                                   CHECKOUT / "kmod" / "include" / "uapi") for word in ("-I", place)]
    report = execute("cbmc", PROOFS / "cbmc" / "ring.c", *includes, "--function", check,
                     "--unwind", "14", "--unwinding-assertions")
    wanted = "VERIFICATION SUCCESSFUL" if holds else "VERIFICATION FAILED"
    return Test(f"cbmc {check}: {'holds' if holds else 'fails'}", PASSED if wanted in report else FAILED, report)
