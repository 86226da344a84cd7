// SPDX-License-Identifier: GPL-2.0-only
#include "capnp-server.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bench {
namespace {

using schema::Echo;

// Each piece goes when flow control says so.
kj::Promise<void> writeAll(Echo::Sink::Client sink, std::vector<kj::byte> piece,
                           std::uint64_t total) {
    if (total == 0)
        return kj::READY_NOW;
    auto size = std::min<std::uint64_t>(piece.size(), total);
    auto write = sink.writeRequest();
    write.setPiece(kj::arrayPtr(piece.data(), size));
    return write.send().then(
        [sink = kj::mv(sink), piece = std::move(piece), rest = total - size]() mutable {
            return writeAll(kj::mv(sink), std::move(piece), rest);
        });
}

class EchoServer final : public Echo::Server {
public:
    kj::Promise<void> echo(EchoContext context) override {
        context.getResults().setPayload(context.getParams().getPayload());
        return kj::READY_NOW;
    }

    kj::Promise<void> push(PushContext) override { return kj::READY_NOW; }

    kj::Promise<void> pushed(PushedContext) override { return kj::READY_NOW; }

    kj::Promise<void> pull(PullContext context) override {
        auto params = context.getParams();
        return writeAll(params.getSink(), std::vector<kj::byte>(params.getPiece()),
                        params.getTotal());
    }
};

} // namespace

schema::Echo::Client makeEcho() {
    return kj::heap<EchoServer>();
}

} // namespace bench
