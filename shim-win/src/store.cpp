// SPDX-License-Identifier: MIT
#include "store.h"

#include "rpc/fault.h"

#include <algorithm>

namespace nxia {
namespace {

namespace schema = portal::schema;

/// Collects what a store writes into it.
class Collector final : public schema::ByteSink::Server {
public:
    explicit Collector(std::shared_ptr<Blob> blob) : blob(std::move(blob)) {}

    kj::Promise<void> write(WriteContext context) override {
        blob->append(context.getParams().getChunk());
        return kj::READY_NOW;
    }

    kj::Promise<void> end(EndContext) override { return kj::READY_NOW; }

private:
    std::shared_ptr<Blob> blob;
};

kj::Promise<void> writeChunks(schema::Writer::Client writer, kj::ArrayPtr<const kj::byte> content) {
    if (content.size() == 0) {
        return kj::READY_NOW;
    }
    auto length = std::min<size_t>(content.size(), schema::INLINE_MAX);
    auto request = writer.writeRequest();
    request.setChunk(content.slice(0, length));
    return request.send().then([writer, rest = content.slice(length, content.size())]() mutable {
        return writeChunks(kj::mv(writer), rest);
    });
}

} // namespace

Store::Store(schema::Store::Client client) : client(kj::mv(client)) {}

kj::Promise<void> Store::put(kj::StringPtr name, kj::ArrayPtr<const kj::byte> content) {
    if (content.size() > schema::INLINE_MAX) {
        return putInChunks(name, content);
    }
    auto request = client.putRequest();
    request.setName(name);
    request.setContent(content);
    return request.send().ignoreResult();
}

kj::Promise<void> Store::putInChunks(kj::StringPtr name, kj::ArrayPtr<const kj::byte> content) {
    auto request = client.beginPutRequest();
    request.setName(name);
    request.setSize(content.size());
    auto writer = request.send().getWriter();
    auto written = writeChunks(writer, content);
    return written.then([writer = kj::mv(writer)]() mutable {
        return writer.commitRequest().send().ignoreResult();
    });
}

kj::Promise<Blob> Store::get(kj::StringPtr name) {
    auto request = client.getRequest();
    request.setName(name);
    return request.send().then(
        [](auto&& answer) -> kj::Promise<Blob> {
            Blob blob;
            blob.append(answer.getContent());
            return blob;
        },
        [this, name = kj::str(name)](kj::Exception&& e) -> kj::Promise<Blob> {
            if (portal::rpc::codeOf(e) != portal::rpc::FaultCode::TOO_LARGE) {
                return kj::mv(e);
            }
            return read(name);
        });
}

kj::Promise<Blob> Store::read(kj::StringPtr name) {
    auto blob = std::make_shared<Blob>();
    auto request = client.readRequest();
    request.setName(name);
    request.setSink(kj::heap<Collector>(blob));
    return request.send().then([blob](auto&&) { return kj::mv(*blob); });
}

kj::Promise<void> Store::remove(kj::StringPtr name) {
    auto request = client.deleteRequest();
    request.setName(name);
    return request.send().ignoreResult();
}

kj::Promise<std::vector<Entry>> Store::list(kj::StringPtr prefix) {
    return listOn(kj::str(prefix), {});
}

/// Asks for what comes after `found`, page by page.
kj::Promise<std::vector<Entry>> Store::listOn(kj::String prefix, std::vector<Entry> found) {
    auto request = client.listRequest();
    request.setPrefix(prefix);
    if (!found.empty()) {
        request.setAfter(found.back().name.c_str());
    }
    return request.send().then([this, prefix = kj::mv(prefix), found = std::move(found)](
                                   auto&& answer) mutable -> kj::Promise<std::vector<Entry>> {
        for (auto document : answer.getDocuments()) {
            found.push_back({document.getName().cStr(), document.getSize()});
        }
        if (!answer.getMore() || answer.getDocuments().size() == 0) {
            return std::move(found);
        }
        return listOn(kj::mv(prefix), std::move(found));
    });
}

kj::Promise<std::vector<Hit>> Store::search(kj::StringPtr query, uint32_t limit) {
    auto request = client.searchRequest();
    request.setQuery(query);
    request.setLimit(limit);
    return request.send().then([](auto&& answer) {
        std::vector<Hit> hits;
        for (auto hit : answer.getHits()) {
            hits.push_back({hit.getName().cStr(), hit.getSnippet().cStr(), hit.getRank()});
        }
        return hits;
    });
}

} // namespace nxia
