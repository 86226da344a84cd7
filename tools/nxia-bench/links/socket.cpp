// SPDX-License-Identifier: GPL-2.0-only
//
// Sockets: AF_UNIX (stream, seqpacket), TCP and AF_VSOCK on the loopback.
#include "links.h"
#include "stream.h"
#include "sys.h"

#include <algorithm>
#include <array>
#include <format>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace bench {
namespace {

void setOption(int socket, int level, int option, int value, const char* what) {
    check(::setsockopt(socket, level, option, &value, sizeof value), what);
}

/// What a socket is bound to.
struct Address {
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_storage);

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

template <typename T>
Address addressOf(const T& specific) {
    Address address;
    *reinterpret_cast<T*>(&address.storage) = specific;
    address.length = sizeof specific;
    return address;
}

/// A family of sockets.
struct Family {
    const char* name;
    int domain;
    int type;
    Address any; ///< to bind to; the kernel chooses what is left open
    void (*tune)(int socket, std::size_t room);
    bool tuneAccepted = false; ///< does not have it from the listening one
};

/// Keeps where a message ends.
class PacketLink final : public Link {
public:
    PacketLink(Fd socket, std::size_t most) : socket_(std::move(socket)), most_(most) {}

    void send(Bytes bytes) override {
        do {
            Bytes packet = bytes.first(std::min(bytes.size(), most_));
            check(::send(socket_.get(), packet.data(), packet.size(), 0), "send");
            bytes = bytes.subspan(packet.size());
        } while (!bytes.empty());
    }

    void receive(MutableBytes bytes) override {
        do {
            MutableBytes packet = bytes.first(std::min(bytes.size(), most_));
            ssize_t got = check(::recv(socket_.get(), packet.data(), packet.size(), 0), "recv");
            if (got == 0 && !packet.empty())
                throw PeerGone();
            bytes = bytes.subspan(packet.size());
        } while (!bytes.empty());
    }

    int fd() const override { return socket_.get(); }

private:
    Fd socket_;
    std::size_t most_;
};

class SocketTransport final : public LinkTransport {
public:
    explicit SocketTransport(const Family& family) : family_(family) {}

    std::string_view name() const override { return family_.name; }

    bool can(Feature feature) const override {
        return feature == Feature::reconnect ||
               (feature == Feature::emptyMessage && family_.type == SOCK_SEQPACKET) ||
               LinkTransport::can(feature);
    }

    std::string unavailable() const override {
        if (!whyNot_)
            whyNot_ = tried();
        return *whyNot_;
    }

    std::unique_ptr<Link> accept() override {
        Fd socket(check(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
        if (family_.tuneAccepted)
            family_.tune(socket.get(), setup().room);
        return link(std::move(socket));
    }

protected:
    void open() override {
        listener_ = make(setup().room);
        address_ = listenAnywhere(listener_);
    }

    std::unique_ptr<Link> dial(unsigned) override {
        Fd socket = make(setup().room);
        check(::connect(socket.get(), address_.get(), address_.length), "connect");
        return link(std::move(socket));
    }

private:
    /// What a connection to oneself ends with: AF_VSOCK may have no loopback, of which only
    /// connect() knows.
    std::string tried() const try {
        Fd listener = make(0);
        Address address = listenAnywhere(listener);
        check(::connect(make(0).get(), address.get(), address.length), "connect");
        return {};
    } catch (const std::system_error& error) {
        return std::format("{} sockets: {}", family_.name, error.what());
    }

    /// Where to connect to.
    Address listenAnywhere(const Fd& listener) const {
        Address address = family_.any;
        check(::bind(listener.get(), address.get(), address.length), "bind");
        address.length = sizeof address.storage;
        check(::getsockname(listener.get(), address.get(), &address.length), "getsockname");
        if (family_.domain == AF_VSOCK)
            reinterpret_cast<sockaddr_vm*>(address.get())->svm_cid = VMADDR_CID_LOCAL;
        check(::listen(listener.get(), SOMAXCONN), "listen");
        return address;
    }

    Fd make(std::size_t room) const {
        Fd socket(check(::socket(family_.domain, family_.type | SOCK_CLOEXEC, 0), "socket"));
        family_.tune(socket.get(), room);
        return socket;
    }

    std::unique_ptr<Link> link(Fd socket) const {
        if (family_.type == SOCK_SEQPACKET)
            return std::make_unique<PacketLink>(std::move(socket), setup().room / 2);
        return std::make_unique<StreamLink>(std::move(socket));
    }

    Family family_;
    mutable std::optional<std::string> whyNot_;
    Fd listener_;
    Address address_;
};

// The least of the kernel's own sizes, of 208 KiB (AF_UNIX) and 256 KiB (AF_VSOCK).
constexpr std::size_t defaultRoom = 208 << 10;

void tuneUnix(int socket, std::size_t room) {
    if (room <= defaultRoom)
        return;
    setOption(socket, SOL_SOCKET, SO_SNDBUFFORCE, static_cast<int>(room), "SO_SNDBUFFORCE");
}

// Its buffers the kernel sizes best.
void tuneTcp(int socket, std::size_t) {
    setOption(socket, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
}

void tuneVsock(int socket, std::size_t room) {
    if (room <= defaultRoom)
        return;
    std::uint64_t size = room;
    check(::setsockopt(socket, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE, &size, sizeof size),
          "SO_VM_SOCKETS_BUFFER_MAX_SIZE");
    check(::setsockopt(socket, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size, sizeof size),
          "SO_VM_SOCKETS_BUFFER_SIZE");
}

// No more than the family: the kernel gives it an abstract name.
Address anyUnix() {
    Address address = addressOf(sockaddr_un{.sun_family = AF_UNIX, .sun_path = {}});
    address.length = sizeof(sa_family_t);
    return address;
}

Address anyTcp() {
    return addressOf(sockaddr_in{.sin_family = AF_INET,
                                 .sin_port = 0,
                                 .sin_addr = {htonl(INADDR_LOOPBACK)},
                                 .sin_zero = {}});
}

Address anyVsock() {
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_ANY;
    address.svm_port = VMADDR_PORT_ANY;
    return addressOf(address);
}

} // namespace

Transport& unixStreamTransport() {
    static SocketTransport transport(
        {"unix-stream", AF_UNIX, SOCK_STREAM, anyUnix(), tuneUnix, true});
    return transport;
}

Transport& unixSeqpacketTransport() {
    static SocketTransport transport(
        {"unix-seqpacket", AF_UNIX, SOCK_SEQPACKET, anyUnix(), tuneUnix, true});
    return transport;
}

Transport& tcpTransport() {
    static SocketTransport transport({"tcp", AF_INET, SOCK_STREAM, anyTcp(), tuneTcp});
    return transport;
}

Transport& vsockTransport() {
    static SocketTransport transport({"vsock", AF_VSOCK, SOCK_STREAM, anyVsock(), tuneVsock});
    return transport;
}

} // namespace bench
