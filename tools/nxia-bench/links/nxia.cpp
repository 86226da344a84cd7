// SPDX-License-Identifier: GPL-2.0-only
//
// An NXIA channel as linux/nxia.h has it, without a library between.
#include "links.h"
#include "nxia-place.h"
#include "ring-link.h"
#include "sys.h"

#include <core/mapping.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace bench {
namespace {

using namespace portal::core;

constexpr std::size_t page = 4096;

/// One end of a channel and its two halves.
struct End {
    Capability capability;
    Fd file;
    Mapping own;
    Mapping peer;
    std::uint64_t txSize;
    std::uint64_t rxSize;
};

End mapEnd(Capability capability, Fd file, std::uint64_t txSize, std::uint64_t rxSize) {
    auto own = value(
        Mapping::map(file.get(), NXIA_MMAP_OWN, 2 * page + 2 * txSize, PROT_READ | PROT_WRITE));
    auto peer = value(Mapping::map(file.get(), NXIA_MMAP_PEER, 2 * page + 2 * rxSize, PROT_READ));
    return {std::move(capability), std::move(file), std::move(own),
            std::move(peer),       txSize,          rxSize};
}

RingPlace ringIn(const Mapping& sender, const Mapping& receiver, std::uint64_t size) {
    return {.producer = reinterpret_cast<nxia_index*>(sender.data()),
            .consumer = reinterpret_cast<nxia_index*>(receiver.data() + page),
            .data = sender.data() + 2 * page,
            .size = size};
}

class NxiaLink final : public RingLink {
public:
    explicit NxiaLink(End end)
        : RingLink(ringIn(end.own, end.peer, end.txSize), ringIn(end.peer, end.own, end.rxSize)),
          end_(std::move(end)) {}

    // One call wakes the peer and sleeps.
    void exchange(Bytes out, MutableBytes in) override {
        std::size_t count = out_.put(out);
        bool wake = out_.mustWake();
        if (count < out.size()) {
            if (wake)
                notify();
            send(out.subspan(count));
        } else if (wake) {
            wait(NXIA_IOC_NOTIFY_WAIT, NXIA_WAIT_READ);
        }
        receive(in);
    }

    int fd() const override { return end_.file.get(); }

protected:
    void wakeConsumer() override { notify(); }
    void wakeProducer() override { notify(); }

    // The kernel takes `want` back when it returns.
    void sleepUntilSpace(std::size_t want) override {
        if (out_.arm(want))
            wait(NXIA_IOC_WAIT, NXIA_WAIT_WRITE);
        else
            out_.disarm();
    }

    void sleepUntilData(std::size_t want) override {
        if (in_.arm(want))
            wait(NXIA_IOC_WAIT, NXIA_WAIT_READ);
        else
            in_.disarm();
    }

private:
    void notify() {
        if (::ioctl(fd(), NXIA_IOC_NOTIFY) < 0 && errno != EPIPE)
            fail("NOTIFY");
    }

    void wait(unsigned long request, std::uint32_t flags) {
        nxia_wait call{.flags = flags, .ready = 0, .timeout = NXIA_WAIT_FOREVER};
        if (::ioctl(fd(), request, &call) < 0) {
            if (errno == EPIPE)
                throw PeerGone();
            fail("WAIT");
        }
    }

    End end_;
};

class NxiaTransport final : public LinkTransport {
public:
    std::string_view name() const override { return "nxia"; }

    bool can(Feature feature) const override {
        return feature == Feature::reconnect || LinkTransport::can(feature);
    }

    std::string unavailable() const override { return NxiaPlace::unavailable(); }

    std::unique_ptr<Link> accept() override {
        const Capability& endpoint = place_->server().capability();
        nxia_accept call{};
        call.endpoint = endpoint.handle();
        for (;;) {
            auto done = endpoint.session().call(NXIA_IOC_ACCEPT, call, "ACCEPT");
            if (done)
                break;
            if (done.error().code() != EAGAIN)
                value(done);
            place_->waitForClient();
        }
        auto link = std::make_unique<NxiaLink>(mapEnd(Capability(endpoint.session(), call.handle),
                                                      Fd(call.fd), call.tx_size, call.rx_size));
        if (selects())
            link->watch();
        return link;
    }

protected:
    void open() override { place_.emplace(); }

    std::unique_ptr<Link> dial(unsigned) override {
        const Capability& endpoint = place_->client();
        nxia_connect call{};
        call.endpoint = endpoint.handle();
        call.tx_size = call.rx_size = setup().room;
        value(endpoint.session().call(NXIA_IOC_CONNECT, call, "CONNECT"));
        return std::make_unique<NxiaLink>(mapEnd(Capability(endpoint.session(), call.handle),
                                                 Fd(call.fd), setup().room, setup().room));
    }

private:
    std::optional<NxiaPlace> place_;
};

} // namespace

Transport& nxiaTransport() {
    static NxiaTransport transport;
    return transport;
}

} // namespace bench
