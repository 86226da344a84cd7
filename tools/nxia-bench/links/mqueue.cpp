// SPDX-License-Identifier: GPL-2.0-only
//
// Two POSIX message queues for each client.
#include "link.h"
#include "links.h"
#include "prepared.h"
#include "sys.h"

#include <algorithm>
#include <format>
#include <mqueue.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bench {
namespace {

constexpr std::size_t mostBytes = 8192; // msgsize_max, unless the administrator says otherwise
constexpr long mostMessages = 10;       // msg_max, likewise

/// What a queue holds.
struct Capacity {
    long messages;
    std::size_t bytes; ///< of each
};

// All queues of a user are within RLIMIT_MSGQUEUE. Each of many clients has one message under way.
Capacity capacityFor(const Setup& setup) {
    return {setup.clients > 2 ? 1 : mostMessages,
            std::clamp<std::size_t>(setup.size, 64, mostBytes)};
}

class MessageQueue {
public:
    MessageQueue(const std::string& name, Capacity capacity) {
        mq_attr attributes{};
        attributes.mq_maxmsg = capacity.messages;
        attributes.mq_msgsize = static_cast<long>(capacity.bytes);
        queue_ =
            check(::mq_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, &attributes),
                  "mq_open");
        ::mq_unlink(name.c_str());
    }
    MessageQueue(MessageQueue&& other) noexcept : queue_(std::exchange(other.queue_, -1)) {}
    MessageQueue& operator=(MessageQueue&&) = delete;
    ~MessageQueue() {
        if (queue_ >= 0)
            ::mq_close(queue_);
    }

    mqd_t get() const { return queue_; }

private:
    mqd_t queue_;
};

class QueueLink final : public Link {
public:
    QueueLink(mqd_t in, mqd_t out, std::size_t portion) : in_(in), out_(out), message_(portion) {}

    void send(Bytes bytes) override {
        do {
            Bytes part = bytes.first(std::min(bytes.size(), message_.size()));
            check(::mq_send(out_, reinterpret_cast<const char*>(part.data()), part.size(), 0),
                  "mq_send");
            bytes = bytes.subspan(part.size());
        } while (!bytes.empty());
    }

    // mq_receive() wants room for the largest message.
    void receive(MutableBytes bytes) override {
        do {
            MutableBytes part = bytes.first(std::min(bytes.size(), message_.size()));
            bool whole = part.size() == message_.size();
            char* to = reinterpret_cast<char*>(whole ? part.data() : message_.data());
            check(::mq_receive(in_, to, message_.size(), nullptr), "mq_receive");
            if (!whole)
                std::copy_n(message_.data(), part.size(), part.data());
            bytes = bytes.subspan(part.size());
        } while (!bytes.empty());
    }

    int fd() const override { return in_; }

private:
    mqd_t in_;
    mqd_t out_;
    std::vector<std::byte> message_;
};

struct QueuePair {
    MessageQueue request;
    MessageQueue answer;
};

class QueueTransport final : public PreparedTransport<QueuePair> {
public:
    std::string_view name() const override { return "mqueue"; }

    bool can(Feature feature) const override {
        return feature == Feature::emptyMessage || LinkTransport::can(feature);
    }

    std::string unavailable() const override try {
        MessageQueue probe(uniqueName(0), {1, 64});
        return {};
    } catch (const std::system_error& error) {
        return std::format("POSIX message queues: {}", error.what());
    }

    std::unique_ptr<Link> accept() override {
        QueuePair& pair = nextPair();
        return std::make_unique<QueueLink>(pair.request.get(), pair.answer.get(), capacity_.bytes);
    }

protected:
    void open() override {
        capacity_ = capacityFor(setup());
        PreparedTransport::open();
    }

    QueuePair make(unsigned number) override {
        return {MessageQueue(uniqueName(2 * number), capacity_),
                MessageQueue(uniqueName(2 * number + 1), capacity_)};
    }

    std::unique_ptr<Link> dial(unsigned number) override {
        QueuePair& mine = pair(number);
        return std::make_unique<QueueLink>(mine.answer.get(), mine.request.get(), capacity_.bytes);
    }

private:
    static std::string uniqueName(unsigned number) {
        return std::format("/nxia-bench.{}.{}", ::getpid(), number);
    }

    Capacity capacity_{};
};

} // namespace

Transport& mqueueTransport() {
    static QueueTransport transport;
    return transport;
}

} // namespace bench
