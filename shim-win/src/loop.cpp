// SPDX-License-Identifier: MIT
#include "loop.h"

namespace nxia {

Loop::Loop() {
    std::promise<void> started;
    auto running = started.get_future();
    thread = std::thread([this, &started] { main(started); });
    try {
        running.get();
    } catch (...) {
        thread.join();
        throw;
    }
}

Loop::~Loop() {
    executor->executeSync([this] { stop->fulfill(); });
    thread.join();
}

void Loop::main(std::promise<void>& started) {
    try {
        auto io = kj::setupAsyncIo();
        auto stopping = kj::newPromiseAndFulfiller<void>();
        context = &io;
        stop = kj::mv(stopping.fulfiller);
        executor = kj::getCurrentThreadExecutor().addRef();
        started.set_value();
        stopping.promise.wait(io.waitScope);
        stop = nullptr;
    } catch (...) {
        started.set_exception(std::current_exception());
    }
}

} // namespace nxia
