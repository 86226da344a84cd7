// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

struct nl_msg;
struct nl_sock;
struct nlattr;

/// The administrator's side of the module: generic netlink family "nxia" (linux/nxia.h).
namespace nxia::netlink {

/// What the kernel, or the way to it, answered.
class Error : public std::runtime_error {
public:
    Error(int code, const std::string& message) : std::runtime_error(message), code_(code) {}

    /// An errno. ENOENT: the module is not loaded.
    int code() const { return code_; }

private:
    int code_;
};

struct Status {
    std::uint32_t abiVersion;
    bool enforcing;
    bool registry;
    std::uint64_t sessions;
    std::uint64_t capabilities;
    std::uint64_t objects;
    std::uint64_t pages;
};

struct Session {
    std::uint32_t number;
    std::uint32_t pid;
    std::uint32_t uid;
    std::string comm;
    std::uint64_t capabilities;
};

struct Parent {
    std::uint32_t session;
    std::uint64_t handle;

    bool operator==(const Parent&) const = default;
};

struct Capability {
    std::uint32_t session;
    std::uint64_t handle;
    std::uint32_t type; ///< enum nxia_type
    std::uint64_t rights;
    std::uint64_t badge;
    std::uint64_t object;
    std::optional<Parent> parent;
    bool revoked;
};

/// A connection to the module. All members throw Error.
class Module {
public:
    Module();

    Status status();
    std::vector<Session> sessions();

    /// Of one session, or of all.
    std::vector<Capability> capabilities(std::optional<std::uint32_t> session = {});

    /// Destroys the capability and all that was derived from it; says how many that were.
    std::uint64_t revoke(std::uint32_t session, std::uint64_t handle);

private:
    struct FreeSocket {
        void operator()(nl_sock* socket) const;
    };
    struct FreeMessage {
        void operator()(nl_msg* message) const;
    };
    using Message = std::unique_ptr<nl_msg, FreeMessage>;
    using OnReply = std::function<void(nlattr** attributes)>;

    Message request(std::uint8_t command, int flags);
    void exchange(Message message, const OnReply& onReply);

    std::unique_ptr<nl_sock, FreeSocket> socket_;
    int family_;
};

} // namespace nxia::netlink
