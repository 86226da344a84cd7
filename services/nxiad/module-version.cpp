// SPDX-License-Identifier: GPL-2.0-only
#include "module-version.h"

#include <format>
#include <stdexcept>

namespace nxia::registry {

void checkModuleVersion(std::uint32_t module, std::uint32_t program) {
    if (module < program)
        throw std::runtime_error(
            std::format("the kernel module nxia is too old: it has ABI version {}, nxiad needs {}; "
                        "update the module, or use an older nxiad",
                        module, program));
}

} // namespace nxia::registry
