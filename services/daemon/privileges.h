// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace nxia::daemon {

/// Gives up every capability of Linux for good: effective, permitted, inheritable, ambient, and, as
/// far as that is allowed, the bounding set; and sets no_new_privs. Then reads back what the kernel
/// says, and throws std::runtime_error naming what is left if anything is.
void dropAllPrivileges();

/// The same for all capabilities but one, which stays permitted if it is, and takes effect only
/// while a Raised of it lives.
void dropPrivilegesBut(int capability);

/// Has a capability of Linux that is permitted in effect while it lives. Without it the kernel
/// refuses, and says so. Afterwards it is as before. Of the calling thread.
class Raised {
public:
    explicit Raised(int capability);
    ~Raised();
    Raised(const Raised&) = delete;
    Raised& operator=(const Raised&) = delete;

private:
    int capability_;
    bool was_; ///< in effect before
};

} // namespace nxia::daemon
