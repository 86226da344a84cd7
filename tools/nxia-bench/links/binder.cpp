// SPDX-License-Identifier: GPL-2.0-only
//
// Binder by its ioctl, without libbinder between: transactions to the context manager.
#include "binder-process.h"
#include "links.h"
#include "sys.h"

#include <algorithm>
#include <format>
#include <stdexcept>
#include <string>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

namespace bench {
namespace {

using portal::core::Fd;

constexpr eventfd_t allClients = 1024; // and more

enum Code : std::uint32_t { echo, take, give };

/// A binderfs of our own, and the device "binder" in it.
class BinderFs {
public:
    BinderFs() {
        if (!::mkdtemp(folder_.data()))
            fail("mkdtemp");
        if (::mount("binder", folder_.c_str(), "binder", 0, nullptr) < 0) {
            int error = errno;
            ::rmdir(folder_.c_str());
            throw std::system_error(error, std::generic_category(), "mounting binderfs");
        }
    }
    ~BinderFs() {
        ::umount2(folder_.c_str(), MNT_DETACH);
        ::rmdir(folder_.c_str());
    }
    BinderFs(const BinderFs&) = delete;

    std::string device() const { return folder_ + "/binder"; }

private:
    std::string folder_ = "/tmp/nxia-bench.XXXXXX";
};

binder_transaction_data transaction(std::uint32_t code, Bytes bytes) {
    binder_transaction_data data{};
    data.code = code;
    data.data_size = bytes.size();
    data.data.ptr.buffer = reinterpret_cast<binder_uintptr_t>(bytes.data());
    return data;
}

Bytes bytesOf(const binder_transaction_data& data) {
    return {reinterpret_cast<const std::byte*>(data.data.ptr.buffer), data.data_size};
}

class BinderClient final : public Client {
public:
    explicit BinderClient(const std::string& device) : process_(device.c_str()) {}

    void call(Bytes request, MutableBytes answer) override {
        transact(echo, request);
        std::ranges::copy(bytesOf(reply_), answer.data());
    }

    void push(Bytes piece, std::uint64_t total) override {
        for (std::uint64_t part; total > 0; total -= part) {
            part = std::min<std::uint64_t>(piece.size(), total);
            transact(take, piece.first(part));
        }
    }

    void pull(MutableBytes piece, std::uint64_t total) override {
        for (std::uint64_t part; total > 0; total -= part) {
            part = std::min<std::uint64_t>(piece.size(), total);
            transact(give, std::as_bytes(std::span(&part, 1)));
            std::ranges::copy(bytesOf(reply_), piece.data());
        }
    }

private:
    // The answer stays where the driver put it until the next call.
    void transact(Code code, Bytes request) {
        if (reply_.data.ptr.buffer)
            process_.put(BC_FREE_BUFFER, reply_.data.ptr.buffer);
        process_.put(BC_TRANSACTION, transaction(code, request));
        std::uint32_t command;
        do
            process_.talk();
        while ((command = process_.next()) == 0);
        if (command != BR_REPLY)
            throw std::runtime_error(std::format("binder: no reply, but {:#x}", command));
        reply_ = process_.argument<binder_transaction_data>();
    }

    BinderProcess process_;
    binder_transaction_data reply_{};
};

class BinderService final : public Service {
public:
    BinderService(const BinderFs& fs, const Fd& ready, std::size_t room)
        : fs_(fs), ready_(ready), sink_(room), source_(room) {}

    [[noreturn]] void serve() override {
        BinderProcess process(fs_.device().c_str());
        process.becomeContextManager();
        check(::eventfd_write(ready_.get(), allClients), "eventfd_write");
        process.put(BC_ENTER_LOOPER);
        for (;;) {
            process.talk();
            while (std::uint32_t command = process.next())
                answer(process, command);
        }
    }

private:
    // Copies as others do, who have the bytes in a buffer of their own. The command after goes with
    // the reply.
    void answer(BinderProcess& process, std::uint32_t command) {
        if (command != BR_TRANSACTION)
            throw std::runtime_error(std::format("binder: unexpected command {:#x}", command));
        auto data = process.argument<binder_transaction_data>();
        Bytes request = bytesOf(data);
        Bytes reply;
        if (data.code == give) {
            std::uint64_t size;
            std::memcpy(&size, request.data(), sizeof size);
            reply = Bytes(source_).first(size);
        } else {
            std::ranges::copy(request, sink_.data());
            if (data.code == echo)
                reply = Bytes(sink_).first(request.size());
        }
        process.put(BC_FREE_BUFFER, data.data.ptr.buffer);
        process.put(BC_REPLY, transaction(0, reply));
    }

    const BinderFs& fs_;
    const Fd& ready_;
    std::vector<std::byte> sink_;
    std::vector<std::byte> source_;
};

class BinderTransport final : public Transport {
public:
    std::string_view name() const override { return "binder"; }

    bool can(Feature feature) const override {
        return feature != Feature::reconnect && feature != Feature::busy;
    }

    // Of 4 MiB for what is under way, in one piece.
    std::size_t callLimit() const override { return 1 << 20; }

    std::string unavailable() const override try {
        BinderFs probe;
        BinderProcess user(probe.device().c_str());
        return {};
    } catch (const std::system_error& error) {
        return error.what();
    }

    std::unique_ptr<Service> listen(const Setup& setup) override {
        fs_ = std::make_unique<BinderFs>();
        ready_ = Fd(check(::eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE), "eventfd"));
        return std::make_unique<BinderService>(*fs_, ready_, std::max(setup.size, setup.room));
    }

    std::unique_ptr<Client> connect(unsigned) override {
        eventfd_t one;
        check(::eventfd_read(ready_.get(), &one), "eventfd_read");
        return std::make_unique<BinderClient>(fs_->device());
    }

private:
    std::unique_ptr<BinderFs> fs_;
    Fd ready_; // to be read once by each client when the server is there
};

} // namespace

Transport& binderTransport() {
    static BinderTransport transport;
    return transport;
}

} // namespace bench
