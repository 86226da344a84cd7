// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace nxia::daemon {

/// Gives up every capability of Linux for good: effective, permitted, inheritable, ambient, and, as
/// far as that is allowed, the bounding set; and sets no_new_privs. Then reads back what the kernel
/// says, and throws std::runtime_error naming what is left if anything is.
void dropAllPrivileges();

} // namespace nxia::daemon
