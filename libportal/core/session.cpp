// SPDX-License-Identifier: MIT
#include "session.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>

namespace portal::core {

Result<Session> Session::open(const char* device) {
    int fd = ::open(device, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return failure(errno, "open /dev/nxia");
    return Session(Fd(fd));
}

Result<nxia_info> Session::info() const {
    nxia_info info{};
    return call(NXIA_IOC_INFO, info, "INFO").transform([&] { return info; });
}

Result<void> Session::callRaw(unsigned long request, void* argument, const char* name) const {
    if (::ioctl(file_->get(), request, argument) < 0)
        return failure(errno, name);
    return {};
}

} // namespace portal::core
