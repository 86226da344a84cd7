// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include "sys.h"

#include <unistd.h>
#include <utility>

namespace bench {

StreamLink::StreamLink(Fd in, Fd out)
    : in_(std::move(in)), separate_(std::move(out)), out_(separate_.get()) {}

StreamLink::StreamLink(Fd both) : in_(std::move(both)), out_(in_.get()) {}

void StreamLink::send(Bytes bytes) {
    while (!bytes.empty())
        bytes = bytes.subspan(check(::write(out_, bytes.data(), bytes.size()), "write"));
}

void StreamLink::receive(MutableBytes bytes) {
    while (!bytes.empty())
        bytes = bytes.subspan(receiveSome(bytes));
}

std::size_t StreamLink::receiveSome(MutableBytes bytes) {
    ssize_t got = check(::read(in_.get(), bytes.data(), bytes.size()), "read");
    if (got == 0)
        throw PeerGone();
    return got;
}

} // namespace bench
