// SPDX-License-Identifier: GPL-2.0-only
//
// iceoryx: requests and responses in shared memory. It sleeps in a WaitSet, or is busy and polls.
//
// A request says how many bytes the answer has. What is sent is copied into a chunk, for it comes
// from elsewhere; what is received in bulk is left where it is, which is what iceoryx is for.
#include "iceoryx-daemon.h"
#include "rpc.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <format>
#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/popo/untyped_client.hpp>
#include <iceoryx_posh/popo/untyped_server.hpp>
#include <iceoryx_posh/popo/wait_set.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <optional>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace bench {
namespace {

namespace popo = iox::popo;

// Requests on their way in bulk, of 4 that iceoryx allows.
constexpr unsigned window = 2;

// For the headers of iceoryx and our own in a chunk.
constexpr std::size_t headers = 256;

constexpr std::size_t callMax = std::size_t{1} << 20;

using AnswerSize = std::uint64_t; // what a request begins with

// The value, or an exception that says what failed.
template <typename Expected>
auto value(Expected&& result, const char* what) {
    if (result.has_error())
        throw std::runtime_error(
            std::format("iceoryx: {}: error {}", what, static_cast<int>(result.get_error())));
    return result.value();
}

template <typename Expected>
void check(Expected&& result, const char* what) {
    if (result.has_error())
        throw std::runtime_error(
            std::format("iceoryx: {}: error {}", what, static_cast<int>(result.get_error())));
}

void initRuntime(const char* role) {
    iox::log::LogManager::GetLogManager().SetDefaultLogLevel(
        iox::log::LogLevel::kError, iox::log::LogLevelOutput::kHideLogLevel);
    auto name = std::format("nxia-bench-{}-{}", role, ::getpid());
    iox::runtime::PoshRuntime::initRuntime(
        iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name.c_str()));
}

const iox::capro::ServiceDescription service{"nxia-bench", "one", "echo"};

std::size_t sizeOf(const void* payload) {
    return iox::mepoo::ChunkHeader::fromUserPayload(payload)->userPayloadSize();
}

// Takes what a port has, and if that is nothing waits for it.
class Waiter {
public:
    template <typename Port, typename State>
    Waiter(Port& port, State state, bool busy) {
        if (!busy)
            check(set_.emplace().attachState(port, state), "attachState");
    }

    template <typename Port>
    const void* take(Port& port) {
        for (;;) {
            auto taken = port.take();
            if (!taken.has_error())
                return taken.value();
            if (set_)
                set_->wait();
        }
    }

private:
    std::optional<popo::WaitSet<1>> set_;
};

class IceoryxService final : public Service {
public:
    IceoryxService(std::size_t chunkSize, unsigned chunks, bool busy)
        : daemon_(chunkSize, chunks), busy_(busy) {}

    void serve() override {
        initRuntime("server");
        popo::UntypedServer server(service);
        Waiter waiter(server, popo::ServerState::HAS_REQUEST, busy_);
        for (;;)
            answer(server, waiter.take(server));
    }

private:
    static void answer(popo::UntypedServer& server, const void* request) {
        AnswerSize size;
        std::memcpy(&size, request, sizeof size);
        auto data = static_cast<const std::byte*>(request) + sizeof size;
        void* response = value(server.loan(popo::RequestHeader::fromPayload(request),
                                           std::max<std::uint32_t>(size, 1), 8),
                               "loan");
        std::copy_n(data, std::min(size, sizeOf(request) - sizeof size),
                    static_cast<std::byte*>(response));
        server.releaseRequest(request);
        check(server.send(response), "send");
    }

    IceoryxDaemon daemon_;
    bool busy_;
};

class IceoryxClient final : public Client {
public:
    IceoryxClient(std::size_t room, bool busy)
        : room_(room), client_(service), waiter_(client_, popo::ClientState::HAS_RESPONSE, busy) {
        while (client_.getConnectionState() != iox::ConnectionState::CONNECTED)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }

    void call(Bytes request, MutableBytes answer) override {
        send(request, answer.size());
        const void* response = waiter_.take(client_);
        std::memcpy(answer.data(), response, answer.size());
        client_.releaseResponse(response);
    }

    void push(Bytes piece, std::uint64_t total) override {
        transfer(piece.size(), total, [&](std::size_t size) { send(piece.first(size), 0); });
    }

    void pull(MutableBytes piece, std::uint64_t total) override {
        transfer(piece.size(), total, [&](std::size_t size) { send({}, size); });
    }

private:
    void send(Bytes data, AnswerSize answerSize) {
        void* request = value(client_.loan(sizeof answerSize + data.size(), 8), "loan");
        std::memcpy(request, &answerSize, sizeof answerSize);
        std::ranges::copy(data, static_cast<std::byte*>(request) + sizeof answerSize);
        check(client_.send(request), "send");
    }

    template <typename Send>
    void transfer(std::size_t piece, std::uint64_t total, Send send) {
        unsigned sent = 0;
        for (; total > 0; sent++) {
            if (sent == window) {
                client_.releaseResponse(waiter_.take(client_));
                sent--;
            }
            auto size = std::min<std::uint64_t>({piece, room_, total});
            send(size);
            total -= size;
        }
        for (; sent > 0; sent--)
            client_.releaseResponse(waiter_.take(client_));
    }

    std::size_t room_; // most bytes of a chunk
    popo::UntypedClient client_;
    Waiter waiter_;
};

class IceoryxTransport final : public Transport {
public:
    std::string_view name() const override { return "iceoryx"; }

    // A connection waits for the daemon, which looks ten times a second.
    bool can(Feature feature) const override { return feature != Feature::reconnect; }

    std::size_t callLimit() const override { return callMax; }

    std::string unavailable() const override { return IceoryxDaemon::unavailable(); }

    std::unique_ptr<Service> listen(const Setup& setup) override {
        busy_ = setup.busy;
        room_ = std::max(setup.size, setup.room);
        unsigned chunks = 2 * window * (setup.clients + 1);
        return std::make_unique<IceoryxService>(room_ + headers, chunks, busy_);
    }

    std::unique_ptr<Client> connect(unsigned) override {
        initRuntime("client");
        return std::make_unique<IceoryxClient>(room_, busy_);
    }

private:
    std::size_t room_ = 0;
    bool busy_ = false;
};

} // namespace

Transport& iceoryxTransport() {
    static IceoryxTransport transport;
    return transport;
}

} // namespace bench
