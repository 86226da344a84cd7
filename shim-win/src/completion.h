// SPDX-License-Identifier: MIT
#pragma once

#include "nxia.h"

#include <utility>

namespace nxia {

/// Calls a program's completion exactly once: with the result told, or else, when it is destroyed,
/// with NXIA_E_CANCELLED.
class Completion {
public:
    Completion(nxia_completion function, void* context) : function(function), context(context) {}
    Completion(Completion&& other) noexcept
        : function(std::exchange(other.function, nullptr)), context(other.context) {}
    Completion& operator=(Completion&&) = delete;
    ~Completion() { tell(NXIA_E_CANCELLED, "disconnected during the call"); }

    void tell(nxia_result result, const char* message) {
        if (auto once = std::exchange(function, nullptr)) {
            once(context, result, message);
        }
    }

private:
    nxia_completion function;
    void* context;
};

} // namespace nxia
