# SPDX-License-Identifier: GPL-2.0-only
"""The perf suite: instructions of small calls against those kept in the tree, and against the peers'."""

import subprocess
import tempfile
from pathlib import Path

import bench
import build
from cache import CHECKOUT
from tap import FAILED, PASSED, Test

# Written by: ./wslx bench --icount --quick --scenario rpc --json tools/nxia-bench/baseline.json
BASELINE = CHECKOUT / "tools" / "nxia-bench" / "baseline.json"
NOISE = "2"  # percent
BYTES = 64
# By processors: what ours may take, as a factor of what the peer takes in the same boot. docs/performance.md says
# what was aimed at where these are higher.
PEERS = ("eventfd", "futex", "mqueue", "pipe")
RPC = (("capnp-nxia", "capnp-unix", 0.60), ("capnp-nxia", "sd-bus", 0.90), ("capnp-nxia", "grpc", 0.25))
TARGETS = {
    1: (*(("nxia", peer, 0.80) for peer in PEERS), ("nxia", "unix-seqpacket", 0.48), ("nxia", "binder", 0.30), *RPC),
    2: tuple(("nxia", peer, 0.96) for peer in PEERS),
}


def run():
    """Small calls: instructions within 2 % of those in the tree, and at most the stated factors of the peers'."""
    results = bench.measure(icount=True, quick=True, scenarios=["rpc"])
    yield as_before(results)
    for cpus, targets in TARGETS.items():
        medians = {result["transport"]: result["p50"] for result in results["results"]
                   if result["size"] == BYTES and result["cpus"] == cpus and not result.get("skipped")}
        for ours, peer, most in targets:
            yield against(medians, ours, peer, most, "one CPU" if cpus == 1 else "two CPUs")


def as_before(results):
    with tempfile.TemporaryDirectory() as folder:
        now = Path(folder) / "now.json"
        bench.write_json(results, now)
        done = subprocess.run([build.program(bench.PROGRAM), "compare", BASELINE, now, "--limit", NOISE],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    good = done.returncode == 0 and "only before" not in done.stdout
    return Test(f"not slower than {BASELINE.name} by more than {NOISE} %", PASSED if good else FAILED, done.stdout)


def against(medians, ours, peer, most, where):
    name = f"{ours} at most {most:.2f} of {peer} ({where})"
    missing = [transport for transport in (ours, peer) if transport not in medians]
    if missing:
        return Test(name, FAILED, f"not measured: {', '.join(missing)}")
    factor = medians[ours] / medians[peer]
    return Test(f"{name}: {factor:.2f}", PASSED if factor <= most else FAILED, f"{medians[ours]:.0f} / {medians[peer]:.0f}")
