// SPDX-License-Identifier: MIT
#include "result.h"

#include "rpc/fault.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace nxia {
namespace {

using portal::rpc::FaultCode;

// No destructor: the memory of a thread may go after the DLL's code has.
struct Last {
    nxia_result result;
    char message[1024];
};
thread_local Last last;

nxia_result resultOf(FaultCode code) {
    switch (code) {
    case FaultCode::NOT_FOUND:
        return NXIA_E_NOT_FOUND;
    case FaultCode::INVALID:
        return NXIA_E_INVALID;
    case FaultCode::REVOKED:
        return NXIA_E_REVOKED;
    case FaultCode::REFUSED:
        return NXIA_E_REFUSED;
    case FaultCode::UNAVAILABLE:
        return NXIA_E_UNAVAILABLE;
    case FaultCode::TOO_LARGE:
        return NXIA_E_TOO_LARGE;
    case FaultCode::IO:
        return NXIA_E_IO;
    case FaultCode::VERSION:
        return NXIA_E_VERSION;
    case FaultCode::UNKNOWN:
        break;
    }
    return NXIA_E_FAILED;
}

} // namespace

bool isLocal(const kj::Exception& exception) {
    return !exception.getDescription().startsWith("remote exception: ");
}

Failure failureOf(const kj::Exception& exception) {
    auto message = portal::rpc::messageOf(exception);
    auto failure = [&](nxia_result result) { return Failure{result, message.cStr()}; };
    if (isLocal(exception)) {
        if (exception.getType() == kj::Exception::Type::DISCONNECTED) {
            return failure(NXIA_E_CONNECTION);
        }
        if (exception.getType() == kj::Exception::Type::OVERLOADED) {
            bool memory = message.startsWith("std::bad_alloc");
            return failure(memory ? NXIA_E_NO_MEMORY : NXIA_E_TIMEOUT);
        }
    }
    return failure(resultOf(portal::rpc::codeOf(exception)));
}

nxia_result remember(nxia_result result, const char* message) noexcept {
    last.result = result;
    auto length = std::min(strlen(message), sizeof(last.message) - 1);
    memmove(last.message, message, length);
    last.message[length] = '\0';
    return result;
}

nxia_result rememberCaught() noexcept {
    try {
        throw;
    } catch (const kj::Exception& e) {
        auto failure = failureOf(e);
        return remember(failure.result, failure.message.c_str());
    } catch (const std::bad_alloc&) {
        return remember(NXIA_E_NO_MEMORY, "out of memory");
    } catch (const std::exception& e) {
        return remember(NXIA_E_FAILED, e.what());
    } catch (...) {
        return remember(NXIA_E_FAILED, "unknown exception");
    }
}

} // namespace nxia

extern "C" {

nxia_result NXIA_CALL nxia_last_result(void) {
    return nxia::last.result;
}

const char* NXIA_CALL nxia_last_message(void) {
    return nxia::last.message;
}
}
