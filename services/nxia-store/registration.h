// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "core/capability.h"
#include "rpc/vat.h"

#include <kj/function.h>
#include <string>

namespace nxia::store {

/// Who a service is for: with `remote` policy decides whether remote domains may open it.
enum class Reach { local, remote };

/// Keeps an endpoint registered under a name: again whenever the registry comes back.
class Registrar {
public:
    /// `endpoint` has the rights CONNECT, DERIVE, TRANSFER, REVOKE and REMOTE; it and `vat` must
    /// outlive this. `onRegistered` is called each time that the name has been registered.
    Registrar(portal::rpc::Vat& vat, const portal::core::Capability& endpoint, std::string name,
              Reach reach, kj::Function<void()> onRegistered)
        : vat_(vat), endpoint_(endpoint), name_(std::move(name)), reach_(reach),
          onRegistered_(kj::mv(onRegistered)) {}
    KJ_DISALLOW_COPY_AND_MOVE(Registrar);

    /// Only ever ends with an exception: the registry refused the name.
    kj::Promise<void> run();

private:
    kj::Promise<void> registerUntilLost();
    kj::Promise<void> tryOnce();

    portal::rpc::Vat& vat_;
    const portal::core::Capability& endpoint_;
    std::string name_;
    Reach reach_;
    kj::Function<void()> onRegistered_;
    bool saidWaiting_ = false;
};

} // namespace nxia::store
