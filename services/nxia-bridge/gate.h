// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "directory.h"
#include "rpc/greeting.h"
#include "tickets.h"
#include "vsock.h"

#include <kj/async-io.h>
#include <set>

namespace nxia::bridge {

/// What a peer may cost.
struct Limits {
    unsigned connections = 128; ///< a client has one, and one for each service
    kj::Duration handshake = 10 * kj::SECONDS;
    std::size_t messageBytes = 4 << 20; ///< of one message that comes in
    std::size_t pendingBytes = 1 << 20; ///< of a session's calls that are not answered yet
    std::set<std::uint32_t> cids;       ///< who may connect
};

/// Accepts connections: serves Portal on those that ask for a session, and connects the others to
/// the service that their ticket is for. Whatever a peer sends, it ends that connection at worst.
class Gate {
public:
    Gate(kj::AsyncIoContext& io, portal::rpc::Vat& vat, Directory& directory,
         VsockListener listener, Limits limits);
    KJ_DISALLOW_COPY_AND_MOVE(Gate);

    /// Accepts for ever.
    kj::Promise<void> listen();

private:
    class Failures final : public kj::TaskSet::ErrorHandler {
        void taskFailed(kj::Exception&& exception) override;
    };

    kj::Promise<void> beforeNext();
    void admit(VsockListener::Accepted accepted);
    kj::Promise<void> serve(kj::AutoCloseFd fd, std::string peer);
    kj::Promise<void> serveSession(kj::Own<kj::AsyncIoStream> socket, std::string peer);
    kj::Promise<void> serveTicket(const portal::rpc::Greeting& greeting,
                                  kj::Own<kj::AsyncIoStream> socket, const std::string& peer);

    kj::AsyncIoContext& io_;
    portal::rpc::Vat& vat_;
    Directory& directory_;
    VsockListener listener_;
    Limits limits_;
    Tickets tickets_;
    kj::UnixEventPort::FdObserver observer_;
    unsigned connections_ = 0;
    std::uint64_t lastNumber_ = 0;
    Failures failures_;
    kj::TaskSet tasks_;
};

} // namespace nxia::bridge
