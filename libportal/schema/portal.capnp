# SPDX-License-Identifier: MIT
@0xf1c3a5c1a3c0b87d;

# Portal: what crosses the boundary between Windows and Linux.
#
# A client makes a connection for the session, and one more for each service that
# it opens: what is said to a service does not pass through the session, and the
# bridge carries it without looking into it.
#
# A connection begins with 24 bytes from the client: `greeting`, and a ticket.  A
# ticket of zeroes asks for a session: Cap'n Proto's RPC follows, with a Portal as
# the bootstrap object.  With the ticket that open() gave, RPC with the service
# follows, and its own bootstrap object.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("portal::schema");

const greeting :Data = 0x"4e 58 49 41 0d 0a 1a 0a";
# "NXIA", and what a link for text would change.

const ticketSize :UInt32 = 16;
# In bytes.

const protocolVersion :UInt32 = 2;
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

  open @0 (name :Text) -> (ticket :Data);
  # Connects to a service.  The ticket is good for one connection, which must be
  # made within the time that a client has to say hello.
  #
  # When the service, or the right to it, ends, an Abort with a fault says so on
  # that connection: unavailable, revoked.
  #
  # Faults: notFound, refused, unavailable, revoked.

  list @1 () -> (services :List(Text));
  # Names of the services that open() would give, sorted.
}
