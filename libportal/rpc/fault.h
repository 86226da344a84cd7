// SPDX-License-Identifier: MIT
#pragma once

#include "fault.capnp.h"

#include <kj/exception.h>
#include <kj/string.h>

/// Codes of failed calls (schema/fault.capnp). Portable: needs Cap'n Proto, and nothing of Linux.
namespace portal::rpc {

using FaultCode = schema::FaultCode;

/// An exception that carries `code` to the caller, however many hops away. `message` is one line
/// that names the thing.
kj::Exception fault(FaultCode code, kj::StringPtr message);

/// Throws fault(code, message).
[[noreturn]] void fail(FaultCode code, kj::StringPtr message);

/// The code of an exception that a call ended with. One that carries none is `unavailable` if the
/// connection broke or the peer is overloaded, `version` if the peer does not know the method, and
/// else `unknown`.
FaultCode codeOf(const kj::Exception& exception);

/// Its message, without code and prefixes. Valid as long as the exception.
kj::StringPtr messageOf(const kj::Exception& exception);

/// Name of a code, as in the schema: "notFound".
kj::StringPtr nameOf(FaultCode code);

} // namespace portal::rpc
