// SPDX-License-Identifier: GPL-2.0-only
//
// Transports that carry bytes: what a call is on them, and what bulk is, is the same for all.
#pragma once

#include "../transport.h"

#include <exception>
#include <memory>
#include <span>

namespace bench {

/// Thrown by receive() when the peer has closed its end: how a job ends.
class PeerGone : public std::exception {
public:
    const char* what() const noexcept override { return "the peer is gone"; }
};

/// One end of a connection that carries bytes. Whoever receives knows how many there will be, and
/// receives them in the portions in which they were sent.
class Link {
public:
    virtual ~Link() = default;

    /// Sends all of `bytes`, and sees to it that the peer wakes.
    virtual void send(Bytes bytes) = 0;

    /// Sleeps until all of `bytes` is there.
    virtual void receive(MutableBytes bytes) = 0;

    /// Sleeps until there are bytes, and takes as many as are there and fit; for those who stream.
    virtual std::size_t receiveSome(MutableBytes bytes) {
        receive(bytes);
        return bytes.size();
    }

    /// How much receiveSome() is best asked for, where more than one portion may come at once.
    virtual std::size_t readAhead() const { return 0; }

    /// send() and receive(), which may be the same memory; for those who can do both in one.
    virtual void exchange(Bytes out, MutableBytes in) {
        send(out);
        receive(in);
    }

    /// A descriptor that becomes readable, anew for each message.
    virtual int fd() const { return -1; }

    /// Whether receive() would find something, where fd() may be readable without.
    virtual bool hasData() { return true; }
};

/// Which of many links has a request; for a server that has one thread for all.
class Selector {
public:
    virtual ~Selector() = default;

    /// Sleeps until there are some, and says their numbers.
    virtual std::span<const unsigned> wait() = 0;
};

/// A transport of links.
class LinkTransport : public Transport {
public:
    bool can(Feature feature) const override;
    std::unique_ptr<Service> listen(const Setup& setup) override;
    std::unique_ptr<Client> connect(unsigned number) override;

    /// What listen() was told.
    const Setup& setup() const { return setup_; }

    /// Whether the server has one thread for many links, and sleeps in a Selector.
    bool selects() const { return setup_.clients > 1 && !setup_.parallel; }

    /// Server: sleeps until the next client has connected.
    virtual std::unique_ptr<Link> accept() = 0;

    /// Server: for links() in the order of accept().
    virtual std::unique_ptr<Selector> select(std::span<const std::unique_ptr<Link>> links);

protected:
    /// Before the fork: makes what both sides need.
    virtual void open() = 0;

    /// Client `number`: connects.
    virtual std::unique_ptr<Link> dial(unsigned number) = 0;

private:
    Setup setup_;
};

} // namespace bench
