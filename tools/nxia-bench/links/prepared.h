// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "link.h"

#include <vector>

namespace bench {

/// A transport that makes what its connections are of before the fork: a `Pair` for each client,
/// of which the server takes one after another.
template <typename Pair>
class PreparedTransport : public LinkTransport {
protected:
    void open() override {
        pairs_.clear();
        accepted_ = 0;
        for (unsigned number = 0; number < setup().clients; number++)
            pairs_.push_back(make(number));
    }

    /// What client `number` has.
    virtual Pair make(unsigned number) = 0;

    Pair& pair(unsigned number) { return pairs_[number]; }
    Pair& nextPair() { return pairs_[accepted_++]; }
    const std::vector<Pair>& pairs() const { return pairs_; }

private:
    std::vector<Pair> pairs_;
    unsigned accepted_ = 0;
};

} // namespace bench
