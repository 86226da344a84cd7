// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "byte-ring.h"
#include "link.h"

namespace bench {

/// A link over two rings in shared memory. How one sleeps and wakes the other is the derived one's.
class RingLink : public Link {
public:
    RingLink(const RingPlace& out, const RingPlace& in) : out_(out), in_(in) {}

    void send(Bytes bytes) override {
        while (std::size_t rest = put(bytes)) {
            sleepUntilSpace(std::min(rest, out_.place().size / 2));
            bytes = bytes.last(rest);
        }
    }

    void receive(MutableBytes bytes) override {
        for (;;) {
            std::size_t count = in_.get(bytes);
            if (count > 0 && in_.mustWake())
                wakeProducer();
            bytes = bytes.subspan(count);
            if (bytes.empty())
                return;
            sleepUntilData(std::min(bytes.size(), in_.place().size / 2));
        }
    }

    bool hasData() override { return !in_.empty(); }

    /// Has the peer always believe that this side sleeps.
    void watch() { in_.arm(1); }

protected:
    virtual void wakeConsumer() = 0; ///< of what is sent
    virtual void wakeProducer() = 0; ///< of what is received

    // At most half a ring is waited for: so one side can work while the other does.
    virtual void sleepUntilSpace(std::size_t want) = 0;
    virtual void sleepUntilData(std::size_t want) = 0;

    RingProducer out_;
    RingConsumer in_;

private:
    // How much of it is left for want of space.
    std::size_t put(Bytes bytes) {
        std::size_t count = out_.put(bytes);
        if (count > 0 && out_.mustWake())
            wakeConsumer();
        return bytes.size() - count;
    }
};

} // namespace bench
