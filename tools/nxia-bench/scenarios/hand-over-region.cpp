// SPDX-License-Identifier: GPL-2.0-only
#include "../links/nxia-place.h"
#include "hand-over.h"

#include <array>
#include <core/mapping.h>
#include <cstring>
#include <sys/mman.h>

namespace bench {
namespace {

using namespace portal::core;

constexpr std::uint64_t readable = NXIA_RIGHT_READ | NXIA_RIGHT_MAP;

class RegionGiver final : public Giver {
public:
    explicit RegionGiver(const Capability& endpoint)
        : channel_(value(Channel::connect(endpoint))) {}

    void create(std::size_t size) override {
        const Session& session = channel_.capability().session();
        nxia_region_create call{.size = size, .rights = NXIA_RIGHTS_REGION};
        value(session.call(NXIA_IOC_REGION_CREATE, call, "REGION_CREATE"));
        region_.emplace(session, call.handle);
        size_ = size;
    }

    MutableBytes map() override {
        Fd file = value(region_->fd());
        mapping_.emplace(value(Mapping::map(file.get(), 0, size_, PROT_READ | PROT_WRITE)));
        return {mapping_->data(), size_};
    }

    void unmapAndFreeze() override {
        mapping_.reset();
        nxia_freeze call{.handle = region_->handle()};
        value(region_->session().call(NXIA_IOC_FREEZE, call, "FREEZE"));
    }

    void handOver() override {
        value(channel_.transfer(std::array{region_->grant(readable)}));
        portal::core::Bytes size = std::as_bytes(std::span(&size_, 1));
        Outgoing message{.payload = Gather({&size, 1}), .capabilities = 1};
        value(channel_.write(message));
        value(channel_.notifyWait(NXIA_WAIT_READ));
        value(channel_.receive(answer_));
    }

    void drop() override { region_.reset(); }

private:
    std::uint64_t size_ = 0;
    Channel channel_;
    std::optional<Capability> region_;
    std::optional<Mapping> mapping_;
    Message answer_;
};

class RegionTaker final : public Taker {
public:
    explicit RegionTaker(Channel channel) : channel_(std::move(channel)) {}

    bench::Bytes take() override {
        value(channel_.receive(message_));
        std::uint64_t size;
        std::memcpy(&size, message_.bytes.data(), sizeof size);
        Fd file = value(message_.capabilities.front().fd());
        mapping_.emplace(value(Mapping::map(file.get(), 0, size, PROT_READ)));
        return {mapping_->data(), size};
    }

    void confirm() override { value(channel_.send(portal::core::Bytes(message_.bytes).first(1))); }

    void drop() override {
        mapping_.reset();
        message_.capabilities.clear();
    }

private:
    Channel channel_;
    Message message_;
    std::optional<Mapping> mapping_;
};

class RegionHandOver final : public HandOver {
public:
    std::string name() const override { return "nxia-region"; }
    std::string unavailable() const override { return NxiaPlace::unavailable(); }
    void open() override { place_.emplace(); }
    std::unique_ptr<Giver> giver() override {
        return std::make_unique<RegionGiver>(place_->client());
    }

    std::unique_ptr<Taker> taker() override {
        place_->waitForClient();
        return std::make_unique<RegionTaker>(value(place_->server().accept()).channel);
    }

private:
    std::optional<NxiaPlace> place_;
};

} // namespace

std::unique_ptr<HandOver> regionHandOver() {
    return std::make_unique<RegionHandOver>();
}

} // namespace bench
