// SPDX-License-Identifier: GPL-2.0-only
//
// What two processors that poll can do at best: a bare cache line that goes to and fro, a mailbox
// of one line each way, and memcpy().
#include "links.h"
#include "shared-memory.h"

#include <array>
#include <cstring>
#include <optional>
#include <unistd.h>
#include <vector>

namespace bench {
namespace {

constexpr std::size_t lineSize = 64;

/// What all of these have: memory that is made before the fork, and one client that does not sleep.
class BusyTransport : public Transport {
public:
    bool can(Feature feature) const override {
        return feature == Feature::busy || feature == Feature::twoProcessors;
    }

    std::unique_ptr<Service> listen(const Setup&) override {
        memory_.emplace(4096);
        return service();
    }

protected:
    virtual std::unique_ptr<Service> service() = 0;
    std::byte* line(std::size_t number) const { return memory_->ring().data + number * lineSize; }

private:
    std::optional<SharedMemory> memory_;
};

class CallsOnly : public Client {
public:
    void push(Bytes, std::uint64_t) override {}
    void pull(MutableBytes, std::uint64_t) override {}
};

// ---- the bare line ----

class LineClient final : public CallsOnly {
public:
    explicit LineClient(std::byte* line) : word_(reinterpret_cast<std::uint64_t*>(line)) {}

    void call(Bytes, MutableBytes) override {
        __atomic_store_n(word_, ++turn_, __ATOMIC_RELEASE);
        ++turn_;
        while (__atomic_load_n(word_, __ATOMIC_ACQUIRE) != turn_)
            ;
    }

private:
    std::uint64_t* word_;
    std::uint64_t turn_ = 0;
};

class LineService final : public Service {
public:
    explicit LineService(std::byte* line) : word_(reinterpret_cast<std::uint64_t*>(line)) {}

    [[noreturn]] void serve() override {
        for (std::uint64_t turn = 1;; turn += 2) {
            while (__atomic_load_n(word_, __ATOMIC_ACQUIRE) != turn)
                ;
            __atomic_store_n(word_, turn + 1, __ATOMIC_RELEASE);
        }
    }

private:
    std::uint64_t* word_;
};

class LineTransport final : public BusyTransport {
public:
    std::string_view name() const override { return "cache-line"; }
    std::unique_ptr<Client> connect(unsigned) override {
        return std::make_unique<LineClient>(line(0));
    }

protected:
    std::unique_ptr<Service> service() override { return std::make_unique<LineService>(line(0)); }
};

// ---- a mailbox ----

/// A message and its number in one line: whoever sees the number has the message.
struct Mail {
    std::uint64_t number;
    std::array<std::byte, lineSize - sizeof number> bytes;
};

void post(Mail& mail, std::uint64_t number, Bytes bytes) {
    std::memcpy(mail.bytes.data(), bytes.data(), bytes.size());
    __atomic_store_n(&mail.number, number, __ATOMIC_RELEASE);
}

void await(const Mail& mail, std::uint64_t number, MutableBytes bytes) {
    while (__atomic_load_n(&mail.number, __ATOMIC_ACQUIRE) != number)
        ;
    std::memcpy(bytes.data(), mail.bytes.data(), bytes.size());
}

class MailClient final : public CallsOnly {
public:
    MailClient(Mail* request, Mail* answer) : request_(request), answer_(answer) {}

    void call(Bytes request, MutableBytes answer) override {
        post(*request_, ++number_, request);
        await(*answer_, number_, answer);
    }

private:
    Mail* request_;
    Mail* answer_;
    std::uint64_t number_ = 0;
};

class MailService final : public Service {
public:
    MailService(Mail* request, Mail* answer, std::size_t size)
        : request_(request), answer_(answer), message_(size) {}

    [[noreturn]] void serve() override {
        for (std::uint64_t number = 1;; number++) {
            await(*request_, number, message_);
            post(*answer_, number, message_);
        }
    }

private:
    Mail* request_;
    Mail* answer_;
    std::vector<std::byte> message_;
};

class MailTransport final : public BusyTransport {
public:
    std::string_view name() const override { return "mailbox"; }
    std::size_t callLimit() const override { return sizeof(Mail::bytes); }

    std::unique_ptr<Service> listen(const Setup& setup) override {
        size_ = setup.size;
        return BusyTransport::listen(setup);
    }

    std::unique_ptr<Client> connect(unsigned) override {
        return std::make_unique<MailClient>(mail(0), mail(2));
    }

protected:
    std::unique_ptr<Service> service() override {
        return std::make_unique<MailService>(mail(0), mail(2), size_);
    }

private:
    // Two lines apart: processors fetch them in pairs.
    Mail* mail(std::size_t number) const { return reinterpret_cast<Mail*>(line(number)); }

    std::size_t size_ = 0;
};

// ---- memcpy ----

/// Copies to memory of its own, as large as what it is given.
class CopyClient final : public Client {
public:
    void call(Bytes, MutableBytes) override {}

    void push(Bytes piece, std::uint64_t total) override {
        copy_.resize(piece.size());
        for (std::uint64_t at = 0; at < total; at += piece.size())
            std::memcpy(copy_.data(), piece.data(), piece.size());
        asm volatile("" ::"r"(copy_.data()) : "memory");
    }

    void pull(MutableBytes, std::uint64_t) override {}

private:
    std::vector<std::byte> copy_;
};

class NoService final : public Service {
public:
    [[noreturn]] void serve() override {
        for (;;)
            ::pause();
    }
};

class CopyTransport final : public Transport {
public:
    std::string_view name() const override { return "memcpy"; }
    bool can(Feature feature) const override {
        return feature == Feature::busy || feature == Feature::bulk ||
               feature == Feature::twoProcessors;
    }
    std::size_t callLimit() const override { return 0; }
    std::unique_ptr<Service> listen(const Setup&) override { return std::make_unique<NoService>(); }
    std::unique_ptr<Client> connect(unsigned) override { return std::make_unique<CopyClient>(); }
};

} // namespace

Transport& cacheLineTransport() {
    static LineTransport transport;
    return transport;
}

Transport& mailboxTransport() {
    static MailTransport transport;
    return transport;
}

Transport& memcpyTransport() {
    static CopyTransport transport;
    return transport;
}

} // namespace bench
