// SPDX-License-Identifier: GPL-2.0-only
#include "crew.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <numeric>
#include <thread>

namespace bench {

struct Crew::Member {
    pid_t pid;
    std::jthread thread;
};

Crew::Crew(std::string what) : what_(std::move(what)) {}

Crew::~Crew() {}

// A thread cannot be killed, and others wait for the one that failed: with it ends the program.
pid_t Crew::start(const std::string& name, int, const std::function<void()>& work) {
    auto pid = static_cast<pid_t>(members_.size() + 1);
    members_.push_back({pid, std::jthread([this, name, work] {
                            try {
                                work();
                            } catch (const std::exception& error) {
                                std::fprintf(stderr, "nxia-bench: %s: %s: %s\n", what_.c_str(),
                                             name.c_str(), error.what());
                                std::_Exit(1);
                            }
                        })});
    return pid;
}

void Crew::waitFor(std::vector<pid_t> pids) {
    for (pid_t pid : pids)
        std::ranges::find(members_, pid, &Member::pid)->thread.join();
}

std::vector<int> usableProcessors() {
    std::vector<int> all(std::max(1u, std::thread::hardware_concurrency()));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

void bindTo(int) {}

} // namespace bench
