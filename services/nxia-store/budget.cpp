// SPDX-License-Identifier: GPL-2.0-only
#include "budget.h"

#include "error.h"

namespace nxia::store {

bool Budget::take(std::size_t bytes) {
    if (bytes > limit_ - used_ || (parent_ && !parent_->take(bytes)))
        return false;
    used_ += bytes;
    return true;
}

void Budget::give(std::size_t bytes) {
    used_ -= bytes;
    if (parent_)
        parent_->give(bytes);
}

void Reservation::add(std::size_t bytes) {
    if (!budget_.take(bytes))
        throw StoreError(StoreError::Code::busy,
                         "too many large documents are on their way: try again later");
    bytes_ += bytes;
}

} // namespace nxia::store
