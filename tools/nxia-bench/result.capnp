# SPDX-License-Identifier: GPL-2.0-only
#
# What nxia-bench writes with --json: Cap'n Proto's JSON of a Run.
@0xb3d5a7f0c1e24968;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bench::schema");

struct Run {
  kernel @0 :Text;            # as `uname -r` has it
  processors @1 :UInt32;      # of the machine that ran it
  clock @2 :Clock;
  rounds @3 :UInt32;          # how often each figure was taken; the medians are here
  results @4 :List(Result);

  enum Clock {
    wall @0;                  # native: nanoseconds
    instructions @1;          # in a guest with --icount: a nanosecond is an instruction
  }
}

struct Result {
  # One measurement. scenario, transport, cpus, size, clients, capabilities and load are its name:
  # two runs are compared by it.

  scenario @0 :Text;          # what was done, such as "rpc": nxia-bench list explains each
  transport @1 :Text;         # by what means, such as "pipe"
  cpus @2 :UInt8;             # 1: both processes on one processor; 2: on one each; 0: on two systems
  size @3 :Float64;           # bytes of a call, or of all that was sent in bulk
  clients @4 :Float64;        # clients of the service at the same time
  capabilities @5 :Float64;   # that the session holds
  load @6 :Float64;           # open loop: calls offered, percent of the closed loop's rate; else 0

  unit @7 :Text;              # of the six figures below: "instructions" or "ns"
  p50 @8 :Float64;            # exact percentiles of all samples, nearest rank
  p99 @9 :Float64;
  p999 @10 :Float64;
  least @11 :Float64;
  most @12 :Float64;
  mean @13 :Float64;
  count @14 :Float64;         # samples
  rate @15 :Float64;          # samples per second (per 1e9 instructions), all clients together
  bytesPerSecond @16 :Float64;# payload, both ways together; 0 where it means nothing
  switches @17 :Float64;      # context switches of client and server per sample; 2: both slept once
  ratio @18 :Float64;         # p50 to that of the baseline, median of the rounds' ratios; 0: none
  baseline @19 :Text;         # transport that ratio is to, in the same scenario and round
  skipped @20 :Text;          # why it was not measured; then there are no figures
}
