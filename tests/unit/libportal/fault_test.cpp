// SPDX-License-Identifier: GPL-2.0-only
//
// Errors: those of portal::core, those of calls, and the way from one to the other.

#include "rpc/error.h"
#include "rpc/fault.h"

#include <capnp/schema.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cerrno>
#include <string>

using namespace portal;
using portal::rpc::codeOf;
using portal::rpc::FaultCode;
using portal::rpc::messageOf;

namespace {

std::string text(kj::StringPtr string) {
    return string.cStr();
}

kj::Exception exception(kj::StringPtr description,
                        kj::Exception::Type type = kj::Exception::Type::FAILED) {
    return kj::Exception(type, __FILE__, __LINE__, kj::str(description));
}

} // namespace

TEST_CASE("an error says what failed and why", "[error]") {
    core::Error error(EKEYREVOKED, "CONNECT");
    CHECK(error.code() == EKEYREVOKED);
    CHECK(error.reason() == "capability revoked");
    CHECK(error.message() == "CONNECT: capability revoked");
    CHECK(core::Error(ENOENT, "open").message() == "open: No such file or directory");
    CHECK(core::Error(123456, "WAIT").message() == "WAIT: error 123456");
}

TEST_CASE("a fault keeps its code and message over any number of hops", "[fault]") {
    auto hops = GENERATE(0, 1, 2, 5);
    for (auto enumerant : capnp::Schema::from<FaultCode>().getEnumerants()) {
        auto code = static_cast<FaultCode>(enumerant.getOrdinal());
        auto fault = rpc::fault(code, "no document named 'a: b'");
        kj::String description = kj::str(fault.getDescription());
        for (int i = 0; i < hops; i++)
            description = kj::str("remote exception: ", description);
        auto arrived = exception(description, fault.getType());
        CHECK(codeOf(arrived) == code);
        CHECK(text(messageOf(arrived)) == "no document named 'a: b'");
    }
}

TEST_CASE("the mark is what the schema says", "[fault]") {
    auto fault = rpc::fault(FaultCode::NOT_FOUND, "x");
    CHECK(text(fault.getDescription()) == "portal.notFound: x");
    CHECK(text(rpc::nameOf(FaultCode::TOO_LARGE)) == "tooLarge");
    CHECK(text(rpc::nameOf(static_cast<FaultCode>(999))) == "unknown");
}

TEST_CASE("fail throws", "[fault]") {
    auto caught = kj::runCatchingExceptions([] { rpc::fail(FaultCode::REFUSED, "no"); });
    KJ_IF_MAYBE (thrown, caught) {
        CHECK(codeOf(*thrown) == FaultCode::REFUSED);
        CHECK(text(messageOf(*thrown)) == "no");
    } else {
        FAIL("nothing was thrown");
    }
}

TEST_CASE("an exception without a mark tells by its type", "[fault]") {
    using Type = kj::Exception::Type;
    auto [type, code] = GENERATE(table<Type, FaultCode>({
        {Type::FAILED, FaultCode::UNKNOWN},
        {Type::DISCONNECTED, FaultCode::UNAVAILABLE},
        {Type::OVERLOADED, FaultCode::UNAVAILABLE},
        {Type::UNIMPLEMENTED, FaultCode::VERSION},
    }));
    auto plain = exception("remote exception: Peer disconnected.", type);
    CHECK(codeOf(plain) == code);
    CHECK(text(messageOf(plain)) == "Peer disconnected.");
}

TEST_CASE("what only looks like a mark is a message", "[fault]") {
    auto description = GENERATE("portal.", "portal.notFound", "portal.notFound:x",
                                "portal.nosuchcode: x", "portal: x", "in portal.notFound: x", "");
    auto plain = exception(description);
    CHECK(codeOf(plain) == FaultCode::UNKNOWN);
    CHECK(text(messageOf(plain)) == description);
}

TEST_CASE("errors of the kernel become faults", "[fault]") {
    using Type = kj::Exception::Type;
    auto [error, code, type] = GENERATE(table<int, FaultCode, Type>({
        {EKEYREVOKED, FaultCode::REVOKED, Type::DISCONNECTED},
        {EPIPE, FaultCode::UNAVAILABLE, Type::DISCONNECTED},
        {EBADMSG, FaultCode::UNAVAILABLE, Type::DISCONNECTED},
        {ECONNREFUSED, FaultCode::UNAVAILABLE, Type::DISCONNECTED},
        {ENXIO, FaultCode::UNAVAILABLE, Type::DISCONNECTED},
        {EDQUOT, FaultCode::UNAVAILABLE, Type::DISCONNECTED},
        {EPERM, FaultCode::REFUSED, Type::FAILED},
        {EINVAL, FaultCode::INVALID, Type::FAILED},
        {EMSGSIZE, FaultCode::TOO_LARGE, Type::FAILED},
        {EIO, FaultCode::IO, Type::FAILED},
    }));
    auto fault = rpc::fault(core::Error(error, "WAIT"));
    CHECK(codeOf(fault) == code);
    CHECK(fault.getType() == type);
}

TEST_CASE("revoked is said in two words", "[fault]") {
    auto fault = rpc::fault(core::Error(EKEYREVOKED, "NOTIFY"));
    CHECK(text(messageOf(fault)) == "capability revoked");
}

TEST_CASE("unwrap gives the value or throws", "[fault]") {
    CHECK(rpc::unwrap(core::Result<int>(7)) == 7);
    CHECK_NOTHROW(rpc::unwrap(core::Result<void>()));
    CHECK_THROWS_AS(rpc::unwrap(core::Result<int>(core::failure(EPERM, "x"))), kj::Exception);
    CHECK_THROWS_AS(rpc::unwrap(core::Result<void>(core::failure(EPERM, "x"))), kj::Exception);
}
