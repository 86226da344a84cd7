# SPDX-License-Identifier: GPL-2.0-only
"""./wslx bench: nxia-bench in a guest that counts instructions; or in time, on this host and from Windows."""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import build
from cache import CACHE, CHECKOUT
from progress import TIME_LIMIT, USAGE, WslxError, step
from vm import GUEST_ADDRESS, Vm
from windows import BRIDGE_PORT, Relay, Windows

PROGRAM = "tools/nxia-bench/nxia-bench"
SECONDS = 900
NATIVE_ROUNDS = 3  # one after the other: the machine's moods are in all transports alike
SCENARIO_SECONDS = 60  # fewer rounds, where they would take longer
BOUNDARY_ROUNDS = 1  # a call takes a hundred times as long, and what it is related to comes right before it
# TCG takes `rep movsb` for an instruction a byte, which would make copies look as dear as nothing else is.
CPU = "max,-erms,-fsrm"
GUEST = {"icount": True, "wide": True, "smp": 2, "cpu": CPU, "services": False, "vsock": False}
WRITTEN = "/tmp/results.json"
RAW_PORT = 7900
SERVE_SECONDS = 60
# What nxia-bench.exe measures, with `nxia-bench serve` at the other end.
FROM_WINDOWS = ("rpc", "open-loop", "clients", "sizes", "split", "bulk")
# What lets the guest's side be a service that Windows may call; by TCP, as WSL does it: a relay inside.
FILES = {"/etc/nxia/registry.d/bench.conf": "name bench\nregister user root\nopen user nxia-bridge\n",
         "/etc/nxia/policy.d/60-bench.policy": "service bench {\n    register unconfined\n    remote\n}\n",
         "/run/systemd/system/nxia-bridge.service.d/bench.conf":
             "[Service]\nExecStart=\nExecStart=/usr/bin/nxiactl run --domain remote --if-policy -- "
             "/usr/libexec/nxia/nxia-bridge --allow-cid 2 --allow-cid 1\n"}
TCP = f"""
ip link set eth0 up && ip address add {GUEST_ADDRESS}/24 dev eth0 &&
systemd-run --quiet socat TCP-LISTEN:{BRIDGE_PORT},fork,nodelay,backlog=128 VSOCK-CONNECT:1:{BRIDGE_PORT}
"""


def add_options(parser):
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--icount", action="store_true", help="count instructions, in a guest: repeatable")
    how.add_argument("--native", action="store_true",
                     help="measure time, on this host and from Windows to a guest: ratios between peers")
    parser.add_argument("--quick", action="store_true", help="the headline, and little of the rest")
    parser.add_argument("--scenario", action="append", default=[], metavar="S",
                        help="only this one (nxia-bench list); may be given again")
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    parser.add_argument("--report", metavar="FILE", help="write a page of HTML with figures there")


def run(options):
    targets = [(writable(typed, option), write) for typed, option, write in
               ((options.json, "--json", write_json), (options.report, "--report", write_report)) if typed]
    if options.scenario:
        check_scenarios(options.scenario)
    results = measure(options.icount, options.quick, options.scenario)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.json"
        write_json(results, path)
        status = subprocess.run([build.program(PROGRAM), "table", path]).returncode
    for target, write in targets:
        write(results, target)
    return status


def check_scenarios(names):
    """Before a guest boots in vain."""
    listed = subprocess.run([build.program(PROGRAM), "list"], stdout=subprocess.PIPE, text=True, check=True).stdout
    known = [line.split()[0] for line in listed.partition("\n\n")[0].splitlines()]
    for name in names:
        if name not in known:
            raise WslxError(f"unknown scenario '{name}': there are {', '.join(known)}", USAGE)


def measure(icount, quick=False, scenarios=()):
    """What nxia-bench writes: the Run of tools/nxia-bench/result.capnp, as JSON has it."""
    arguments = ["run", *(["--quick"] if quick else [])]
    if icount:
        return in_guest([*arguments, *only(scenarios)])
    results = on_host([*arguments, *only(scenarios)])
    shared = [name for name in scenarios if name in FROM_WINDOWS]
    if shared or not scenarios:
        results["results"] += from_windows([*arguments, *only(shared)])["results"]
    return results


def only(scenarios):
    return [word for name in scenarios for word in ("--scenario", name)]


def in_guest(arguments):
    with Vm(**GUEST) as guest, step("measuring in instructions"):
        result = guest.run("nxia-bench", *arguments, "--icount", "--json", WRITTEN, timeout=SECONDS)
        check(result.status, result.err.decode(errors="replace"))
        results = json.loads(guest.run("cat", WRITTEN).out)
        guest.check_kernel_log()
    return results


def on_host(arguments):
    """What needs no /dev/nxia; nxia-bench says of the rest that it skipped it."""
    program = build.program(PROGRAM)
    with tempfile.TemporaryDirectory() as folder, step("measuring in time"):
        path = Path(folder) / "results.json"
        try:
            done = subprocess.run([program, *arguments, "--rounds", str(NATIVE_ROUNDS),
                                   "--scenario-seconds", str(SCENARIO_SECONDS), "--json", path], timeout=SECONDS,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        except subprocess.TimeoutExpired:
            raise WslxError(f"nxia-bench: no end within {SECONDS} s", TIME_LIMIT) from None
        check(done.returncode, done.stderr.decode(errors="replace"))
        return json.loads(path.read_text())


def from_windows(arguments):
    """nxia-bench.exe, to a guest and back: beside Portal, the same path without it."""
    with tempfile.TemporaryDirectory() as folder, Vm(cpu=CPU, tcp=(RAW_PORT, BRIDGE_PORT)) as guest, \
         Relay(guest.vsock_socket, RAW_PORT) as raw, Relay(guest.vsock_socket) as portal, step("measuring from Windows"):
        windows = Windows(Path(folder) / "windows", portal.address)
        serve(guest)
        path = Path(folder) / "results.json"
        done = windows.run_program("nxia-bench.exe", *arguments, "--rounds", BOUNDARY_ROUNDS, "--json", f"Z:{path}",
                                   "--raw-vsock", raw.address, "--portal-vsock", portal.address,
                                   "--raw-tcp", guest.tcp_address(RAW_PORT),
                                   "--portal-tcp", guest.tcp_address(BRIDGE_PORT), timeout=SECONDS)
        check(done.returncode, done.stderr.decode(errors="replace"))
        guest.check_kernel_log()
        return json.loads(path.read_text())


def serve(guest):
    """Starts the service in the guest; it ends with it."""
    for path, text in FILES.items():
        guest.shell(f"mkdir -p {Path(path).parent} && cat >{path} <<'END'\n{text}END\n")
    for command in ("systemctl daemon-reload", "systemctl restart nxiad nxia-bridge", TCP):
        if (done := guest.shell(command)).status:
            raise WslxError(f"in the guest: {command.strip()}: status {done.status}: {done.err.decode(errors='replace')}")
    said = io.BytesIO()
    guest.begin("nxia-bench", "serve", "--port", str(RAW_PORT), out=said, err=said)
    deadline = time.monotonic() + SERVE_SECONDS
    while b"serves" not in said.getvalue():
        if time.monotonic() > deadline:
            raise WslxError(f"nxia-bench serve does not: {said.getvalue().decode(errors='replace')}")
        time.sleep(0.1)


def check(status, said):
    """What it wrote while it ran is only of interest when it failed."""
    if status:
        tail = "".join(f"\n    {line}" for line in said.splitlines()[-15:])
        raise WslxError(f"nxia-bench: status {status}, its last words:{tail}")


def write_json(results, path):
    path.write_text(json.dumps(results, indent=1) + "\n")


def write_report(results, path):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(results, file)
        file.flush()
        done = subprocess.run([build.program(PROGRAM), "report", file.name, "-o", path], stderr=subprocess.PIPE, text=True)
        check(done.returncode, done.stderr)


def writable(typed, option):
    """A file of the host that is to be written, as the build root sees it: of the rest of the host it only reads."""
    path = Path(os.path.normpath(os.path.join(os.environ["WSLX_DIR"], typed)))
    folder = Path(f"{os.environ['WSLX_HOST']}{path.parent}")
    if not folder.is_dir() or Path(f"{os.environ['WSLX_HOST']}{path}").is_dir():
        raise WslxError(f"{option} {typed}: no such folder, or no file", USAGE)
    if any(path.is_relative_to(shown) for shown in (CHECKOUT, CACHE)):
        return path
    place = Path(tempfile.mkdtemp())
    subprocess.run(["mount", "--bind", folder, place], check=True)
    subprocess.run(["mount", "-o", "remount,bind,rw", place], check=True)
    return place / path.name
