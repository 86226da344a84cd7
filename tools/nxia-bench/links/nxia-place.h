// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <core/endpoint.h>

#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace bench {

/// The value, or what went wrong as a std::system_error.
template <typename T>
T value(portal::core::Result<T> result) {
    if (!result)
        throw std::system_error(result.error().code(), std::generic_category(),
                                result.error().call());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

/// An endpoint, made before the fork in a session that is then the server's; each client has a
/// session of its own, into which it imports the endpoint.
class NxiaPlace {
public:
    NxiaPlace();

    /// Why there can be none; empty: there can.
    static std::string unavailable();

    const portal::core::Endpoint& server() const { return endpoint_; }

    /// In the client's process: a capability with CONNECT, imported at the first call.
    const portal::core::Capability& client();

    /// Server: sleeps until a client has connected.
    void waitForClient() const;

private:
    portal::core::Endpoint endpoint_;
    std::optional<portal::core::Capability> imported_;
};

} // namespace bench
