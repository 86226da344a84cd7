// SPDX-License-Identifier: GPL-2.0-only
//
// Rings in shared memory; each side sleeps in a read() of an eventfd of its own.
#include "links.h"
#include "prepared.h"
#include "ring-link.h"
#include "shared-memory.h"
#include "sys.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

namespace bench {
namespace {

using portal::core::Fd;

Fd makeEvent() {
    return Fd(check(::eventfd(0, EFD_CLOEXEC), "eventfd"));
}

class EventLink final : public RingLink {
public:
    EventLink(const RingPlace& out, const RingPlace& in, int own, int peer)
        : RingLink(out, in), own_(own), peer_(peer) {}

    int fd() const override { return own_; }

protected:
    void wakeConsumer() override { wakePeer(); }
    void wakeProducer() override { wakePeer(); }

    void sleepUntilSpace(std::size_t want) override {
        if (out_.arm(want))
            sleep();
        out_.disarm();
    }

    void sleepUntilData(std::size_t want) override {
        if (in_.arm(want))
            sleep();
        in_.disarm();
    }

private:
    void wakePeer() { check(::eventfd_write(peer_, 1), "eventfd_write"); }

    void sleep() {
        eventfd_t count;
        check(::eventfd_read(own_, &count), "eventfd_read");
    }

    int own_;
    int peer_;
};

struct EventPair {
    SharedMemory request;
    SharedMemory answer;
    Fd client;
    Fd server;
};

class EventTransport final : public PreparedTransport<EventPair> {
public:
    std::string_view name() const override { return "eventfd"; }

    std::unique_ptr<Link> accept() override {
        EventPair& pair = nextPair();
        return std::make_unique<EventLink>(pair.answer.ring(), pair.request.ring(),
                                           pair.server.get(), pair.client.get());
    }

protected:
    void open() override {
        PreparedTransport::open();
        // epoll wakes at every write to an eventfd, which need never be read.
        if (selects())
            for (const EventPair& pair : pairs())
                RingConsumer(pair.request.ring()).arm(1);
    }

    EventPair make(unsigned) override {
        return {SharedMemory(setup().room), SharedMemory(setup().room), makeEvent(), makeEvent()};
    }

    std::unique_ptr<Link> dial(unsigned number) override {
        EventPair& mine = pair(number);
        return std::make_unique<EventLink>(mine.request.ring(), mine.answer.ring(),
                                           mine.client.get(), mine.server.get());
    }
};

} // namespace

Transport& eventfdTransport() {
    static EventTransport transport;
    return transport;
}

} // namespace bench
