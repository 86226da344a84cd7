// SPDX-License-Identifier: GPL-2.0-only
//
// The floor: two processes on one processor that yield to each other, and say nothing.
#include "links.h"

#include <sched.h>

namespace bench {
namespace {

class YieldClient final : public Client {
public:
    void call(Bytes, MutableBytes) override { ::sched_yield(); }
    void push(Bytes, std::uint64_t) override {}
    void pull(MutableBytes, std::uint64_t) override {}
};

class YieldService final : public Service {
public:
    [[noreturn]] void serve() override {
        for (;;)
            ::sched_yield();
    }
};

class YieldTransport final : public Transport {
public:
    std::string_view name() const override { return "yield"; }
    bool can(Feature feature) const override { return feature == Feature::sleep; }
    std::size_t callLimit() const override { return 64; }
    std::unique_ptr<Service> listen(const Setup&) override {
        return std::make_unique<YieldService>();
    }
    std::unique_ptr<Client> connect(unsigned) override { return std::make_unique<YieldClient>(); }
};

} // namespace

Transport& yieldTransport() {
    static YieldTransport transport;
    return transport;
}

} // namespace bench
