// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "rpc/connection.h"
#include "store.capnp.h"

#include <kj/async-io.h>
#include <string>
#include <string_view>
#include <vector>

namespace nxia::client {

/// The store, called over /dev/nxia. All members wait for the answer, and throw a kj::Exception
/// (portal::rpc::codeOf).
class Store {
public:
    /// Opens a service that is a store.
    explicit Store(kj::StringPtr service);

    void put(kj::StringPtr name, std::string_view content);
    std::string get(kj::StringPtr name);
    void remove(kj::StringPtr name);

    struct Document {
        std::string name;
        std::uint64_t size; ///< bytes
    };
    /// All whose name begins with `prefix`.
    std::vector<Document> list(kj::StringPtr prefix);

    struct Hit {
        std::string name;
        double rank;
        std::string snippet; ///< what matched is between U+0002 and U+0003
    };
    std::vector<Hit> search(kj::StringPtr query, std::uint32_t limit);

private:
    void putInChunks(kj::StringPtr name, std::string_view content);
    std::string read(kj::StringPtr name);

    kj::AsyncIoContext io_;
    portal::rpc::Vat vat_;
    kj::Own<portal::rpc::Connection> connection_;
    portal::schema::Store::Client store_;
};

} // namespace nxia::client
