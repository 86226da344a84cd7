// SPDX-License-Identifier: GPL-2.0-only
//
// Rings in shared memory whose two sides poll: a plain one, and libportal's, with records whose
// headers are checked.
#include "byte-ring.h"
#include "link.h"
#include "links.h"
#include "nxia-place.h"
#include "shared-memory.h"

#include <algorithm>
#include <core/ring.h>
#include <optional>
#include <vector>

namespace bench {
namespace {

class SpinLink final : public Link {
public:
    SpinLink(const RingPlace& out, const RingPlace& in) : out_(out), in_(in) {}

    void send(Bytes bytes) override {
        do
            bytes = bytes.subspan(out_.put(bytes));
        while (!bytes.empty());
    }

    void receive(MutableBytes bytes) override {
        do
            bytes = bytes.subspan(in_.get(bytes));
        while (!bytes.empty());
    }

private:
    RingProducer out_;
    RingConsumer in_;
};

class PortalSpinLink final : public Link {
public:
    PortalSpinLink(const RingPlace& out, const RingPlace& in)
        : out_(memoryOf(out)), in_(memoryOf(in)) {}

    void send(Bytes bytes) override {
        portal::core::Outgoing message{.payload = portal::core::Gather({&bytes, 1})};
        while (!value(out_.write(message)))
            ;
    }

    void receive(MutableBytes bytes) override {
        receiveSome(bytes);
        std::ranges::copy(message_, bytes.data());
    }

    // It is in memory of the receiver's, which needs no other.
    std::size_t receiveSome(MutableBytes) override {
        std::uint16_t capabilities;
        while (!value(in_.read(message_, capabilities)))
            ;
        return message_.size();
    }

private:
    static portal::core::RingMemory memoryOf(const RingPlace& place) {
        return {place.producer, place.consumer, place.data, place.size};
    }

    portal::core::RingWriter out_;
    portal::core::RingReader in_;
    std::vector<std::byte> message_;
};

template <typename SomeLink>
class BusyRingTransport final : public LinkTransport {
public:
    explicit BusyRingTransport(std::string_view name) : name_(name) {}

    std::string_view name() const override { return name_; }
    bool can(Feature feature) const override {
        return feature == Feature::busy || feature == Feature::bulk ||
               feature == Feature::twoProcessors;
    }

    std::unique_ptr<Link> accept() override {
        return std::make_unique<SomeLink>(answer_->ring(), request_->ring());
    }

protected:
    void open() override {
        request_.emplace(setup().room);
        answer_.emplace(setup().room);
    }

    std::unique_ptr<Link> dial(unsigned) override {
        return std::make_unique<SomeLink>(request_->ring(), answer_->ring());
    }

private:
    std::string_view name_;
    std::optional<SharedMemory> request_;
    std::optional<SharedMemory> answer_;
};

} // namespace

Transport& spscTransport() {
    static BusyRingTransport<SpinLink> transport("spsc");
    return transport;
}

Transport& nxiaRingTransport() {
    static BusyRingTransport<PortalSpinLink> transport("nxia-ring");
    return transport;
}

} // namespace bench
