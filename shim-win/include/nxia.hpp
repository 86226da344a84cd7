// SPDX-License-Identifier: MIT
#pragma once

#include "nxia.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// nxia.h for C++: handles free themselves, errors are exceptions, results are values. Header only;
/// what crosses the DLL's boundary is C. Threads: as in nxia.h.
namespace nxia {

/// A call that failed.
class Error : public std::runtime_error {
public:
    Error(nxia_result result, const char* message) : std::runtime_error(message), failed(result) {}

    /// One of the NXIA_E_ codes.
    nxia_result result() const { return failed; }

private:
    nxia_result failed;
};

/// Throws the calling thread's last error if there is one.
inline void check(nxia_result result) {
    if (result != NXIA_OK) {
        throw Error(result, nxia_last_message());
    }
}

/// A connection to WSLX.
class Client {
public:
    /// Throws what nxia_connect() reports. A timeout of 0 is nxia.h's default.
    explicit Client(const std::string& address, uint32_t connectMs = 0, uint32_t callMs = 0) {
        nxia_connect_options options = {sizeof(options), connectMs, callMs, 0, address.c_str()};
        nxia_client* opened;
        check(nxia_connect(&options, &opened));
        handle.reset(opened);
    }

    std::string server() const { return nxia_server(handle.get()); }
    uint32_t protocol() const { return nxia_protocol(handle.get()); }
    nxia_client* get() const { return handle.get(); }

private:
    struct Disconnect {
        void operator()(nxia_client* client) const { nxia_disconnect(client); }
    };
    std::unique_ptr<nxia_client, Disconnect> handle;
};

struct Entry {
    std::string name;
    uint64_t size;
};

struct Hit {
    std::string name;
    std::string snippet; ///< each word found is between U+0002 and U+0003
    double rank;
};

/// A store of documents. The functions throw what their namesakes in nxia.h report.
class Store {
public:
    /// Told how a call ended, on the client's thread; must not throw, nor call the library.
    using Completion = std::function<void(nxia_result result, const char* message)>;

    explicit Store(Client& client, const char* service = "store") {
        nxia_service* opened;
        check(nxia_open(client.get(), service, &opened));
        handle.reset(opened);
    }

    void put(const std::string& name, std::string_view content) {
        check(nxia_put(handle.get(), name.c_str(), content.data(), content.size()));
    }

    /// `content` stays as it is until `completion` is called.
    void putAsync(const std::string& name, std::string_view content, Completion completion) {
        auto told = std::make_unique<Completion>(std::move(completion));
        check(nxia_put_async(handle.get(), name.c_str(), content.data(), content.size(), tell,
                             told.get()));
        static_cast<void>(told.release()); // tell() frees it
    }

    std::string get(const std::string& name) {
        void* content;
        size_t size;
        check(nxia_get(handle.get(), name.c_str(), &content, &size));
        std::unique_ptr<void, decltype(&nxia_free)> block(content, nxia_free);
        return std::string(static_cast<const char*>(content), size);
    }

    void remove(const std::string& name) { check(nxia_delete(handle.get(), name.c_str())); }

    std::vector<Entry> list(const std::string& prefix = "") {
        nxia_list* list;
        check(nxia_list_documents(handle.get(), prefix.c_str(), &list));
        std::unique_ptr<nxia_list, decltype(&nxia_list_free)> owner(list, nxia_list_free);
        std::vector<Entry> entries;
        for (size_t i = 0; i < nxia_list_count(list); i++) {
            nxia_entry entry = {sizeof(entry), 0, nullptr, 0};
            check(nxia_list_entry(list, i, &entry));
            entries.push_back({entry.name, entry.size});
        }
        return entries;
    }

    std::vector<Hit> search(const std::string& query, uint32_t limit = 0) {
        nxia_hits* hits;
        check(nxia_search(handle.get(), query.c_str(), limit, &hits));
        std::unique_ptr<nxia_hits, decltype(&nxia_hits_free)> owner(hits, nxia_hits_free);
        std::vector<Hit> found;
        for (size_t i = 0; i < nxia_hits_count(hits); i++) {
            nxia_hit hit = {sizeof(hit), 0, nullptr, nullptr, 0};
            check(nxia_hits_hit(hits, i, &hit));
            found.push_back({hit.name, hit.snippet, hit.rank});
        }
        return found;
    }

private:
    static void NXIA_CALL tell(void* context, nxia_result result, const char* message) {
        std::unique_ptr<Completion> completion(static_cast<Completion*>(context));
        (*completion)(result, message);
    }

    struct Close {
        void operator()(nxia_service* service) const { nxia_close(service); }
    };
    std::unique_ptr<nxia_service, Close> handle;
};

} // namespace nxia
