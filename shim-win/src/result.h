// SPDX-License-Identifier: MIT
#pragma once

#include "nxia.h"

#include <kj/exception.h>
#include <string>

/// Between the exceptions inside the library and the results at its edge.
namespace nxia {

struct Failure {
    nxia_result result;
    std::string message;
};

/// The result for what a call ended with. What the peer reports begins with "remote exception: ";
/// without that, DISCONNECTED and OVERLOADED speak of our own connection and our own timer.
Failure failureOf(const kj::Exception& exception);

/// True if the exception arose on this side of the connection.
bool isLocal(const kj::Exception& exception);

/// Remembers the result for nxia_last_result() and nxia_last_message() of this thread.
nxia_result remember(nxia_result result, const char* message) noexcept;

/// The result that the exception being handled stands for, remembered. To be called in a
/// catch (...) only.
nxia_result rememberCaught() noexcept;

/// Runs the body of a C function: no exception leaves.
template <typename Body>
nxia_result guarded(Body&& body) noexcept {
    try {
        body();
        return remember(NXIA_OK, "");
    } catch (...) {
        return rememberCaught();
    }
}

} // namespace nxia
