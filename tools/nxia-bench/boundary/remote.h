// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "../transport.h"

#include <string>

namespace bench {

/// A transport whose service runs elsewhere.
class RemoteTransport : public Transport {
public:
    explicit RemoteTransport(std::string_view name) : name_(name) {}

    std::string_view name() const override { return name_; }
    bool can(Feature feature) const override;
    std::string unavailable() const override;
    std::unique_ptr<Service> listen(const Setup& setup) override;

    /// "HOST:PORT"
    void setAddress(const std::string& address) { address_ = address; }
    const std::string& address() const { return address_; }

private:
    std::string_view name_;
    std::string address_;
};

/// Two ways to the guest: AF_VSOCK, and TCP to where the guest listens.
enum class Path { vsock, tcp };

/// Bytes, without more: what everything else on that path is built on.
RemoteTransport& rawTransport(Path path);

/// Portal, through nxia-bridge.
RemoteTransport& portalTransport(Path path);

} // namespace bench
