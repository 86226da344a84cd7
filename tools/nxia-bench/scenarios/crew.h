// SPDX-License-Identifier: GPL-2.0-only
//
// The processes of one measurement; on Windows, its threads.
#pragma once

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

/// Forks processes, and sees to it that none is left and that no failure of one goes unseen.
class Crew {
public:
    /// `what` is what is measured: it stands in front of what goes wrong.
    explicit Crew(std::string what);
    ~Crew();
    Crew(const Crew&) = delete;

    /// Starts a process on `processor` that does `work`.
    pid_t start(const std::string& name, int processor, const std::function<void()>& work);

    /// Sleeps until all of `pids` have ended well. Throws std::runtime_error when one of the crew
    /// did not: it has said why.
    void waitFor(std::vector<pid_t> pids);

private:
    struct Member;

    std::string what_;
    std::vector<Member> members_;
};

/// The processors that this process may use, in order; tasks of a run are on the first two.
std::vector<int> usableProcessors();

/// Binds the calling thread, and those that it starts, to one.
void bindTo(int processor);

} // namespace bench
