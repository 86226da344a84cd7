// SPDX-License-Identifier: MIT
#pragma once

namespace portal::core {

/// Owns a file descriptor.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd();

    /// -1 if there is none.
    int get() const { return fd_; }

    /// Gives the descriptor away; the caller closes it.
    int release();

private:
    int fd_ = -1;
};

} // namespace portal::core
