// SPDX-License-Identifier: GPL-2.0-only
#include "../links/sys.h"
#include "platform.h"

#include <filesystem>
#include <format>
#include <fstream>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

namespace bench {
namespace {

double ofTask(const std::filesystem::path& task) {
    std::ifstream status(task / "status");
    double total = 0;
    for (std::string line; std::getline(status, line);)
        if (line.contains("ctxt_switches:"))
            total += std::stod(line.substr(line.find('\t')));
    return total;
}

} // namespace

std::span<std::byte> takeShared(std::size_t size) {
    void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (mapped == MAP_FAILED)
        fail("mmap");
    return {static_cast<std::byte*>(mapped), size};
}

void giveBack(std::span<std::byte> shared) {
    ::munmap(shared.data(), shared.size());
}

Switches contextSwitches(pid_t other) {
    rusage usage;
    check(::getrusage(RUSAGE_SELF, &usage), "getrusage");
    Switches switches{{0, static_cast<double>(usage.ru_nvcsw + usage.ru_nivcsw)}};
    if (other)
        for (const auto& task :
             std::filesystem::directory_iterator(std::format("/proc/{}/task", other)))
            if (double count = ofTask(task)) // 0: it has just ended
                switches[std::stoi(task.path().filename())] = count;
    return switches;
}

void sleepPrecisely() {
    check(::prctl(PR_SET_TIMERSLACK, 1), "PR_SET_TIMERSLACK");
}

void sleepUntil(Clock::time_point time) {
    auto sinceBoot = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
    timespec at{.tv_sec = sinceBoot.count() / 1'000'000'000,
                .tv_nsec = sinceBoot.count() % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR)
        ;
}

std::string systemVersion() {
    utsname system;
    ::uname(&system);
    return system.release;
}

} // namespace bench
