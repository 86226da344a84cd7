// SPDX-License-Identifier: MIT
//
// The C functions of nxia.h: they check what comes in, and hand out plain structs.
#include "handles.h"
#include "result.h"

#include <algorithm>
#include <cstring>

namespace {

using nxia::guarded;
using portal::rpc::FaultCode;

constexpr char DEFAULT_ADDRESS[] = "127.0.0.1:7345";
constexpr uint32_t DEFAULT_CONNECT_MS = 10'000;
constexpr uint32_t DEFAULT_HITS = 20;
constexpr uint32_t MOST_HITS = 1000;

void require(bool condition, kj::StringPtr otherwise) {
    if (!condition) {
        portal::rpc::fail(FaultCode::INVALID, otherwise);
    }
}

/// Checks a pointer that is written to, and clears what it points to.
template <typename T>
T& cleared(T* out, kj::StringPtr name) {
    require(out != nullptr, kj::str(name, " is NULL"));
    *out = T();
    return *out;
}

/// Copies `filled` into a caller's struct, which may be older and shorter.
template <typename T>
void fill(T* out, T filled) {
    require(out != nullptr && out->struct_size >= offsetof(T, name), "struct_size is not set");
    filled.struct_size = out->struct_size;
    memcpy(out, &filled, std::min<size_t>(out->struct_size, sizeof(T)));
}

/// The options as this version knows them.
nxia_connect_options known(const nxia_connect_options* given) {
    nxia_connect_options options = {};
    if (given == nullptr) {
        return options;
    }
    require(given->struct_size >= sizeof(given->struct_size), "struct_size is not set");
    auto bytes = reinterpret_cast<const char*>(given);
    for (size_t i = sizeof(options); i < given->struct_size; i++) {
        if (bytes[i] != 0) {
            portal::rpc::fail(FaultCode::VERSION, "the options need a newer nxia.dll");
        }
    }
    memcpy(&options, given, std::min<size_t>(given->struct_size, sizeof(options)));
    require(options.reserved == 0, "reserved is not 0");
    return options;
}

nxia::Target targetOf(const nxia_connect_options& options) {
    auto connect = options.connect_timeout_ms;
    return nxia::Target{
        kj::str(options.address == nullptr ? DEFAULT_ADDRESS : options.address),
        (connect == 0 ? DEFAULT_CONNECT_MS : connect) * kj::MILLISECONDS,
        options.call_timeout_ms * kj::MILLISECONDS,
    };
}

nxia::Service& serviceOf(nxia_service* handle) {
    require(handle != nullptr, "service is NULL");
    return handle->service;
}

kj::ArrayPtr<const kj::byte> contentOf(const void* content, size_t size) {
    require(content != nullptr || size == 0, "content is NULL");
    return kj::arrayPtr(static_cast<const kj::byte*>(content), size);
}

} // namespace

extern "C" {

uint32_t NXIA_CALL nxia_version(void) {
    return NXIA_VERSION;
}

void NXIA_CALL nxia_free(void* block) {
    free(block);
}

nxia_result NXIA_CALL nxia_connect(const nxia_connect_options* options, nxia_client** client) {
    return guarded([&] {
        auto& out = cleared(client, "client");
        out = new nxia_client{std::make_shared<nxia::Client>(targetOf(known(options)))};
    });
}

void NXIA_CALL nxia_disconnect(nxia_client* client) {
    guarded([&] {
        if (client != nullptr) {
            client->client->disconnect();
            delete client;
        }
    });
}

const char* NXIA_CALL nxia_server(const nxia_client* client) {
    return client == nullptr ? "" : client->client->server.c_str();
}

uint32_t NXIA_CALL nxia_protocol(const nxia_client* client) {
    return client == nullptr ? 0 : client->client->protocol;
}

nxia_result NXIA_CALL nxia_open(nxia_client* client, const char* name, nxia_service** service) {
    return guarded([&] {
        auto& out = cleared(service, "service");
        require(client != nullptr, "client is NULL");
        require(name != nullptr, "name is NULL");
        out = new nxia_service{nxia::Service(client->client, name)};
    });
}

void NXIA_CALL nxia_close(nxia_service* service) {
    guarded([&] {
        if (service != nullptr) {
            service->service.close();
            delete service;
        }
    });
}

nxia_result NXIA_CALL nxia_put(nxia_service* service, const char* name, const void* content,
                               size_t size) {
    return guarded([&] {
        require(name != nullptr, "name is NULL");
        auto bytes = contentOf(content, size);
        serviceOf(service).call([&](nxia::Store& store) { return store.put(name, bytes); });
    });
}

nxia_result NXIA_CALL nxia_put_async(nxia_service* service, const char* name, const void* content,
                                     size_t size, nxia_completion completion, void* context) {
    return guarded([&] {
        require(name != nullptr, "name is NULL");
        require(completion != nullptr, "completion is NULL");
        auto bytes = contentOf(content, size);
        serviceOf(service).start([&](nxia::Store& store) { return store.put(name, bytes); },
                                 completion, context);
    });
}

nxia_result NXIA_CALL nxia_get(nxia_service* service, const char* name, void** content,
                               size_t* size) {
    return guarded([&] {
        auto& block = cleared(content, "content");
        auto& length = cleared(size, "size");
        require(name != nullptr, "name is NULL");
        auto blob = serviceOf(service).call([&](nxia::Store& store) { return store.get(name); });
        length = blob.size();
        block = blob.release();
    });
}

nxia_result NXIA_CALL nxia_delete(nxia_service* service, const char* name) {
    return guarded([&] {
        require(name != nullptr, "name is NULL");
        serviceOf(service).call([&](nxia::Store& store) { return store.remove(name); });
    });
}

nxia_result NXIA_CALL nxia_list_documents(nxia_service* service, const char* prefix,
                                          nxia_list** list) {
    return guarded([&] {
        auto& out = cleared(list, "list");
        auto wanted = prefix == nullptr ? "" : prefix;
        out = new nxia_list{
            serviceOf(service).call([&](nxia::Store& store) { return store.list(wanted); })};
    });
}

size_t NXIA_CALL nxia_list_count(const nxia_list* list) {
    return list == nullptr ? 0 : list->entries.size();
}

nxia_result NXIA_CALL nxia_list_entry(const nxia_list* list, size_t index, nxia_entry* entry) {
    return guarded([&] {
        require(index < nxia_list_count(list), "no entry has that index");
        auto& found = list->entries[index];
        fill(entry, nxia_entry{0, 0, found.name.c_str(), found.size});
    });
}

void NXIA_CALL nxia_list_free(nxia_list* list) {
    delete list;
}

nxia_result NXIA_CALL nxia_search(nxia_service* service, const char* query, uint32_t limit,
                                  nxia_hits** hits) {
    return guarded([&] {
        auto& out = cleared(hits, "hits");
        require(query != nullptr, "query is NULL");
        require(limit <= MOST_HITS, "limit is more than 1000");
        auto most = limit == 0 ? DEFAULT_HITS : limit;
        out = new nxia_hits{
            serviceOf(service).call([&](nxia::Store& store) { return store.search(query, most); })};
    });
}

size_t NXIA_CALL nxia_hits_count(const nxia_hits* hits) {
    return hits == nullptr ? 0 : hits->hits.size();
}

nxia_result NXIA_CALL nxia_hits_hit(const nxia_hits* hits, size_t index, nxia_hit* hit) {
    return guarded([&] {
        require(index < nxia_hits_count(hits), "no hit has that index");
        auto& found = hits->hits[index];
        fill(hit, nxia_hit{0, 0, found.name.c_str(), found.snippet.c_str(), found.rank});
    });
}

void NXIA_CALL nxia_hits_free(nxia_hits* hits) {
    delete hits;
}
}
