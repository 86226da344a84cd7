// SPDX-License-Identifier: MIT
#pragma once

#include "files.h"
#include "nxia.hpp"

namespace cli {

struct UploadReport {
    size_t documents = 0;        ///< stored
    uint64_t bytes = 0;          ///< stored
    size_t failed = 0;           ///< could not be stored, or were not tried any more
    nxia_result worst = NXIA_OK; ///< what stopped it, or the first error
};

/// Puts all of them, many at once on the one connection. What goes wrong with a file is said on
/// stderr and the others go on, but what would go wrong with each of them stops it.
UploadReport upload(nxia::Store& store, const std::vector<Upload>& uploads);

} // namespace cli
