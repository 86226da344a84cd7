# SPDX-License-Identifier: MIT
@0xc6a86ee8c9ce0d4f;

# How a failed call says why.
#
# A call fails with a Cap'n Proto exception.  Its description is
#
#     portal.<code>: <message>
#
# where <code> is the name of an enumerant below and <message> is one line for a
# human being.  Each hop may put "remote exception: " in front.  An exception
# without such a mark comes from below: a broken connection, a peer that does
# not know the method.  libportal/rpc/fault.h writes and reads the mark.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("portal::schema");

enum FaultCode {
  # Codes are stable: they are never renumbered, renamed or used again.

  unknown @0;
  # The exception carries no code.

  notFound @1;
  # Nothing has that name.

  invalid @2;
  # An argument is malformed, or the call is impossible in this state.

  revoked @3;
  # The capability that the call went through has been revoked.

  refused @4;
  # The caller may not do that.

  unavailable @5;
  # Who should answer is gone, not yet there, or has no room now.

  tooLarge @6;
  # More than a limit allows.

  io @7;
  # The storage or the transport below failed.

  version @8;
  # The two sides speak versions that do not fit.
}
