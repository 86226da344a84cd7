// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "../transport.h"

#include <vector>

namespace bench {

/// The transports of this folder: those that carry bytes.
std::vector<Transport*> linkTransports();

Transport& yieldTransport();
Transport& cacheLineTransport();
Transport& mailboxTransport();
Transport& memcpyTransport();
Transport& spscTransport();
Transport& nxiaRingTransport();
Transport& nxiaTransport();
Transport& nxiaCoreTransport();
Transport& eventfdTransport();
Transport& futexTransport();
Transport& mqueueTransport();
Transport& pipeTransport();
Transport& unixSeqpacketTransport();
Transport& unixStreamTransport();
Transport& binderTransport();
Transport& tcpTransport();
Transport& vsockTransport();

} // namespace bench
