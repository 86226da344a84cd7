// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "result.h"
#include "svg.h"

#include <map>
#include <string>

namespace bench {

/// How each transport looks, the same in all figures of a run.
class Looks {
public:
    /// Ours come first: they have the strongest colours.
    explicit Looks(const Run& run);

    Look of(const std::string& transport) const { return looks_.at(transport); }

private:
    std::map<std::string, Look> looks_;
};

} // namespace bench
