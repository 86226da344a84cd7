// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "policy.h"

#include <stdexcept>

namespace nxia::policy {

/// A name that the policy does not have.
class UnknownName : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Whether information may flow, and what decides it.
struct Verdict {
    bool allowed = false;
    std::string rule{}; ///< what decides, in a word or two: "sink net", "no tag is left"
    Label left = 0;     ///< tags that may not flow there

    // One line each, for a person.
    std::string summary{};
    std::vector<std::string> reasons{};
};

/// Applies the one rule: A -> B is allowed if the label of A, less what A may drop, is within the
/// label of B.
///
/// `from` is a domain or a file, `to` a sink, a domain or a file, and a file is "file:TAG,TAG", or
/// "file:" for one without a label. With `to` as "service:NAME" the question is whether a client in
/// domain `from` may open that service. Throws UnknownName.
Verdict explain(const Policy& policy, const std::string& from, const std::string& to);

} // namespace nxia::policy
