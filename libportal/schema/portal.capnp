# SPDX-License-Identifier: MIT
@0xf1c3a5c1a3c0b87d;

# Portal: what crosses the boundary between Windows and Linux.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("portal::schema");

const protocolVersion :UInt32 = 1;
# Rises when a peer of an older version could misunderstand a newer one.

const bridgePort :UInt32 = 7878;
# Port of AF_VSOCK at which the bridge listens.

interface Portal {
  # The bootstrap object of a connection.  It gives no authority but to say
  # hello.

  hello @0 (version :UInt32, client :Text) -> (version :UInt32, server :Text, session :Session);
  # Agrees on a version: `version` of the caller is the newest that it speaks,
  # that of the answer is the one to be used.  `client` and `server` name the
  # programs, for logs.
  #
  # Authentication will take place here, before there is a session.
  #
  # Faults: version: none in common; the message says which side is the older.
  # invalid: a second hello.
}

interface Session {
  # What a client that has been let in may do.

  open @0 (name :Text) -> (service :Capability);
  # Gives the bootstrap object of a service.
  #
  # Faults: notFound, refused, unavailable.

  list @1 () -> (services :List(Text));
  # Names of the services that open() would give, sorted.
}
