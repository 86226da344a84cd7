// SPDX-License-Identifier: GPL-2.0-only
//
// D-Bus by sd-bus: peer to peer over a socket of AF_UNIX, without a broker. Bulk is not measured:
// D-Bus leaves it to descriptors that are passed.
#include "rpc.h"
#include "unix-listener.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <systemd/sd-bus.h>
#include <thread>
#include <utility>

namespace bench {
namespace {

constexpr const char* path = "/nxia/bench";
constexpr const char* interface = "nxia.Bench";
constexpr std::size_t messageMax = std::size_t{32} << 20; // of 64 MiB for an array

// The result of a call of sd-bus; what is negative is thrown.
int check(int result, const char* what) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), what);
    return result;
}

struct Unref {
    void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, Unref>;
using Message = std::unique_ptr<sd_bus_message, Unref>;

Bus busOver(portal::core::Fd socket) {
    sd_bus* made = nullptr;
    check(sd_bus_new(&made), "sd_bus_new");
    Bus bus(made);
    int fd = socket.release();
    check(sd_bus_set_fd(bus.get(), fd, fd), "sd_bus_set_fd");
    return bus;
}

Bytes payloadOf(sd_bus_message* message) {
    const void* data = nullptr;
    std::size_t size = 0;
    check(sd_bus_message_read_array(message, 'y', &data, &size), "sd_bus_message_read_array");
    return {static_cast<const std::byte*>(data), size};
}

void append(sd_bus_message* message, Bytes payload) {
    check(sd_bus_message_append_array(message, 'y', payload.data(), payload.size()),
          "sd_bus_message_append_array");
}

// Called by C: throws nothing.
int onEcho(sd_bus_message* call, void*, sd_bus_error*) noexcept {
    sd_bus_message* made = nullptr;
    check(sd_bus_message_new_method_return(call, &made), "sd_bus_message_new_method_return");
    Message reply(made);
    append(made, payloadOf(call));
    return sd_bus_send(nullptr, made, nullptr);
}

const sd_bus_vtable methods[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Echo", "ay", "ay", onEcho, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

void serveOne(portal::core::Fd socket) {
    Bus bus = busOver(std::move(socket));
    sd_id128_t id;
    check(sd_id128_randomize(&id), "sd_id128_randomize");
    check(sd_bus_set_server(bus.get(), true, id), "sd_bus_set_server");
    check(sd_bus_add_object_vtable(bus.get(), nullptr, path, interface, methods, nullptr),
          "sd_bus_add_object_vtable");
    check(sd_bus_start(bus.get()), "sd_bus_start");
    while (sd_bus_is_open(bus.get()) > 0) {
        int done = sd_bus_process(bus.get(), nullptr);
        if (done == 0)
            done = sd_bus_wait(bus.get(), UINT64_MAX);
        if (done < 0)
            return; // the client is gone
    }
}

// A thread for each client.
class SdBusService final : public Service {
public:
    explicit SdBusService(const UnixListener& listener) : listener_(listener) {}

    void serve() override {
        for (;;)
            std::thread(serveOne, listener_.accept()).detach();
    }

private:
    const UnixListener& listener_;
};

class SdBusClient final : public Client {
public:
    explicit SdBusClient(portal::core::Fd socket) : bus_(busOver(std::move(socket))) {
        check(sd_bus_start(bus_.get()), "sd_bus_start");
    }

    void call(Bytes request, MutableBytes answer) override {
        sd_bus_message* made = nullptr;
        check(sd_bus_message_new_method_call(bus_.get(), &made, nullptr, path, interface, "Echo"),
              "sd_bus_message_new_method_call");
        Message call(made);
        append(made, request);
        sd_bus_message* got = nullptr;
        check(sd_bus_call(bus_.get(), made, UINT64_MAX, nullptr, &got), "sd_bus_call");
        Message reply(got);
        std::ranges::copy(payloadOf(got).first(answer.size()), answer.begin());
    }

    void push(Bytes, std::uint64_t) override { std::unreachable(); }
    void pull(MutableBytes, std::uint64_t) override { std::unreachable(); }

private:
    Bus bus_;
};

class SdBusTransport final : public Transport {
public:
    std::string_view name() const override { return "sd-bus"; }

    bool can(Feature feature) const override {
        return feature != Feature::bulk && feature != Feature::busy;
    }

    std::size_t callLimit() const override { return messageMax; }

    std::unique_ptr<Service> listen(const Setup&) override {
        return std::make_unique<SdBusService>(listener_.emplace());
    }

    std::unique_ptr<Client> connect(unsigned) override {
        return std::make_unique<SdBusClient>(listener_->connect());
    }

private:
    std::optional<UnixListener> listener_;
};

} // namespace

Transport& sdBusTransport() {
    static SdBusTransport transport;
    return transport;
}

} // namespace bench
