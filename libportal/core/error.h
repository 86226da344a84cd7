// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>

namespace portal::core {

/// Why a call did not do what it should: the errno of the kernel, and which call it was.
///
/// Nothing in portal::core throws; what can fail returns a Result.
class Error {
public:
    /// `call` must be a string literal: it is kept, not copied.
    constexpr Error(int code, const char* call) : code_(code), call_(call) {}

    /// The errno, as linux/nxia.h documents it for the call.
    constexpr int code() const { return code_; }

    /// Name of the call that failed, such as "CONNECT".
    constexpr const char* call() const { return call_; }

    /// What went wrong, without the name of the call: "capability revoked" for EKEYREVOKED.
    std::string reason() const;

    /// One line for a human being: "CONNECT: capability revoked".
    std::string message() const;

    friend constexpr bool operator==(const Error& a, const Error& b) { return a.code_ == b.code_; }

private:
    int code_;
    const char* call_;
};

template <typename T>
using Result = std::expected<T, Error>;

/// An Error to return from a function whose type is a Result.
constexpr std::unexpected<Error> failure(int code, const char* call) {
    return std::unexpected(Error(code, call));
}

} // namespace portal::core
