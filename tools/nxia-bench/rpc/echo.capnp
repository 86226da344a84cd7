# SPDX-License-Identifier: GPL-2.0-only
@0xd1f0c3a4b86e5297;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bench::schema");

interface Echo {
  # What is measured over Cap'n Proto's RPC, whatever carries it.

  echo @0 (payload :Data) -> (payload :Data);

  push @1 (piece :Data) -> stream;
  pushed @2 ();
  # Returns once all that was pushed before has been read.

  pull @3 (sink :Sink, total :UInt64, piece :UInt32);
  # Writes `total` bytes to the sink, `piece` bytes at a time, and returns once all have been read.

  interface Sink {
    write @0 (piece :Data) -> stream;
  }
}
