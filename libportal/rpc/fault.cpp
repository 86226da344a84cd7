// SPDX-License-Identifier: MIT
#include "fault.h"

#include <capnp/schema.h>

namespace portal::rpc {
namespace {

constexpr kj::StringPtr mark = "portal."_kj;
constexpr kj::StringPtr remotePrefix = "remote exception: "_kj;

struct Marked {
    FaultCode code;
    kj::StringPtr message;
};

kj::StringPtr withoutRemote(kj::StringPtr text) {
    while (text.startsWith(remotePrefix))
        text = text.slice(remotePrefix.size());
    return text;
}

kj::Maybe<Marked> parse(kj::StringPtr description) {
    kj::StringPtr text = withoutRemote(description);
    if (!text.startsWith(mark))
        return nullptr;
    text = text.slice(mark.size());
    KJ_IF_MAYBE (colon, text.findFirst(':')) {
        auto name = kj::str(text.slice(0, *colon));
        auto message = text.slice(*colon + 1);
        KJ_IF_MAYBE (found, capnp::Schema::from<FaultCode>().findEnumerantByName(name))
            if (message.startsWith(" "))
                return Marked{static_cast<FaultCode>(found->getOrdinal()), message.slice(1)};
    }
    return nullptr;
}

kj::Exception::Type typeOf(FaultCode code) {
    switch (code) {
    case FaultCode::REVOKED:
    case FaultCode::UNAVAILABLE:
        return kj::Exception::Type::DISCONNECTED;
    case FaultCode::VERSION:
        return kj::Exception::Type::UNIMPLEMENTED;
    default:
        return kj::Exception::Type::FAILED;
    }
}

FaultCode codeOf(kj::Exception::Type type) {
    switch (type) {
    case kj::Exception::Type::DISCONNECTED:
    case kj::Exception::Type::OVERLOADED:
        return FaultCode::UNAVAILABLE;
    case kj::Exception::Type::UNIMPLEMENTED:
        return FaultCode::VERSION;
    default:
        return FaultCode::UNKNOWN;
    }
}

} // namespace

kj::StringPtr nameOf(FaultCode code) {
    auto enumerants = capnp::Schema::from<FaultCode>().getEnumerants();
    auto number = static_cast<unsigned>(code);
    return number < enumerants.size() ? enumerants[number].getProto().getName() : "unknown"_kj;
}

kj::Exception fault(FaultCode code, kj::StringPtr message) {
    return kj::Exception(typeOf(code), __FILE__, __LINE__,
                         kj::str(mark, nameOf(code), ": ", message));
}

void fail(FaultCode code, kj::StringPtr message) {
    kj::throwFatalException(fault(code, message));
}

FaultCode codeOf(const kj::Exception& exception) {
    KJ_IF_MAYBE (marked, parse(exception.getDescription()))
        return marked->code;
    return codeOf(exception.getType());
}

kj::StringPtr messageOf(const kj::Exception& exception) {
    KJ_IF_MAYBE (marked, parse(exception.getDescription()))
        return marked->message;
    return withoutRemote(exception.getDescription());
}

} // namespace portal::rpc
