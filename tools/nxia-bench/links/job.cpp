// SPDX-License-Identifier: GPL-2.0-only
#include "job.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bench {
namespace {

constexpr std::uint64_t mostPiece = 64 << 20;

struct Job {
    enum class Kind : std::uint64_t { calls, push, pull };

    Kind kind;
    std::uint64_t size;  // of each portion
    std::uint64_t total; // calls, or bytes
};

// What the server says when it is ready for calls, or has what was pushed.
using Done = std::uint64_t;

template <typename T>
void sendValue(Link& link, const T& value) {
    link.send(std::as_bytes(std::span(&value, 1)));
}

template <typename T>
T receiveValue(Link& link) {
    T value;
    link.receive(std::as_writable_bytes(std::span(&value, 1)));
    return value;
}

void sendTotal(Link& link, Bytes piece, std::uint64_t total) {
    for (; total > 0; total -= std::min<std::uint64_t>(piece.size(), total))
        link.send(piece.first(std::min<std::uint64_t>(piece.size(), total)));
}

void receiveTotal(Link& link, MutableBytes piece, std::uint64_t total) {
    while (total > 0)
        total -= link.receiveSome(piece.first(std::min<std::uint64_t>(piece.size(), total)));
}

class LinkClient final : public Client {
public:
    LinkClient(std::unique_ptr<Link> link, Announced announced)
        : link_(std::move(link)), announced_(announced) {}

    void prepare(std::size_t size, std::uint64_t count) override {
        if (announced_ == Announced::no)
            return;
        sendValue(*link_, Job{Job::Kind::calls, size, count});
        receiveValue<Done>(*link_);
    }

    void call(Bytes request, MutableBytes answer) override { link_->exchange(request, answer); }

    void push(Bytes piece, std::uint64_t total) override {
        sendValue(*link_, Job{Job::Kind::push, piece.size(), total});
        sendTotal(*link_, piece, total);
        receiveValue<Done>(*link_);
    }

    void pull(MutableBytes piece, std::uint64_t total) override {
        sendValue(*link_, Job{Job::Kind::pull, piece.size(), total});
        receiveTotal(*link_, piece, total);
    }

private:
    std::unique_ptr<Link> link_;
    Announced announced_;
};

void echo(Link& link, MutableBytes message, std::uint64_t calls) {
    link.receive(message);
    for (; calls > 1; calls--)
        link.exchange(message, message);
    link.send(message);
}

} // namespace

std::unique_ptr<Client> clientOf(std::unique_ptr<Link> link, Announced announced) {
    return std::make_unique<LinkClient>(std::move(link), announced);
}

std::uint64_t receiveCalls(Link& link) {
    std::uint64_t total = receiveValue<Job>(link).total;
    sendValue(link, Done{});
    return total;
}

void serveJobs(Link& link) try {
    std::vector<std::byte> piece; // its pages are there from one job to the next
    for (;;) {
        Job job = receiveValue<Job>(link);
        if (job.size > mostPiece)
            throw std::runtime_error("a job of larger pieces than any may be");
        piece.resize(job.size);
        if (job.kind == Job::Kind::calls) {
            sendValue(link, Done{});
            echo(link, piece, job.total);
        } else if (job.kind == Job::Kind::push) {
            piece.resize(std::max(job.size, link.readAhead()));
            receiveTotal(link, piece, job.total);
            sendValue(link, Done{});
        } else {
            sendTotal(link, piece, job.total);
        }
    }
} catch (const PeerGone&) {
    // It has all that it wanted.
}

} // namespace bench
