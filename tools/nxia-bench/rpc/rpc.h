// SPDX-License-Identifier: GPL-2.0-only
//
// Transports that carry calls.
#pragma once

#include "../transport.h"

#include <vector>

namespace bench {

Transport& capnpNxiaTransport();
Transport& capnpUnixTransport();
Transport& sdBusTransport();
Transport& grpcTransport();
Transport& iceoryxTransport();

/// All of them.
std::vector<Transport*> rpcTransports();

} // namespace bench
