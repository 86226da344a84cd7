// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "rpc/stream.h"
#include "tickets.h"

#include <capnp/common.h>
#include <kj/async-io.h>
#include <vector>

namespace nxia::bridge {

/// Carries messages of Cap'n Proto between a client's socket and a service's channel. It looks at
/// their length and at nothing else; capabilities of the kernel do not go through.
class Pump {
public:
    /// No message from the client may have more than `messageBytes`.
    Pump(portal::rpc::Vat& vat, Opened service, kj::Own<kj::AsyncIoStream> client,
         std::size_t messageBytes);
    KJ_DISALLOW_COPY_AND_MOVE(Pump);

    /// Resolves when one side has ended. If that was the service, the client has been told why.
    kj::Promise<void> run();

private:
    kj::Promise<void> toService();
    kj::Promise<void> forwardWhole();
    kj::Promise<void> toClient();
    kj::Promise<void> abort(const kj::Exception& why);
    kj::Promise<void> drain();

    std::string name_;
    portal::rpc::ChannelStream service_;
    kj::Own<kj::AsyncIoStream> client_;
    std::size_t most_; // words of a message

    std::vector<capnp::word> words_; // from the client
    std::size_t begin_ = 0;          // of what was not forwarded, in words
    std::size_t filled_ = 0;         // in bytes
};

} // namespace nxia::bridge
