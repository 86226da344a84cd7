// SPDX-License-Identifier: GPL-2.0-only
//
// Two pipes.
#include "links.h"
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

class PipeTransport final : public LinkTransport {
public:
    std::string_view name() const override { return "pipe"; }

    std::unique_ptr<Link> accept() override {
        Pair& pair = pairs_[accepted_++];
        return std::make_unique<StreamLink>(std::move(pair.request.reader),
                                            std::move(pair.answer.writer));
    }

protected:
    void open() override {
        pairs_.clear();
        accepted_ = 0;
        for (unsigned i = 0; i < setup().clients; i++)
            pairs_.push_back({makePipe(setup().room), makePipe(setup().room)});
    }

    std::unique_ptr<Link> dial(unsigned number) override {
        Pair& pair = pairs_[number];
        return std::make_unique<StreamLink>(std::move(pair.answer.reader),
                                            std::move(pair.request.writer));
    }

private:
    struct Pair {
        Pipe request;
        Pipe answer;
    };

    std::vector<Pair> pairs_;
    unsigned accepted_ = 0;
};

} // namespace

Transport& pipeTransport() {
    static PipeTransport transport;
    return transport;
}

} // namespace bench
