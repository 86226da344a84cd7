// SPDX-License-Identifier: GPL-2.0-only
#include "looks.h"

#include "groups.h"

namespace bench {

Looks::Looks(const Run& run) {
    for (bool ours : {true, false})
        for (const Result& result : run.results)
            if (isOurs(result) == ours)
                looks_.try_emplace(result.transport, Look{looks_.size(), ours});
}

} // namespace bench
