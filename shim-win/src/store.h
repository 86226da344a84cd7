// SPDX-License-Identifier: MIT
#pragma once

#include "blob.h"
#include "store.capnp.h"

#include <string>
#include <vector>

namespace nxia {

struct Entry {
    std::string name;
    uint64_t size;
};

struct Hit {
    std::string name;
    std::string snippet;
    double rank;
};

/// The calls of a store of documents, in plain C++ types. Lives on the loop's thread.
class Store {
public:
    explicit Store(portal::schema::Store::Client client);

    /// `content` outlives the promise.
    kj::Promise<void> put(kj::StringPtr name, kj::ArrayPtr<const kj::byte> content);
    kj::Promise<Blob> get(kj::StringPtr name);
    kj::Promise<void> remove(kj::StringPtr name);
    kj::Promise<std::vector<Entry>> list(kj::StringPtr prefix);
    kj::Promise<std::vector<Hit>> search(kj::StringPtr query, uint32_t limit);

private:
    kj::Promise<void> putInChunks(kj::StringPtr name, kj::ArrayPtr<const kj::byte> content);
    kj::Promise<Blob> read(kj::StringPtr name);
    kj::Promise<std::vector<Entry>> listOn(kj::String prefix, std::vector<Entry> found);

    portal::schema::Store::Client client;
};

} // namespace nxia
