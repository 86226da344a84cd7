// SPDX-License-Identifier: MIT
#include "vat.h"

#include "error.h"

#include <utility>

namespace portal::rpc {
namespace {

using Rights = std::map<int, std::uint64_t>;

// What Cap'n Proto passes about for a capability of the kernel that is ours.
class Given final : public schema::Endpoint::Server {
public:
    Given(core::Capability capability, core::Fd fd, std::shared_ptr<Rights> given,
          std::uint64_t rights)
        : capability_(std::move(capability)), fd_(std::move(fd)), given_(std::move(given)) {
        given_->emplace(fd_.get(), rights);
    }
    ~Given() noexcept(false) { given_->erase(fd_.get()); }
    KJ_DISALLOW_COPY_AND_MOVE(Given);

    kj::Maybe<int> getFd() override { return fd_.get(); }

private:
    core::Capability capability_;
    core::Fd fd_;
    std::shared_ptr<Rights> given_;
};

} // namespace

Vat::Vat(core::Session session, kj::UnixEventPort& port)
    : session_(session), port_(port), received_(std::move(session)),
      given_(std::make_shared<Rights>()) {}

schema::Endpoint::Client Vat::give(core::Capability capability, std::uint64_t rights) {
    auto held = unwrap(capability.query()).rights;
    if (!(held & NXIA_RIGHT_TRANSFER))
        fail(FaultCode::REFUSED, "the capability may not be transferred"_kj);
    if (rights & ~held)
        fail(FaultCode::REFUSED, "the capability lacks rights that are to be given"_kj);
    core::Fd fd = unwrap(capability.fd());
    return kj::heap<Given>(std::move(capability), std::move(fd), given_, rights);
}

kj::Maybe<std::uint64_t> Vat::givenRights(int fd) const {
    auto found = given_->find(fd);
    return found == given_->end() ? nullptr : kj::Maybe<std::uint64_t>(found->second);
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
