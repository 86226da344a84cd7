// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "../transport.h"

#include <string>

namespace bench {

/// A transport whose service runs elsewhere.
class RemoteTransport : public Transport {
public:
    bool can(Feature feature) const override;
    std::string unavailable() const override;
    std::unique_ptr<Service> listen(const Setup& setup) override;

    /// "HOST:PORT"
    void setAddress(const std::string& address) { address_ = address; }
    const std::string& address() const { return address_; }

private:
    std::string address_;
};

/// Bytes, without more: what everything else on that path is built on.
RemoteTransport& rawTransport();

/// Portal, through nxia-bridge.
RemoteTransport& portalTransport();

} // namespace bench
