// SPDX-License-Identifier: MIT
#include "endpoint.h"

#include <utility>

namespace portal::core {

Endpoint::Endpoint(Capability capability, Fd fd)
    : capability_(std::move(capability)), fd_(std::move(fd)) {}

Result<Endpoint> Endpoint::create(const Session& session, unsigned backlog, std::uint64_t rights,
                                  std::uint32_t flags) {
    nxia_endpoint_create call{.flags = flags, .backlog = backlog, .rights = rights};
    return session.call(NXIA_IOC_ENDPOINT_CREATE, call, "ENDPOINT_CREATE").and_then([&] {
        return from(Capability(session, call.handle));
    });
}

Result<Endpoint> Endpoint::from(Capability capability) {
    return capability.fd().transform(
        [&](Fd fd) { return Endpoint(std::move(capability), std::move(fd)); });
}

Result<Endpoint::Connection> Endpoint::accept() const {
    nxia_accept call{.endpoint = capability_.handle()};
    if (auto done = capability_.session().call(NXIA_IOC_ACCEPT, call, "ACCEPT"); !done)
        return std::unexpected(done.error());

    Peer peer{.badge = call.badge,
              .label = call.label,
              .domain = call.domain,
              .pid = call.pid,
              .uid = call.uid};
    return Channel::adopt(Capability(capability_.session(), call.handle), Fd(call.fd), call.tx_size,
                          call.rx_size)
        .transform([&](Channel channel) { return Connection{std::move(channel), peer}; });
}

} // namespace portal::core
