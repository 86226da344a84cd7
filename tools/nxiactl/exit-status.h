// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <stdexcept>

namespace nxia::ctl {

enum ExitStatus {
    success = 0,
    failed = 1,
    denied = 1, ///< of explain, which has no other use for 1
    notFound = 2,
    notPermitted = 3,
    noModule = 4,
    mistaken = 5, ///< policy or log has mistakes, or cannot be read
    runFailed = 125,
    cannotExecute = 126,
    noCommand = 127,
};

class NotFound : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Mistakes, each with its place, one a line.
class Mistaken : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace nxia::ctl
