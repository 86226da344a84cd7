// SPDX-License-Identifier: GPL-2.0-only
#include "links.h"

namespace bench {

std::vector<Transport*> linkTransports() {
    return {
        &yieldTransport(),     &nxiaTransport(),          &nxiaCoreTransport(),
        &eventfdTransport(),   &futexTransport(),         &mqueueTransport(),
        &pipeTransport(),      &unixSeqpacketTransport(), &unixStreamTransport(),
        &binderTransport(),    &tcpTransport(),           &vsockTransport(),
        &cacheLineTransport(), &mailboxTransport(),       &memcpyTransport(),
        &spscTransport(),      &nxiaRingTransport(),
    };
}

} // namespace bench
