// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "fault.h"

namespace portal::rpc {

/// The exception for an error of portal::core. What ends a channel (EPIPE, EKEYREVOKED, EBADMSG) is
/// of type DISCONNECTED.
kj::Exception fault(const core::Error& error);

/// The value of `result`, or its error thrown.
template <typename T>
T unwrap(core::Result<T> result) {
    if (!result)
        kj::throwFatalException(fault(result.error()));
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace portal::rpc
