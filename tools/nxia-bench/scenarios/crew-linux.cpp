// SPDX-License-Identifier: GPL-2.0-only
#include "crew.h"

#include "../links/sys.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <format>
#include <sched.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr unsigned limit = 300; // seconds: whatever takes longer hangs

std::string how(int status) {
    if (WIFEXITED(status))
        return std::format("ended with status {}", WEXITSTATUS(status));
    if (WTERMSIG(status) == SIGALRM)
        return std::format("took more than {} s", limit);
    return std::format("was killed by signal {}", WTERMSIG(status));
}

} // namespace

struct Crew::Member {
    pid_t pid;
    std::string name;
};

Crew::Crew(std::string what) : what_(std::move(what)) {}

Crew::~Crew() {
    for (const Member& member : members_)
        ::kill(member.pid, SIGKILL);
    for (const Member& member : members_)
        ::waitpid(member.pid, nullptr, 0);
}

pid_t Crew::start(const std::string& name, int processor, const std::function<void()>& work) {
    std::fflush(nullptr);
    pid_t pid = check(::fork(), "fork");
    if (pid > 0) {
        members_.push_back({pid, name});
        return pid;
    }
    int status = 0;
    try {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::alarm(limit);
        bindTo(processor);
        work();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "nxia-bench: %s: %s: %s\n", what_.c_str(), name.c_str(), error.what());
        status = 1;
    }
    std::fflush(nullptr);
    ::_exit(status);
}

void Crew::waitFor(std::vector<pid_t> pids) {
    while (!pids.empty()) {
        int status = 0;
        pid_t pid = check(::waitpid(-1, &status, 0), "waitpid");
        auto member = std::ranges::find(members_, pid, &Member::pid);
        if (member == members_.end())
            continue; // a transport's, such as iceoryx's daemon
        std::string name = member->name;
        members_.erase(member);
        if (status != 0)
            throw std::runtime_error(std::format("{}: the {} {}", what_, name, how(status)));
        std::erase(pids, pid);
    }
}

std::vector<int> usableProcessors() {
    cpu_set_t set;
    check(::sched_getaffinity(0, sizeof set, &set), "sched_getaffinity");
    std::vector<int> found;
    for (int number = 0; number < CPU_SETSIZE; number++)
        if (CPU_ISSET(number, &set))
            found.push_back(number);
    return found;
}

void bindTo(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    check(::sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
}

} // namespace bench
