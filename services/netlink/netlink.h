// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "../policy/policy.h"

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
    std::uint32_t generation = 0;    ///< how many policies have been loaded
    bool sealed = false;             ///< policy stays as it is until the next boot
    std::uint64_t auditSequence = 0; ///< of the newest audit record there was to be; 0: none
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

/// A policy that is in force.
struct PolicyInForce {
    std::uint32_t generation = 0;
    policy::Policy policy{}; ///< bits and numbers are the kernel's
};

/// Something that was refused, or a change of policy.
struct AuditRecord {
    std::uint64_t sequence;
    std::uint64_t time; ///< nanoseconds of CLOCK_REALTIME
    std::uint32_t kind; ///< enum nxia_audit_kind
    std::uint32_t pid;
    std::uint32_t uid;
    std::string comm;
    std::string exe;
    std::string domain;
    std::string operation;
    std::string target;
    std::string tags;
    std::string rule;
    std::uint32_t error; ///< errno, or 0
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

    /// Puts a whole policy in force, or changes nothing; gives its generation. EPERM: no
    /// CAP_MAC_ADMIN, or policy is sealed.
    std::uint32_t loadPolicy(const policy::Policy& policy);

    PolicyInForce policy();

    /// Until the next boot.
    void sealPolicy();

    /// The records that are still held from number `first` on, oldest first. What is missing
    /// between two numbers is lost.
    std::vector<AuditRecord> auditRecords(std::uint64_t first);

    /// A socket that hears when there are audit records, without a word of what they are:
    /// auditRecords() tells that, and loses none that are held. Not blocking.
    class Bell {
    public:
        explicit Bell(Module& module);

        /// To poll for reading.
        int fd() const;

        /// Takes all that has come, so that the next record wakes again.
        void silence();

    private:
        struct FreeSocket {
            void operator()(nl_sock* socket) const;
        };
        std::unique_ptr<nl_sock, FreeSocket> socket_;
    };

private:
    struct FreeSocket {
        void operator()(nl_sock* socket) const;
    };
    struct FreeMessage {
        void operator()(nl_msg* message) const;
    };
    using Message = std::unique_ptr<nl_msg, FreeMessage>;
    using OnReply = std::function<void(nlattr** attributes)>;

    Message request(std::uint8_t command, int flags, std::size_t room = 0);
    void exchange(Message message, const OnReply& onReply);

    std::unique_ptr<nl_sock, FreeSocket> socket_;
    int family_;
};

} // namespace nxia::netlink
