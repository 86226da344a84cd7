// SPDX-License-Identifier: GPL-2.0-only
#include "capnp-client.h"

#include <algorithm>

namespace bench {
namespace {

using schema::Echo;

kj::ArrayPtr<const kj::byte> dataOf(Bytes bytes) {
    return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

void copy(capnp::Data::Reader from, MutableBytes to) {
    std::copy_n(from.begin(), std::min(from.size(), to.size()),
                reinterpret_cast<kj::byte*>(to.data()));
}

class CopyingSink final : public Echo::Sink::Server {
public:
    CopyingSink(MutableBytes piece, kj::PromiseFulfiller<void>& done, std::uint64_t total)
        : piece_(piece), done_(done), rest_(total) {}

    kj::Promise<void> write(WriteContext context) override {
        auto from = context.getParams().getPiece();
        copy(from, piece_);
        rest_ -= std::min<std::uint64_t>(rest_, from.size());
        if (rest_ == 0)
            done_.fulfill();
        return kj::READY_NOW;
    }

private:
    MutableBytes piece_;
    kj::PromiseFulfiller<void>& done_;
    std::uint64_t rest_;
};

} // namespace

CapnpClient::CapnpClient(schema::Echo::Client echo, kj::WaitScope& scope)
    : echo_(kj::mv(echo)), scope_(scope) {}

void CapnpClient::call(Bytes request, MutableBytes answer) {
    auto call = echo_.echoRequest();
    call.setPayload(dataOf(request));
    auto response = call.send().wait(scope_);
    copy(response.getPayload(), answer);
}

void CapnpClient::push(Bytes piece, std::uint64_t total) {
    while (total > 0) {
        Bytes part = piece.first(std::min<std::uint64_t>(piece.size(), total));
        auto push = echo_.pushRequest();
        push.setPiece(dataOf(part));
        push.send().wait(scope_);
        total -= part.size();
    }
    echo_.pushedRequest().send().wait(scope_);
}

void CapnpClient::pull(MutableBytes piece, std::uint64_t total) {
    auto done = kj::newPromiseAndFulfiller<void>();
    auto pull = echo_.pullRequest();
    pull.setSink(kj::heap<CopyingSink>(piece, *done.fulfiller, total));
    pull.setTotal(total);
    pull.setPiece(piece.size());
    pull.send().wait(scope_);
    done.promise.wait(scope_);
}

} // namespace bench
