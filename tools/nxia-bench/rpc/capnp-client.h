// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "../transport.h"
#include "echo.capnp.h"

#include <kj/async.h>

namespace bench {

/// Calls `echo`; whoever derives from this owns the connection to it.
class CapnpClient : public Client {
public:
    CapnpClient(schema::Echo::Client echo, kj::WaitScope& scope);
    ~CapnpClient() noexcept override {}

    void call(Bytes request, MutableBytes answer) override;
    void push(Bytes piece, std::uint64_t total) override;
    void pull(MutableBytes piece, std::uint64_t total) override;

private:
    schema::Echo::Client echo_;
    kj::WaitScope& scope_;
};

} // namespace bench
