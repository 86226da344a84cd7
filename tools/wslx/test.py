# SPDX-License-Identifier: GPL-2.0-only
"""./wslx test: the suites, and what they found."""

import json
import multiprocessing
import os
import queue
import subprocess
import sys
import time
from functools import partial
from xml.etree import ElementTree

import build
import builds
import cost
import fuzz
import lint
import perf
import proofs
import stacking
import tap
from cache import CHECKOUT
from progress import USAGE, WslxError, say
from tap import FAILED, PASSED, SKIPPED, Test
from vm import Vm

SELFTESTS = "/usr/libexec/nxia/selftests"
RACES = "/usr/libexec/nxia/races"
LABELS = "/usr/libexec/nxia/labels"
RACE_SECONDS = 4  # of each race; with the kills, three minutes on the debug kernel
PROGRAM_TESTS = "/usr/libexec/nxia/tests"
KUNIT_BEGINS = "wslx: KUnit begins"
DETAIL_LINES = 60
race_seconds = RACE_SECONDS
LANES = 2  # guests wait a lot; more would only compete
PROGRAM_SECONDS = 900  # on the debug kernel, on a busy host
LABEL_SECONDS = 3600  # a program is up to 300 runs there


def unit():
    """Catch2 tests of the programs and libraries, on this host."""
    outcomes = {"OK": PASSED, "SKIP": SKIPPED, "EXPECTEDFAIL": PASSED}
    for line in build.unit_tests().read_text().splitlines():
        test = json.loads(line)
        yield Test(test["name"], outcomes.get(test["result"], FAILED), test.get("stdout", "") + test.get("stderr", ""))


def in_guest(*parts, **options):
    """Runs parts in one guest. What its kernel complains of is one more test."""
    with Vm(services=False, **options) as guest:
        for part in parts:
            yield from part(guest)
        try:
            guest.check_leaks()
            guest.check_kernel_log()
        except WslxError as error:
            yield Test("kernel log: no report", FAILED, str(error))
        else:
            yield Test("kernel log: no report", PASSED)


def kunit(guest):
    """KUnit suites of the module."""
    names = guest.shell("cd /lib/modules/$(uname -r)/extra && ls | grep '_kunit\\.ko$' || true").out.decode().split()
    guest.shell(f"echo '{KUNIT_BEGINS}' >/dev/kmsg")
    for name in names:
        module = name.removesuffix(".ko")
        loaded = guest.run("modprobe", module)
        if loaded.status:
            yield Test(f"{module}: loads", FAILED, loaded.err.decode(errors="replace"))
    # What debugfs keeps of a suite is without its cases on 7.x.
    log = guest.run("dmesg", "--notime").out.decode(errors="replace")
    # They use nxia.ko, and what comes after may want to unload it.
    for name in reversed(names):
        guest.run("/usr/sbin/rmmod", name.removesuffix(".ko"))
    if names:
        report = log.partition(KUNIT_BEGINS)[2]
        yield from tap.parse(report, "kunit")


def selftests(guest):
    """Tests of the ABI."""
    yield from programs_that_print_tap(guest, SELFTESTS)


def races(guest):
    """Races, kill -9 and failing memory on purpose; --seconds is how long each race runs."""
    yield from programs_that_print_tap(guest, RACES, "--seconds", str(race_seconds))


def labels(guest):
    """Leaks: each channel of the kernel delivers a secret unconfined, and none delivers it confined."""
    yield from programs_that_print_tap(guest, LABELS, timeout=LABEL_SECONDS)


def programs_that_print_tap(guest, folder, *arguments, timeout=PROGRAM_SECONDS):
    for name in guest.run("ls", folder).out.decode().split():
        result = guest.run(f"{folder}/{name}", *arguments, timeout=timeout)
        yield from tests_of(name, result.status, (result.out + result.err).decode(errors="replace"))


def tests_of(name, status, text):
    """What a program that prints TAP found. A bad status that no test accounts for is one more."""
    tests = tap.parse(text, name)
    yield from tests
    if status and not any(test.outcome == FAILED for test in tests):
        yield Test(f"{name}: exit status {status}", FAILED, text)


def programs(guest):
    """Catch2 tests of the libraries and services that need /dev/nxia."""
    for name in guest.run("ls", PROGRAM_TESTS).out.decode().split():
        result = guest.run(f"{PROGRAM_TESTS}/{name}", "--reporter", "junit", timeout=PROGRAM_SECONDS)
        try:
            cases = list(ElementTree.fromstring(result.out).iter("testcase"))
        except ElementTree.ParseError:
            cases = []
        for case in cases:
            bad = case.findall("failure") + case.findall("error")
            outcome = FAILED if bad else SKIPPED if case.find("skipped") is not None else PASSED
            yield Test(f"{name}: {case.get('name')}", outcome, "\n".join(part.text or "" for part in bad))
        if not cases or result.status not in (0, 4) and not any(case.find("failure") is not None for case in cases):
            yield Test(f"{name}: exit status {result.status}", FAILED, (result.out + result.err).decode(errors="replace"))


def e2e():
    """The demo's path, from a Windows program to the store."""
    yield from python_tests("e2e")


def harness():
    """wslx itself: statuses, copies, bad input, reports of the kernel."""
    yield from python_tests("harness")


def page():
    """The report of nxia-bench, in a browser."""
    yield from python_tests("page")


def python_tests(folder):
    """Programs that print TAP; they may import what is beside this file."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "tools" / "wslx")}
    for program in sorted((CHECKOUT / "tests" / folder).glob("*_test.py")):
        done = subprocess.run([sys.executable, program], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        yield from tests_of(program.stem, done.returncode, done.stdout)


# The last selftest seals the policy, which keeps the module: so races, which remove it, come before.
GUEST_SUITES = {"kunit": kunit, "races": races, "fuzz": fuzz.suite, "labels": labels, "selftests": selftests,
                "programs": programs}
HOST_SUITES = {"builds": builds.run, "e2e": e2e, "unit": unit, "lint": lint.run, "proofs": proofs.run,
               "harness": harness, "cost": cost.run, "stacking": stacking.run, "perf": perf.run, "page": page}
SUITES = {**GUEST_SUITES, **HOST_SUITES}
NARROW_SUITES = tuple(name for name in GUEST_SUITES if name != "labels")
GUESTS = {  # the longest first: options of the guest, what runs in it
    "wide-debug": ({"wide": True, "debug": True}, ("labels",)),
    "debug": ({"debug": True}, NARROW_SUITES),
    "kcsan": ({"kcsan": True}, ("kunit", "races", "fuzz", "selftests")),
    "7.x": ({"base": "7.x"}, ("kunit", "selftests")),
    "plain": ({}, NARROW_SUITES),
    "wide": ({"wide": True}, ("labels",)),
    "stock": ({"base": "stock"}, ("selftests",)),
}
# What is left out unless it is asked for: each further kernel takes as long to build as all the rest.
FURTHER_GUESTS = ("kcsan", "7.x", "stock", "wide-debug")
FURTHER_SUITES = ("builds", "cost", "stacking", "perf", "page")


def list_suites():
    for name, suite in SUITES.items():
        guests = ", ".join(kernel for kernel, (_, suites) in GUESTS.items() if name in suites)
        print(f"{name:10} {suite.__doc__.splitlines()[0]}" + (f" On: {guests}." if guests else ""))
    return 0


def run(options):
    global race_seconds
    race_seconds = options.seconds or RACE_SECONDS
    for name in options.suite:
        if name not in SUITES:
            raise WslxError(f"unknown suite '{name}' (./wslx test --list)", USAGE)
    names = options.suite or [name for name in SUITES if options.all or name not in FURTHER_SUITES]
    kernels = options.on or [name for name in GUESTS if options.all or name not in FURTHER_GUESTS]
    todo = jobs(names, kernels)
    if not todo:
        raise WslxError("none of these suites runs on that kernel (./wslx test --list)", USAGE)
    totals = {PASSED: 0, FAILED: 0, SKIPPED: 0}
    failures = []
    for name, test in side_by_side(todo):
        show(name, test)
        totals[test.outcome] += 1
        if test.outcome == FAILED:
            failures.append((name, test))
    if failures:
        print("\nAgain, what failed:")
    for failure in failures:
        show(*failure)
    skipped = f", {totals[SKIPPED]} skipped" if totals[SKIPPED] else ""
    print(f"{totals[PASSED]} passed, {totals[FAILED]} failed{skipped}", flush=True)
    return 1 if totals[FAILED] else 0


def jobs(names, kernels):
    """What the lanes do: name -> a function that gives tests."""
    guests = {}
    for kernel in kernels:
        options, suites = GUESTS[kernel]
        if parts := [partial(named, suite) for suite in GUEST_SUITES if suite in suites and suite in names]:
            guests[kernel] = partial(in_guest, *parts, **options)
    return guests | {name: suite for name, suite in HOST_SUITES.items() if name in names}


def named(suite, guest):
    for test in GUEST_SUITES[suite](guest):
        yield Test(f"{suite}: {test.name}", test.outcome, test.detail)


def side_by_side(todo):
    """(job, test) as they come. A lane is a process: it holds locks of its own on what it builds."""
    names, results = multiprocessing.Queue(), multiprocessing.Queue()
    for name in todo:
        names.put(name)
    lanes = [multiprocessing.Process(target=lane, args=(todo, names, results), daemon=True)
             for _ in range(min(LANES, len(todo)))]
    for process in lanes:
        process.start()
    remaining = set(todo)
    while remaining:
        try:
            name, test = results.get(timeout=1)
        except queue.Empty:
            if any(process.is_alive() for process in lanes):
                continue
            yield from ((name, Test("ran to its end", FAILED, "its process died")) for name in sorted(remaining))
            return
        if test is None:
            remaining.discard(name)
        else:
            yield name, test


def lane(todo, names, results):
    """Takes jobs until there are none. None after the last test says that a job has ended."""
    while True:
        try:
            name = names.get(timeout=1)
        except queue.Empty:
            return
        for test in run_job(name, todo[name]):
            results.put((name, test))
        results.put((name, None))


def run_job(name, job):
    say(f"==> {name} ...")
    started = time.monotonic()
    count = 0
    try:
        for test in job():
            count += 1
            yield test
        if not count:
            yield Test("has tests", FAILED, "it ran no test")
    except WslxError as error:
        yield Test("ran to its end", FAILED, str(error))
    say(f"==> {name} ... {time.monotonic() - started:.0f} s, {count} tests")


def show(job, test):
    words = {PASSED: "ok  ", FAILED: "FAIL", SKIPPED: "skip"}
    print(f"{words[test.outcome]} {job}: {test.name}", flush=True)
    if test.outcome == FAILED:
        for line in test.detail.splitlines()[-DETAIL_LINES:]:
            print(f"     {line}", flush=True)
