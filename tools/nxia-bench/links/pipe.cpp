// SPDX-License-Identifier: GPL-2.0-only
//
// Two pipes.
#include "links.h"
#include "prepared.h"
#include "stream.h"
#include "sys.h"

#include <array>
#include <fcntl.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bench {
namespace {

struct Pipe {
    Fd reader;
    Fd writer;
};

Pipe makePipe(std::size_t room) {
    std::array<int, 2> ends;
    check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    Pipe pipe{Fd(ends[0]), Fd(ends[1])};
    check(::fcntl(pipe.writer.get(), F_SETPIPE_SZ, room), "F_SETPIPE_SZ");
    return pipe;
}

struct PipePair {
    Pipe request;
    Pipe answer;
};

class PipeTransport final : public PreparedTransport<PipePair> {
public:
    std::string_view name() const override { return "pipe"; }

    std::unique_ptr<Link> accept() override {
        PipePair& pair = nextPair();
        return std::make_unique<StreamLink>(std::move(pair.request.reader),
                                            std::move(pair.answer.writer));
    }

protected:
    PipePair make(unsigned) override { return {makePipe(setup().room), makePipe(setup().room)}; }

    std::unique_ptr<Link> dial(unsigned number) override {
        PipePair& mine = pair(number);
        return std::make_unique<StreamLink>(std::move(mine.answer.reader),
                                            std::move(mine.request.writer));
    }
};

} // namespace

Transport& pipeTransport() {
    static PipeTransport transport;
    return transport;
}

} // namespace bench
