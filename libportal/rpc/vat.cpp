// SPDX-License-Identifier: MIT
#include "vat.h"

#include "error.h"

#include <utility>

namespace portal::rpc {
namespace {

// What Cap'n Proto passes about for a capability of the kernel that is ours.
class Given final : public schema::Endpoint::Server {
public:
    Given(core::Capability capability, core::Fd fd)
        : capability_(std::move(capability)), fd_(std::move(fd)) {}

    kj::Maybe<int> getFd() override { return fd_.get(); }

private:
    core::Capability capability_;
    core::Fd fd_;
};

} // namespace

Vat::Vat(core::Session session, kj::UnixEventPort& port)
    : session_(session), port_(port), received_(std::move(session)) {}

schema::Endpoint::Client Vat::give(core::Capability capability) {
    if (!(unwrap(capability.query()).rights & NXIA_RIGHT_TRANSFER))
        fail(FaultCode::REFUSED, "the capability may not be transferred"_kj);
    core::Fd fd = unwrap(capability.fd());
    return kj::heap<Given>(std::move(capability), std::move(fd));
}

kj::Promise<core::Capability> Vat::take(capnp::Capability::Client client) {
    return client.getFd()
        .then([this](kj::Maybe<int> fd) -> core::Capability {
            KJ_IF_MAYBE (number, fd)
                KJ_IF_MAYBE (capability, received_.take(*number))
                    return std::move(*capability);
            fail(FaultCode::INVALID, "no capability of the kernel came with the message"_kj);
        })
        .attach(kj::mv(client));
}

} // namespace portal::rpc
