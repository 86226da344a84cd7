# SPDX-License-Identifier: GPL-2.0-only
"""Results of tests, and reading them from TAP and KTAP."""

import re
import traceback
from dataclasses import dataclass

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
RESULT = re.compile(r"^(?P<indent>\s*)(?P<verdict>ok|not ok)\s+(?P<number>\d+)\s*-?\s*(?P<name>[^#]*)(?P<directive>#.*)?$")
PLAN = re.compile(r"^(?P<indent>\s*)1\.\.(?P<count>\d+)")
SKIP = re.compile(r"#\s*skip", re.IGNORECASE)


@dataclass
class Test:
    name: str
    outcome: str
    detail: str = ""


def parse(text, prefix):
    """The tests of a TAP or KTAP document. Of nested ones, each innermost result is a test.

    A document that ends before its plan does, or that has no plan, is a failed test of its own.
    """
    results = [match for line in text.splitlines() if (match := RESULT.match(line))]
    tests = []
    for match in _innermost(results):
        tests.append(Test(f"{prefix}: {match['name'].strip()}", _outcome(match), ""))
    tests += _broken_plans(text, prefix)
    if any(test.outcome == FAILED for test in tests):
        _attach(tests, text)
    return tests


def _innermost(results):
    """A result that follows a deeper one sums that up, and is left out."""
    before = 0
    for match in results:
        depth = len(match["indent"])
        if depth >= before:
            yield match
        before = depth


def _outcome(match):
    if match["verdict"] == "not ok":
        return FAILED
    return SKIPPED if SKIP.search(match["directive"] or "") else PASSED


def _broken_plans(text, prefix):
    counts = {}
    plans = 0
    for line in text.splitlines():
        if plan := PLAN.match(line):
            plans += 1
            if "skip" in line.lower():
                yield Test(f"{prefix}: all of it", SKIPPED)
            depth = len(plan["indent"])
            yield from _short(counts.get(depth), text, prefix)
            counts[depth] = [int(plan["count"]), 0]
        elif (result := RESULT.match(line)) and (count := counts.get(len(result["indent"]))):
            count[1] += 1
    if plans == 0:
        yield Test(f"{prefix}: no plan", FAILED, text)
    for count in counts.values():
        yield from _short(count, text, prefix)


def _short(count, text, prefix):
    """A failed test if fewer came than were planned."""
    if count and count[1] < count[0]:
        yield Test(f"{prefix}: ended after {count[1]} of {count[0]} tests", FAILED, text)


def _attach(tests, text):
    """The document's own words beside its first failure."""
    first = next(test for test in tests if test.outcome == FAILED)
    first.detail = first.detail or text


def run_tests(tests, *arguments):
    """Runs functions as tests, named as they are, and prints TAP. The program's exit status."""
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        verdict = "ok"
        try:
            test(*arguments)
        except Exception:
            failed += 1
            verdict = "not ok"
            print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "), flush=True)
        print(f"{verdict} {number} - {test.__name__.replace('_', ' ')}", flush=True)
    return 1 if failed else 0
