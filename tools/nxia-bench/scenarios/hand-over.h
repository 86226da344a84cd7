// SPDX-License-Identifier: GPL-2.0-only
//
// Memory that one process makes, that no one can change from then on, and that another then reads
// in place.
#pragma once

#include "../transport.h"

#include <memory>
#include <string>

namespace bench {

/// Who makes it. One at a time: each of the steps once, in this order.
class Giver {
public:
    virtual ~Giver() = default;
    virtual void create(std::size_t size) = 0;
    virtual MutableBytes map() = 0;
    virtual void unmapAndFreeze() = 0;

    /// Back when the other side has it mapped.
    virtual void handOver() = 0;
    virtual void drop() = 0;
};

/// Who reads it.
class Taker {
public:
    virtual ~Taker() = default;

    /// Sleeps until it is handed over, and maps it.
    virtual Bytes take() = 0;
    virtual void confirm() = 0;
    virtual void drop() = 0;
};

/// A way to do it.
class HandOver {
public:
    virtual ~HandOver() = default;
    virtual std::string name() const = 0;
    virtual std::string unavailable() const = 0;

    /// Before the fork.
    virtual void open() = 0;

    /// Each in a process of its own.
    virtual std::unique_ptr<Giver> giver() = 0;
    virtual std::unique_ptr<Taker> taker() = 0;
};

/// By a region and a channel of NXIA.
std::unique_ptr<HandOver> regionHandOver();

/// By a sealed memfd and SCM_RIGHTS.
std::unique_ptr<HandOver> memfdHandOver();

} // namespace bench
