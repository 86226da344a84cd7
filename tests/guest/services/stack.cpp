// SPDX-License-Identifier: GPL-2.0-only
#include "stack.h"

#include "rpc/greeting.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <kj/debug.h>
#include <linux/vm_sockets.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr auto readyWithin = std::chrono::seconds(60);

std::string daemonPath(const char* name) {
    return std::string(NXIA_LIBEXEC_FOLDER "/") + name;
}

/// An address of this machine: CID 1 is the loopback.
sockaddr_vm bridgeAddress() {
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_LOCAL;
    address.svm_port = Stack::port;
    return address;
}

void until(auto&& condition, const char* what) {
    const auto deadline = std::chrono::steady_clock::now() + readyWithin;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error(std::string("waited in vain for ") + what);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

bool bridgeListens() {
    const kj::AutoCloseFd fd(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = bridgeAddress();
    return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

bool registryRuns() {
    auto session = portal::core::Session::open();
    auto info = session ? session->info() : std::unexpected(session.error());
    return info && (info->flags & NXIA_INFO_REGISTRY);
}

} // namespace

Process::Process(const std::vector<std::string>& command) : command_(command) {
    start();
}

Process::~Process() {
    stop();
}

void Process::restart() {
    stop();
    start();
}

bool Process::runs() {
    return waitpid(pid_, nullptr, WNOHANG) == 0;
}

void Process::start() {
    std::vector<char*> arguments;
    for (auto& argument : command_)
        arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
        execv(arguments[0], arguments.data());
        _exit(127);
    }
}

void Process::stop() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

bool Stack::possible() {
    return std::filesystem::exists("/dev/nxia") && !registryRuns();
}

Stack::Stack(const std::vector<std::string>& bridgeOptions) {
    std::string pattern = std::filesystem::temp_directory_path() / "nxia-stack.XXXXXX";
    folder_ = mkdtemp(pattern.data());
    std::ofstream(folder_ / "store.conf") << "name store\nregister user 0\nopen user 0\n";

    registry_ = std::make_unique<Process>(
        std::vector<std::string>{daemonPath("nxiad"), "--config", folder_.string()});
    until(registryRuns, "the registry");
    store_ = std::make_unique<Process>(std::vector<std::string>{
        daemonPath("nxia-store"), "--database", (folder_ / "store.db").string()});
    std::vector<std::string> bridge{daemonPath("nxia-bridge"), "--port", std::to_string(port),
                                    "--allow-cid", std::to_string(VMADDR_CID_LOCAL)};
    bridge.insert(bridge.end(), bridgeOptions.begin(), bridgeOptions.end());
    bridge_ = std::make_unique<Process>(bridge);
    until(bridgeListens, "the bridge");
}

Stack::~Stack() {
    bridge_.reset();
    store_.reset();
    registry_.reset();
    std::filesystem::remove_all(folder_);
}

kj::AutoCloseFd connectToBridge() {
    kj::AutoCloseFd fd(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = bridgeAddress();
    KJ_SYSCALL(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
    return fd;
}

GreetedStream::GreetedStream(kj::AsyncIoContext& io, kj::ArrayPtr<const kj::byte> ticket)
    : stream(io.lowLevelProvider->wrapSocketFd(connectToBridge())) {
    portal::rpc::greet(*stream, ticket).wait(io.waitScope);
}

PortalClient::PortalClient(kj::AsyncIoContext& io)
    : io_(io), session_(kj::heap<GreetedStream>(io)),
      portal_(session_->client.bootstrap().castAs<portal::schema::Portal>()) {}

void PortalClient::hello() {
    auto request = portal_.helloRequest();
    request.setVersion(portal::schema::PROTOCOL_VERSION);
    request.setClient("test");
    greeted_ = request.send().wait(io_.waitScope).getSession();
}

kj::Array<kj::byte> PortalClient::open(kj::StringPtr name) {
    auto request = KJ_ASSERT_NONNULL(greeted_).openRequest();
    request.setName(name);
    auto answer = request.send().wait(io_.waitScope);
    return kj::heapArray(answer.getTicket().asBytes());
}

portal::schema::Store::Client PortalClient::openStore() {
    services_.push_back(kj::heap<GreetedStream>(io_, open("store")));
    return services_.back()->client.bootstrap().castAs<portal::schema::Store>();
}
