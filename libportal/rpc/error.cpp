// SPDX-License-Identifier: MIT
#include "error.h"

#include <cerrno>

namespace portal::rpc {
namespace {

FaultCode codeOf(int error) {
    switch (error) {
    case EKEYREVOKED:
        return FaultCode::REVOKED;
    case EPERM:
    case EACCES:
        return FaultCode::REFUSED;
    case E2BIG:
    case EMSGSIZE:
        return FaultCode::TOO_LARGE;
    case EINVAL:
    case EBADF:
    case ENOTTY:
    case EXDEV:
        return FaultCode::INVALID;
    case EPIPE:        // the peer is gone
    case EBADMSG:      // the peer is mad
    case ECONNREFUSED: // there is no peer
    case ENXIO:        // there is no registry
    case ENOENT:       // there is no /dev/nxia
    case EAGAIN:
    case EDQUOT:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return FaultCode::UNAVAILABLE;
    default:
        return FaultCode::IO;
    }
}

} // namespace

kj::Exception fault(const core::Error& error) {
    FaultCode code = codeOf(error.code());
    bool revoked = code == FaultCode::REVOKED;
    return fault(code, (revoked ? error.reason() : error.message()).c_str());
}

} // namespace portal::rpc
