// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

#include "job.h"
#include "sys.h"

#include <algorithm>
#include <array>
#include <sys/epoll.h>
#include <thread>
#include <utility>
#include <vector>

namespace bench {
namespace {

/// One thread for all clients, which sleeps only when none of them has anything to say.
class CallServer {
public:
    CallServer(LinkTransport& transport, std::span<const std::unique_ptr<Link>> links)
        : links_(links), selector_(transport.select(links)), left_(links.size()),
          message_(transport.setup().size) {}

    [[noreturn]] void serve() {
        for (;;)
            for (unsigned number : selector_->wait())
                if (links_[number]->hasData())
                    answer(*links_[number], left_[number]);
    }

private:
    // A client that is gone has no message any more.
    void answer(Link& link, std::uint64_t& left) try {
        if (left == 0) {
            left = receiveCalls(link);
        } else {
            link.receive(message_);
            link.send(message_);
            left--;
        }
    } catch (const PeerGone&) {
    }

    std::span<const std::unique_ptr<Link>> links_;
    std::unique_ptr<Selector> selector_;
    std::vector<std::uint64_t> left_; // calls of each that its last job has told of
    std::vector<std::byte> message_;
};

class LinkService final : public Service {
public:
    explicit LinkService(LinkTransport& transport) : transport_(transport) {}

    void serve() override {
        if (transport_.setup().single)
            serveSingle();
        std::vector<std::unique_ptr<Link>> links;
        for (unsigned i = 0; i < transport_.setup().clients; i++)
            links.push_back(transport_.accept());
        if (transport_.setup().parallel)
            serveParallel(links);
        else if (transport_.selects())
            CallServer(transport_, links).serve();
        else
            serveJobs(*links.front());
    }

private:
    [[noreturn]] void serveSingle() {
        std::vector<std::byte> message(transport_.setup().size);
        for (;;) {
            auto link = transport_.accept();
            link->receive(message);
            link->send(message);
        }
    }

    void serveParallel(std::span<const std::unique_ptr<Link>> links) {
        std::vector<std::jthread> threads;
        for (auto& link : links)
            threads.emplace_back([&] { serveJobs(*link); });
    }

    LinkTransport& transport_;
};

class Epoll final : public Selector {
public:
    explicit Epoll(std::span<const std::unique_ptr<Link>> links)
        : epoll_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
        for (unsigned number = 0; number < links.size(); number++) {
            // A client has one call under way: each edge is one request, and no second look is due.
            epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u32 = number}};
            check(epoll_ctl(epoll_, EPOLL_CTL_ADD, links[number]->fd(), &event), "epoll_ctl");
        }
    }

    std::span<const unsigned> wait() override {
        int count = check(epoll_wait(epoll_, events_.data(), events_.size(), -1), "epoll_wait");
        for (int i = 0; i < count; i++)
            numbers_[i] = events_[i].data.u32;
        return std::span(numbers_).first(count);
    }

private:
    int epoll_;
    std::array<epoll_event, 64> events_;
    std::array<unsigned, 64> numbers_;
};

} // namespace

bool LinkTransport::can(Feature feature) const {
    switch (feature) {
    case Feature::bulk:
    case Feature::manyClients:
    case Feature::sleep:
    case Feature::twoProcessors:
        return true;
    case Feature::emptyMessage:
    case Feature::reconnect:
    case Feature::busy:
        return false;
    }
    return false;
}

std::unique_ptr<Service> LinkTransport::listen(const Setup& setup) {
    setup_ = setup;
    open();
    return std::make_unique<LinkService>(*this);
}

std::unique_ptr<Client> LinkTransport::connect(unsigned number) {
    return clientOf(dial(number), setup_.single ? Announced::no : Announced::yes);
}

std::unique_ptr<Selector> LinkTransport::select(std::span<const std::unique_ptr<Link>> links) {
    return std::make_unique<Epoll>(links);
}

} // namespace bench
