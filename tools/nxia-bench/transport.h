// SPDX-License-Identifier: GPL-2.0-only
//
// What is measured: a way for one process to call another, and to send it bulk data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

/// The client's side of one connection. Threads: one.
///
/// What fails throws (std::system_error, kj::Exception, ...), which ends the run.
class Client {
public:
    virtual ~Client() = default;

    /// Says that the next `count` calls have `size` bytes each. Comes before every row of calls,
    /// and is not measured. A transport whose messages say themselves how long they are has nothing
    /// to do here; others tell their server.
    virtual void prepare(std::size_t size, std::uint64_t count) { (void)size, (void)count; }

    /// Sends `request` and sleeps until the answer, as many bytes, which the server copies from the
    /// request, is in `answer`.
    virtual void call(Bytes request, MutableBytes answer) = 0;

    /// Sends `total` bytes by sending `piece` again and again; back when the server has read all.
    virtual void push(Bytes piece, std::uint64_t total) = 0;

    /// Lets the server send `total` bytes, which are read into `piece`, again and again.
    virtual void pull(MutableBytes piece, std::uint64_t total) = 0;
};

/// What the server's process does.
class Service {
public:
    virtual ~Service() = default;

    /// Serves until its clients are gone, or the process is killed.
    virtual void serve() = 0;
};

/// What a measurement needs of a transport.
struct Setup {
    unsigned clients = 1;        ///< connections at the same time, each of a process of its own
    std::size_t size = 64;       ///< most bytes of a call
    std::size_t room = 64 << 10; ///< bytes of a ring or buffer, where there is one to choose
    bool single = false; ///< connections one after another, each for one call of `size` bytes
    bool parallel =
        false;         ///< clients send in bulk at the same time: the server has threads for that
    bool busy = false; ///< look again and again instead of sleeping
};

/// What not every transport can do.
enum class Feature {
    bulk,          ///< push and pull
    manyClients,   ///< Setup::clients beyond 1
    emptyMessage,  ///< a call of 0 bytes
    reconnect,     ///< Setup::single
    sleep,         ///< Setup::busy unset
    busy,          ///< Setup::busy
    twoProcessors, ///< client and server on a processor each
};

/// A way to talk. Objects of this are stateless between two runs of listen().
class Transport {
public:
    virtual ~Transport() = default;

    /// As in the tables and on the command line: lower case, such as "unix-stream".
    virtual std::string_view name() const = 0;

    virtual bool can(Feature feature) const = 0;

    /// Most bytes of a call.
    virtual std::size_t callLimit() const { return std::numeric_limits<std::size_t>::max(); }

    /// Why it cannot run here; empty: it can.
    virtual std::string unavailable() const { return {}; }

    /// The transport that its figures are related to, if there is one: it comes before.
    virtual std::string_view baseline() const { return {}; }

    /// In the process from which both sides are forked, before that: makes what they share
    /// (sockets, memory). Must not start threads.
    virtual std::unique_ptr<Service> listen(const Setup& setup) = 0;

    /// In the process of client `number` (from 0), after listen() and the fork; more than once if
    /// Setup::single. The server may not yet be in serve().
    virtual std::unique_ptr<Client> connect(unsigned number) = 0;
};

/// All of them, in the order of the tables: on Linux those of links/ and of rpc/, on Windows those
/// of boundary/.
std::span<Transport* const> transports();

/// Where client and server are.
struct Place {
    std::string_view prefix;    ///< of the scenarios' names in results
    std::vector<unsigned> cpus; ///< on how many processors, unless someone says otherwise
    bool apart = false;         ///< on two systems: results say 0 processors
};
Place place();

} // namespace bench
