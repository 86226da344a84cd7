// SPDX-License-Identifier: MIT
#pragma once

#include "error.h"
#include "fd.h"

#include <linux/nxia.h>

#include <memory>
#include <utility>

namespace portal::core {

/// A space of capabilities: one open of /dev/nxia.
///
/// A Session is a reference; copies stand for the same session, and each Capability holds one, so
/// that the session ends with the last of them. Safe to use from many threads.
class Session {
public:
    /// Opens a new session. ENOENT: the module is not loaded. `device` is for unusual places of
    /// the device node.
    static Result<Session> open(const char* device = "/dev/nxia");

    /// What this kernel offers, and how much of it is used.
    Result<nxia_info> info() const;

    /// The descriptor, owned by the session.
    int fd() const { return file_->get(); }

    /// Makes one of the calls of linux/nxia.h; `name` is a literal for the Error.
    template <typename Argument>
    Result<void> call(unsigned long request, Argument& argument, const char* name) const {
        return callRaw(request, &argument, name);
    }

private:
    explicit Session(Fd file) : file_(std::make_shared<const Fd>(std::move(file))) {}
    Result<void> callRaw(unsigned long request, void* argument, const char* name) const;

    std::shared_ptr<const Fd> file_;
};

} // namespace portal::core
