// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <string>
#include <sys/types.h>

namespace bench {

/// iox-roudi, the daemon that makes the shared memory of iceoryx. It ends with this object, or with
/// the process that made it.
class IceoryxDaemon {
public:
    /// With `chunks` pieces of memory for messages of `size` bytes.
    IceoryxDaemon(std::size_t size, unsigned chunks);
    ~IceoryxDaemon();
    IceoryxDaemon(const IceoryxDaemon&) = delete;
    IceoryxDaemon& operator=(const IceoryxDaemon&) = delete;

    /// Why there can be none; empty: there can.
    static std::string unavailable();

private:
    pid_t owner_;
    pid_t pid_;
};

} // namespace bench
