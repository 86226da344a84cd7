// SPDX-License-Identifier: MIT
#pragma once

#include "rpc/fault.h"

#include <future>
#include <kj/async-io.h>
#include <thread>

namespace nxia {

/// A thread with KJ's event loop on it. All of Cap'n Proto lives there; other threads send it work.
class Loop {
public:
    /// Returns when the loop runs. Throws what kept it from starting.
    Loop();

    /// Stops the loop and waits for the thread. Not to be called on the loop's thread.
    ~Loop();

    /// Runs `work` on the loop and waits for its result; if it returns a promise, for that of the
    /// promise. Exceptions come through. Called on the loop's own thread it fails (INVALID): that
    /// would wait for itself.
    template <typename Work>
    auto run(Work&& work) {
        if (std::this_thread::get_id() == thread.get_id()) {
            portal::rpc::fail(portal::rpc::FaultCode::INVALID,
                              "a completion must not call back into the library");
        }
        return executor->executeSync(kj::fwd<Work>(work));
    }

    /// For use on the loop's thread.
    kj::AsyncIoContext& io() { return *context; }

private:
    void main(std::promise<void>& started);

    kj::AsyncIoContext* context = nullptr;
    kj::Own<const kj::Executor> executor;
    kj::Own<kj::PromiseFulfiller<void>> stop;
    std::thread thread;
};

} // namespace nxia
