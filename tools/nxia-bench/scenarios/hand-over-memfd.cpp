// SPDX-License-Identifier: GPL-2.0-only
#include "../links/sys.h"
#include "descriptor-message.h"
#include "hand-over.h"

#include <array>
#include <core/fd.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {
namespace {

using portal::core::Fd;

MutableBytes mapAll(int file, std::size_t size, int protection) {
    void* mapped = ::mmap(nullptr, size, protection, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED)
        fail("mmap");
    return {static_cast<std::byte*>(mapped), size};
}

class MemfdGiver final : public Giver {
public:
    explicit MemfdGiver(int socket) : socket_(socket) {}

    void create(std::size_t size) override {
        file_ = Fd(
            check(::memfd_create("nxia-bench", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create"));
        check(::fallocate(file_.get(), 0, 0, static_cast<off_t>(size)), "fallocate");
        size_ = size;
    }

    MutableBytes map() override {
        mapped_ = mapAll(file_.get(), size_, PROT_READ | PROT_WRITE);
        return mapped_;
    }

    void unmapAndFreeze() override {
        ::munmap(mapped_.data(), mapped_.size());
        check(::fcntl(file_.get(), F_ADD_SEALS,
                      F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
              "F_ADD_SEALS");
    }

    void handOver() override {
        sendDescriptor(socket_, file_.get(), size_);
        char done;
        check(::read(socket_, &done, sizeof done), "read");
    }

    void drop() override { file_ = Fd(); }

private:
    int socket_;
    Fd file_;
    std::size_t size_ = 0;
    MutableBytes mapped_;
};

class MemfdTaker final : public Taker {
public:
    explicit MemfdTaker(int socket) : socket_(socket) {}

    Bytes take() override {
        auto [file, size] = receiveDescriptor(socket_);
        mapped_ = mapAll(Fd(file).get(), size, PROT_READ);
        return mapped_;
    }

    void confirm() override {
        char done = 0;
        check(::write(socket_, &done, sizeof done), "write");
    }

    void drop() override { ::munmap(mapped_.data(), mapped_.size()); }

private:
    int socket_;
    MutableBytes mapped_;
};

class MemfdHandOver final : public HandOver {
public:
    std::string name() const override { return "memfd"; }
    std::string unavailable() const override { return {}; }

    void open() override {
        std::array<int, 2> sockets;
        check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()),
              "socketpair");
        givers_ = Fd(sockets[0]);
        takers_ = Fd(sockets[1]);
    }

    std::unique_ptr<Giver> giver() override { return std::make_unique<MemfdGiver>(givers_.get()); }
    std::unique_ptr<Taker> taker() override { return std::make_unique<MemfdTaker>(takers_.get()); }

private:
    Fd givers_;
    Fd takers_;
};

} // namespace

std::unique_ptr<HandOver> memfdHandOver() {
    return std::make_unique<MemfdHandOver>();
}

} // namespace bench
