// SPDX-License-Identifier: MIT
#pragma once

#include "session.h"

#include <cstdint>

namespace portal::core {

/// Owns a handle: the capability is closed when this is destroyed.
///
/// Rights are NXIA_RIGHT_* of linux/nxia.h. Threads: like any value; calls on a const Capability
/// may be made from many threads.
class Capability {
public:
    /// Takes over `handle`, which must be one of `session`.
    Capability(Session session, std::uint64_t handle);
    Capability(Capability&& other) noexcept;
    Capability& operator=(Capability&& other) noexcept;
    ~Capability();

    /// BOOTSTRAP: a capability with CONNECT to the registry. ENXIO: there is none now.
    static Result<Capability> bootstrap(const Session& session);

    std::uint64_t handle() const { return handle_; }
    const Session& session() const { return session_; }

    /// DERIVE: a child with `rights`; a `badge` of 0 keeps that of this one.
    Result<Capability> derive(std::uint64_t rights, std::uint64_t badge = 0) const;

    /// REVOKE: destroys every descendant and says how many there were; this one stays.
    Result<std::uint64_t> revoke() const;

    Result<nxia_query> query() const;

    /// FD: a new descriptor that stands for this one (poll, mmap, Cap'n Proto's getFd). Closing it
    /// does not close the capability.
    Result<Fd> fd() const;

    /// An entry for Channel::send: the peer gets a child with `rights` and `badge`.
    nxia_transfer_cap grant(std::uint64_t rights, std::uint64_t badge = 0) const {
        return {.handle = handle_, .rights = rights, .badge = badge};
    }

    /// Gives the handle away; the caller closes it.
    std::uint64_t release();

private:
    void close();

    Session session_;
    std::uint64_t handle_; // 0: none
};

/// The rights over a handle of `session`.
Result<std::uint64_t> rightsOf(const Session& session, std::uint64_t handle);

/// HANDLE: which handle of `session` the descriptor `fd` stands for. Owns nothing. EXDEV: it
/// belongs to another session.
Result<std::uint64_t> handleOf(const Session& session, int fd);

} // namespace portal::core
