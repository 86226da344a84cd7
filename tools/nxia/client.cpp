// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"

#include "rpc/error.h"

namespace nxia::client {

namespace {

using portal::rpc::unwrap;
namespace schema = portal::schema;

constexpr std::size_t inlineMax = schema::INLINE_MAX;

kj::ArrayPtr<const kj::byte> bytesOf(std::string_view text) {
    return {reinterpret_cast<const kj::byte*>(text.data()), text.size()};
}

/// Gathers a document; `content` must outlive it.
class Gatherer final : public schema::ByteSink::Server {
public:
    explicit Gatherer(std::string& content) : content_(content) {}

    kj::Promise<void> write(WriteContext context) override {
        const auto chunk = context.getParams().getChunk().asChars();
        content_.append(chunk.begin(), chunk.size());
        return kj::READY_NOW;
    }
    kj::Promise<void> end(EndContext) override { return kj::READY_NOW; }

private:
    std::string& content_;
};

} // namespace

Store::Store(kj::StringPtr service)
    : io_(kj::setupAsyncIo()), vat_(unwrap(portal::core::Session::open()), io_.unixEventPort),
      connection_(portal::rpc::openService(vat_, service).wait(io_.waitScope)),
      store_(connection_->bootstrap().castAs<schema::Store>()) {}

void Store::put(kj::StringPtr name, std::string_view content) {
    if (content.size() > inlineMax)
        return putInChunks(name, content);
    auto request = store_.putRequest();
    request.setName(name);
    request.setContent(bytesOf(content));
    request.send().wait(io_.waitScope);
}

void Store::putInChunks(kj::StringPtr name, std::string_view content) {
    auto begin = store_.beginPutRequest();
    begin.setName(name);
    begin.setSize(content.size());
    auto writer = begin.send().wait(io_.waitScope).getWriter();
    for (auto rest = content; !rest.empty(); rest.remove_prefix(std::min(rest.size(), inlineMax))) {
        auto write = writer.writeRequest();
        write.setChunk(bytesOf(rest.substr(0, inlineMax)));
        write.send().wait(io_.waitScope);
    }
    writer.commitRequest().send().wait(io_.waitScope);
}

std::string Store::get(kj::StringPtr name) {
    auto request = store_.getRequest();
    request.setName(name);
    try {
        auto response = request.send().wait(io_.waitScope);
        const auto content = response.getContent().asChars();
        return std::string(content.begin(), content.size());
    } catch (const kj::Exception& exception) {
        if (portal::rpc::codeOf(exception) != portal::rpc::FaultCode::TOO_LARGE)
            throw;
    }
    return read(name);
}

std::string Store::read(kj::StringPtr name) {
    std::string content;
    auto request = store_.readRequest();
    request.setName(name);
    request.setSink(kj::heap<Gatherer>(content));
    const auto size = request.send().wait(io_.waitScope).getSize();
    KJ_REQUIRE(content.size() == size, "the document did not come whole");
    return content;
}

void Store::remove(kj::StringPtr name) {
    auto request = store_.deleteRequest();
    request.setName(name);
    request.send().wait(io_.waitScope);
}

std::vector<Store::Document> Store::list(kj::StringPtr prefix) {
    std::vector<Document> documents;
    for (bool more = true; more;) {
        auto request = store_.listRequest();
        request.setPrefix(prefix);
        if (!documents.empty())
            request.setAfter(documents.back().name.c_str());
        auto response = request.send().wait(io_.waitScope);
        for (auto document : response.getDocuments())
            documents.push_back({document.getName().cStr(), document.getSize()});
        more = response.getMore();
    }
    return documents;
}

std::vector<Store::Hit> Store::search(kj::StringPtr query, std::uint32_t limit) {
    auto request = store_.searchRequest();
    request.setQuery(query);
    request.setLimit(limit);
    auto response = request.send().wait(io_.waitScope);
    std::vector<Hit> hits;
    for (auto hit : response.getHits())
        hits.push_back({hit.getName().cStr(), hit.getRank(), hit.getSnippet().cStr()});
    return hits;
}

} // namespace nxia::client
