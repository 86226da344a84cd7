// SPDX-License-Identifier: GPL-2.0-only
#include "transport.h"

#include "links/links.h"
#include "rpc/rpc.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace bench {

std::span<Transport* const> transports() {
    static const std::vector<Transport*> all = [] {
        std::vector<Transport*> found = linkTransports();
        std::ranges::copy(rpcTransports(), std::back_inserter(found));
        return found;
    }();
    return all;
}

Place place() {
    return {.prefix = "", .cpus = {1, 2}};
}

} // namespace bench
