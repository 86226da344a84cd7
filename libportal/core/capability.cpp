// SPDX-License-Identifier: MIT
#include "capability.h"

#include <utility>

namespace portal::core {

Capability::Capability(Session session, std::uint64_t handle)
    : session_(std::move(session)), handle_(handle) {}

Capability::Capability(Capability&& other) noexcept
    : session_(other.session_), handle_(other.release()) {}

Capability& Capability::operator=(Capability&& other) noexcept {
    if (this != &other) {
        close();
        session_ = other.session_;
        handle_ = other.release();
    }
    return *this;
}

Capability::~Capability() {
    close();
}

Result<Capability> Capability::bootstrap(const Session& session) {
    nxia_bootstrap call{};
    return session.call(NXIA_IOC_BOOTSTRAP, call, "BOOTSTRAP").transform([&] {
        return Capability(session, call.handle);
    });
}

Result<Capability> Capability::derive(std::uint64_t rights, std::uint64_t badge) const {
    nxia_derive call{.parent = handle_, .rights = rights, .badge = badge};
    return session_.call(NXIA_IOC_DERIVE, call, "DERIVE").transform([&] {
        return Capability(session_, call.handle);
    });
}

Result<std::uint64_t> Capability::revoke() const {
    nxia_revoke call{.handle = handle_};
    return session_.call(NXIA_IOC_REVOKE, call, "REVOKE").transform([&] { return call.revoked; });
}

Result<nxia_query> Capability::query() const {
    nxia_query call{.handle = handle_};
    return session_.call(NXIA_IOC_QUERY, call, "QUERY").transform([&] { return call; });
}

Result<Fd> Capability::fd() const {
    nxia_fd call{.handle = handle_};
    return session_.call(NXIA_IOC_FD, call, "FD").transform([&] { return Fd(call.fd); });
}

std::uint64_t Capability::release() {
    return std::exchange(handle_, 0);
}

void Capability::close() {
    nxia_close call{.handle = release()};
    if (call.handle)
        (void)session_.call(NXIA_IOC_CLOSE, call, "CLOSE");
}

Result<std::uint64_t> rightsOf(const Session& session, std::uint64_t handle) {
    nxia_query call{.handle = handle};
    return session.call(NXIA_IOC_QUERY, call, "QUERY").transform([&] { return call.rights; });
}

Result<std::uint64_t> handleOf(const Session& session, int fd) {
    nxia_handle call{.fd = fd};
    return session.call(NXIA_IOC_HANDLE, call, "HANDLE").transform([&] { return call.handle; });
}

} // namespace portal::core
