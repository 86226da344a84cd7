// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "link.h"

#include <core/fd.h>

namespace bench {

using portal::core::Fd;

/// A link over what read() and write() take: `in` to receive from, `out` to send to; both may be
/// the same. Bytes only: nothing is said of where one message ends.
class StreamLink : public Link {
public:
    StreamLink(Fd in, Fd out);
    explicit StreamLink(Fd both);

    void send(Bytes bytes) override;
    void receive(MutableBytes bytes) override;
    std::size_t receiveSome(MutableBytes bytes) override;
    std::size_t readAhead() const override { return 64 << 10; }
    int fd() const override { return in_.get(); }

private:
    Fd in_;
    Fd separate_; // only where it is not in_
    int out_;
};

} // namespace bench
