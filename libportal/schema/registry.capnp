# SPDX-License-Identifier: MIT
@0xa0cf79c6f1d70bd3;

# The registry: the first thing that a session of /dev/nxia can reach.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("portal::schema");

interface Endpoint {
  # A capability of the kernel to an endpoint.
  #
  # It has no methods: what counts is the file descriptor that travels with it,
  # which a channel turns into a TRANSFER on one side and a RECEIVE on the
  # other.  It cannot leave the machine: over any other transport it arrives
  # without its descriptor and is of no use.
}

interface Registration {
  # Keeps a name registered.  The name is free again once this is dropped, or
  # the connection that holds it ends.
}

interface Registry {
  register @0 (name :Text, endpoint :Endpoint) -> (registration :Registration);
  # Offers a service.  The endpoint must come with the rights CONNECT, DERIVE,
  # TRANSFER and REVOKE.
  #
  # Faults: invalid: the name is not 1 to 64 of [a-z0-9.-], or the endpoint is
  # not a capability with these rights.  refused: the caller may not offer that
  # name.
  #
  # A later registration takes the place of an earlier one; clients of the
  # earlier one keep what they have.

  open @1 (name :Text) -> (endpoint :Endpoint);
  # Gives a capability with CONNECT to the service, derived for the caller and
  # badged by the registry.
  #
  # Faults: notFound: no service has that name.  refused: the caller may not
  # open it.  unavailable: it is not running now.

  list @2 () -> (services :List(Text));
  # Names of the services that the caller may open, sorted.
}
