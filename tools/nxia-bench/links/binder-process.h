// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "../transport.h"

#include <core/fd.h>
#include <linux/android/binder.h>

#include <array>
#include <cstring>

namespace bench {

/// A process at the binder driver: its descriptor, and where the driver puts what it is sent.
class BinderProcess {
public:
    explicit BinderProcess(const char* device);
    ~BinderProcess();
    BinderProcess(const BinderProcess&) = delete;

    void becomeContextManager();

    /// Appends a command, to go with the next talk().
    template <typename... T>
    void put(std::uint32_t command, const T&... argument) {
        append(command);
        (append(argument), ...);
    }

    /// One system call: hands over what was put, and sleeps until the driver has something to say.
    void talk();

    /// The next word of what it said; 0 when there is no more.
    std::uint32_t next();

    /// The argument of the command that next() said.
    template <typename T>
    T argument() {
        T value;
        std::memcpy(&value, in_.data() + read_, sizeof value);
        read_ += sizeof value;
        return value;
    }

private:
    template <typename T>
    void append(const T& value) {
        std::memcpy(out_.data() + written_, &value, sizeof value);
        written_ += sizeof value;
    }

    portal::core::Fd file_;
    void* mapping_;
    std::array<std::byte, 256> out_;
    std::array<std::byte, 256> in_;
    std::size_t written_ = 0;
    std::size_t read_ = 0;
    std::size_t there_ = 0;
};

} // namespace bench
