// SPDX-License-Identifier: GPL-2.0-only
#include "rpc.h"

namespace bench {

std::vector<Transport*> rpcTransports() {
    return {
        &capnpNxiaTransport(), &capnpUnixTransport(), &sdBusTransport(),
        &grpcTransport(),      &iceoryxTransport(),
    };
}

} // namespace bench
