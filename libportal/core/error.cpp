// SPDX-License-Identifier: MIT
#include "error.h"

#include <cerrno>
#include <cstring>

namespace portal::core {

std::string Error::reason() const {
    switch (code_) {
    case EKEYREVOKED:
        return "capability revoked";
    case EPIPE:
        return "the peer is gone";
    case EBADMSG:
        return "the peer broke the rules of the channel";
    default:
        return strerrordesc_np(code_) ? strerrordesc_np(code_) : "error " + std::to_string(code_);
    }
}

std::string Error::message() const {
    return std::string(call_) + ": " + reason();
}

} // namespace portal::core
