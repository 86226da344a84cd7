// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

namespace nxia::registry {

/// Throws std::runtime_error saying which half is too old if a module with ABI version `module`
/// cannot serve a program built for `program`. A newer module serves older programs.
void checkModuleVersion(std::uint32_t module, std::uint32_t program);

} // namespace nxia::registry
