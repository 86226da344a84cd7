// SPDX-License-Identifier: GPL-2.0-only
#include "pump.h"

#include "rpc/fault.h"

#include <algorithm>
#include <capnp/rpc.capnp.h>
#include <capnp/serialize-async.h>
#include <utility>

namespace nxia::bridge {

namespace {

namespace rpc = portal::rpc;
using capnp::word;

constexpr std::size_t roomWords = (64 << 10) / sizeof(word);

} // namespace

Pump::Pump(rpc::Vat& vat, Opened service, kj::Own<kj::AsyncIoStream> client,
           std::size_t messageBytes)
    : name_(std::move(service.name)), service_(vat, std::move(service.channel)),
      client_(kj::mv(client)), most_(messageBytes / sizeof(word)), words_(roomWords) {}

kj::Promise<void> Pump::run() {
    return toService().exclusiveJoin(toClient()).catch_([this](kj::Exception&& why) {
        return abort(why);
    });
}

kj::Promise<void> Pump::toService() {
    auto* bytes = reinterpret_cast<kj::byte*>(words_.data());
    return client_->tryRead(bytes + filled_, 1, words_.size() * sizeof(word) - filled_)
        .then([this](std::size_t got) -> kj::Promise<void> {
            if (got == 0)
                return kj::READY_NOW;
            filled_ += got;
            return forwardWhole().then([this] { return toService(); });
        });
}

/// Forwards the messages that are whole, and makes room for the rest of the next one.
kj::Promise<void> Pump::forwardWhole() {
    auto rest = kj::arrayPtr(words_.data() + begin_, filled_ / sizeof(word) - begin_);
    auto length = capnp::expectedSizeInWordsFromPrefix(rest);
    if (length <= rest.size()) {
        begin_ += length;
        return service_.forward(rest.slice(0, length).asBytes()).then([this] {
            return forwardWhole();
        });
    }
    if (length > most_)
        rpc::fail(rpc::FaultCode::TOO_LARGE, "a message has more bytes than any may");
    auto end = words_.begin() + (filled_ + sizeof(word) - 1) / sizeof(word);
    std::copy(words_.begin() + begin_, end, words_.begin());
    filled_ -= std::exchange(begin_, 0) * sizeof(word);
    if (length > words_.size())
        words_.resize(length);
    return kj::READY_NOW;
}

kj::Promise<void> Pump::toClient() {
    return service_.receive().then(
        [this](kj::Maybe<kj::Own<capnp::IncomingRpcMessage>>&& received) -> kj::Promise<void> {
            KJ_IF_MAYBE (message, received) {
                auto bytes = kj::downcast<rpc::IncomingMessage>(**message).bytes();
                auto written = client_->write(bytes.begin(), bytes.size());
                return written.attach(kj::mv(*message)).then([this] { return toClient(); });
            }
            rpc::fail(rpc::FaultCode::UNAVAILABLE,
                      kj::str("service '", name_.c_str(), "' has ended"));
        });
}

kj::Promise<void> Pump::abort(const kj::Exception& why) {
    auto message = kj::heap<capnp::MallocMessageBuilder>();
    auto abort = message->initRoot<capnp::rpc::Message>().initAbort();
    abort.setReason(why.getDescription());
    abort.setType(capnp::rpc::Exception::Type::DISCONNECTED);
    auto written = capnp::writeMessage(*client_, *message);
    return written.attach(kj::mv(message))
        .then([this] {
            client_->shutdownWrite();
            return drain();
        })
        .catch_([](kj::Exception&&) {}); // it is the client that has ended
}

/// Who is still sending sees a reset otherwise, and not why.
kj::Promise<void> Pump::drain() {
    return client_->tryRead(words_.data(), 1, words_.size() * sizeof(word))
        .then([this](std::size_t got) {
            return got == 0 ? kj::Promise<void>(kj::READY_NOW) : drain();
        });
}

} // namespace nxia::bridge
