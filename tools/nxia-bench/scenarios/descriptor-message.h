// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

namespace bench {

/// Sends `number` over a Unix socket, and `descriptor` with it (SCM_RIGHTS).
void sendDescriptor(int socket, int descriptor, std::uint64_t number);

struct ReceivedDescriptor {
    int descriptor; ///< the caller closes it
    std::uint64_t number;
};

ReceivedDescriptor receiveDescriptor(int socket);

} // namespace bench
