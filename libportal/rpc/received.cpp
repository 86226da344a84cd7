// SPDX-License-Identifier: MIT
#include "received.h"

#include <algorithm>
#include <utility>

namespace portal::rpc {
namespace {

constexpr std::size_t sweepMin = 16;

} // namespace

void Received::keep(core::Capability capability, int fd) {
    if (kept_.size() >= sweepAt_) {
        sweep();
        sweepAt_ = std::max(sweepMin, 2 * kept_.size());
    }
    kept_.push_back({std::move(capability), fd});
}

kj::Maybe<core::Capability> Received::take(int fd) {
    auto handle = core::handleOf(session_, fd);
    if (!handle)
        return nullptr;
    auto found = std::ranges::find(kept_, *handle,
                                   [](const Kept& kept) { return kept.capability.handle(); });
    if (found == kept_.end())
        return nullptr;
    core::Capability taken = std::move(found->capability);
    kept_.erase(found);
    return taken;
}

// A number that was closed may stand for another file by now, but not for the same handle: only
// take() gives a handle to someone who could make another file for it.
void Received::sweep() {
    std::erase_if(kept_, [this](const Kept& kept) {
        auto handle = core::handleOf(session_, kept.fd);
        if (handle)
            return *handle != kept.capability.handle();
        return handle.error().code() != EKEYREVOKED;
    });
}

} // namespace portal::rpc
