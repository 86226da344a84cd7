// SPDX-License-Identifier: GPL-2.0-only
#include "iceoryx-daemon.h"

#include "../links/sys.h"

#include <core/fd.h>
#include <csignal>
#include <fcntl.h>
#include <format>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr const char* program = "/usr/bin/iox-roudi";

// A file without a name, with one kind of chunk.
portal::core::Fd writeConfig(std::size_t size, unsigned chunks) {
    auto text = std::format(
        "[general]\nversion = 1\n[[segment]]\n[[segment.mempool]]\nsize = {}\ncount = {}\n", size,
        chunks);
    portal::core::Fd file(check(::memfd_create("roudi.toml", 0), "memfd_create"));
    check(::write(file.get(), text.data(), text.size()), "write");
    return file;
}

} // namespace

std::string IceoryxDaemon::unavailable() {
    return ::access(program, X_OK) == 0 ? std::string()
                                        : std::format("there is no {} here", program);
}

IceoryxDaemon::IceoryxDaemon(std::size_t size, unsigned chunks) : owner_(::getpid()) {
    auto config = writeConfig(size, chunks);
    auto path = std::format("/proc/self/fd/{}", config.get());
    pid_ = check(::fork(), "fork");
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, STDOUT_FILENO);
        ::dup2(nowhere, STDERR_FILENO);
        ::execl(program, program, "--config-file", path.c_str(), "--monitoring-mode", "off",
                "--log-level", "off", nullptr);
        ::_exit(127);
    }
}

IceoryxDaemon::~IceoryxDaemon() {
    if (::getpid() != owner_)
        return;
    // Asked to end, it would look for its processes, which were killed before, and fail.
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

} // namespace bench
