// SPDX-License-Identifier: GPL-2.0-only
//
// An NXIA channel by libportal's portal::core: messages that say how long they are, and what the
// peer says is checked.
#include "link.h"
#include "links.h"
#include "nxia-place.h"

#include <algorithm>

namespace bench {
namespace {

using namespace portal::core;

class CoreLink final : public Link {
public:
    explicit CoreLink(Channel channel) : channel_(std::move(channel)) {}

    void send(bench::Bytes bytes) override { value(channel_.send(bytes)); }

    void receive(MutableBytes bytes) override {
        take(channel_.receive(message_));
        std::ranges::copy(message_.bytes, bytes.data());
    }

    void exchange(bench::Bytes out, MutableBytes in) override {
        take(channel_.sendAndWait(out, message_));
        std::ranges::copy(message_.bytes, in.data());
    }

    int fd() const override { return channel_.fd(); }

    /// Also has the peer go on believing that this side sleeps.
    bool hasData() override { return value(channel_.armRead()); }

private:
    static void take(Result<void> received) {
        if (!received && received.error().code() == EPIPE)
            throw PeerGone();
        value(received);
    }

    Channel channel_;
    Message message_;
};

class CoreTransport final : public LinkTransport {
public:
    std::string_view name() const override { return "nxia-core"; }

    bool can(Feature feature) const override {
        return feature == Feature::reconnect || feature == Feature::emptyMessage ||
               LinkTransport::can(feature);
    }

    std::size_t callLimit() const override { return defaultMessageLimit; }
    std::string unavailable() const override { return NxiaPlace::unavailable(); }

    std::unique_ptr<Link> accept() override {
        for (;;) {
            auto connection = place_->server().accept();
            if (connection) {
                auto link = std::make_unique<CoreLink>(std::move(connection->channel));
                if (selects())
                    (void)link->hasData();
                return link;
            }
            if (connection.error().code() != EAGAIN)
                value(std::move(connection));
            place_->waitForClient();
        }
    }

protected:
    void open() override { place_.emplace(); }

    std::unique_ptr<Link> dial(unsigned) override {
        RingSizes sizes{.toServer = setup().room, .fromServer = setup().room};
        return std::make_unique<CoreLink>(value(Channel::connect(place_->client(), sizes)));
    }

private:
    std::optional<NxiaPlace> place_;
};

} // namespace

Transport& nxiaCoreTransport() {
    static CoreTransport transport;
    return transport;
}

} // namespace bench
