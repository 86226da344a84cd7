// SPDX-License-Identifier: GPL-2.0-only
#include "server.h"

#include "error.h"
#include "rpc/fault.h"
#include "text.h"

#include <algorithm>
#include <kj/refcount.h>
#include <string>

namespace nxia::store {

namespace {

using portal::rpc::FaultCode;
namespace schema = portal::schema;

constexpr std::size_t inlineMax = schema::INLINE_MAX;
constexpr std::uint32_t listMax = 10'000;
constexpr std::uint32_t searchMax = 1000;

FaultCode faultCodeOf(StoreError::Code code) {
    switch (code) {
    case StoreError::Code::invalidName:
    case StoreError::Code::invalidQuery:
        return FaultCode::INVALID;
    case StoreError::Code::notFound:
        return FaultCode::NOT_FOUND;
    case StoreError::Code::tooLarge:
        return FaultCode::TOO_LARGE;
    case StoreError::Code::busy:
        return FaultCode::UNAVAILABLE;
    case StoreError::Code::diskFull:
    case StoreError::Code::corrupted:
    case StoreError::Code::io:
        return FaultCode::IO;
    }
    return FaultCode::UNKNOWN;
}

/// Calls the database for a client: its errors become faults.
auto forClient(auto&& action) -> decltype(action()) {
    try {
        return action();
    } catch (const StoreError& error) {
        portal::rpc::fail(faultCodeOf(error.code()), error.what());
    }
}

std::string_view view(capnp::Text::Reader text) {
    return {text.begin(), text.size()};
}
std::string_view view(capnp::Data::Reader data) {
    return {data.asChars().begin(), data.size()};
}

kj::ArrayPtr<const kj::byte> bytesOf(std::string_view text) {
    return {reinterpret_cast<const kj::byte*>(text.data()), text.size()};
}

/// One client's share of the budget of all; alive while anything of the client is.
struct Client : kj::Refcounted {
    Client(Database& database, Budget& all)
        : database(database), budget(database.limits().documentBytes, &all) {}

    Database& database;
    Budget budget;
};

/// A document that comes in chunks; the store sees it when it is whole.
class WriterServer final : public schema::Writer::Server {
public:
    WriterServer(kj::Own<Client> client, std::string name, std::uint64_t size)
        : client_(kj::mv(client)), reservation_(client_->budget), name_(std::move(name)),
          size_(size) {}

    kj::Promise<void> write(WriteContext context) override {
        const auto chunk = view(context.getParams().getChunk());
        checkOpen();
        if (chunk.size() > inlineMax)
            portal::rpc::fail(FaultCode::TOO_LARGE,
                              kj::str("a chunk has at most ", inlineMax, " bytes"));
        if (chunk.size() > size_ - content_.size())
            refuse("more bytes came than were announced");
        forClient([&] { reservation_.add(chunk.size()); });
        content_.append(chunk);
        return kj::READY_NOW;
    }

    kj::Promise<void> end(EndContext) override {
        checkOpen();
        return kj::READY_NOW;
    }

    kj::Promise<void> commit(CommitContext) override {
        checkOpen();
        if (content_.size() != size_)
            refuse("fewer bytes came than were announced");
        forClient([&] { client_->database.put(name_, content_); });
        committed_ = true;
        return kj::READY_NOW;
    }

private:
    void checkOpen() {
        if (committed_)
            refuse("it is committed already");
    }

    [[noreturn]] void refuse(kj::StringPtr why) {
        portal::rpc::fail(FaultCode::INVALID, kj::str("document '", name_.c_str(), "': ", why));
    }

    kj::Own<Client> client_;
    Reservation reservation_;
    std::string name_;
    std::uint64_t size_;
    std::string content_;
    bool committed_ = false;
};

/// A document on its way to a sink.
struct Reading {
    explicit Reading(kj::Own<Client> owner) : client(kj::mv(owner)), reservation(client->budget) {}

    kj::Own<Client> client;
    Reservation reservation;
    std::string content;
};

/// Writes all of `rest`; each write() resolves when the flow control of the sink wants more.
kj::Promise<void> writeChunks(schema::ByteSink::Client sink, std::string_view rest) {
    if (rest.empty())
        return sink.endRequest().send().ignoreResult();
    const auto chunk = rest.substr(0, inlineMax);
    auto request = sink.writeRequest();
    request.setChunk(bytesOf(chunk));
    return request.send().then([sink = kj::mv(sink), rest = rest.substr(chunk.size())]() mutable {
        return writeChunks(kj::mv(sink), rest);
    });
}

class StoreServer final : public schema::Store::Server {
public:
    StoreServer(Database& database, Budget& all)
        : client_(kj::refcounted<Client>(database, all)), database_(database) {}

    kj::Promise<void> put(PutContext context) override {
        const auto params = context.getParams();
        const auto content = view(params.getContent());
        if (content.size() > inlineMax)
            portal::rpc::fail(FaultCode::TOO_LARGE,
                              kj::str("put takes at most ", inlineMax,
                                      " bytes: use beginPut for larger documents"));
        forClient([&] { database_.put(view(params.getName()), content); });
        return kj::READY_NOW;
    }

    kj::Promise<void> get(GetContext context) override {
        const auto name = view(context.getParams().getName());
        const auto size = forClient([&] { return database_.size(name); });
        if (size > inlineMax)
            portal::rpc::fail(FaultCode::TOO_LARGE,
                              kj::str("document '", context.getParams().getName(), "' has ", size,
                                      " bytes, get gives at most ", inlineMax, ": use read"));
        const auto content = forClient([&] { return database_.get(name); });
        context.getResults().setContent(bytesOf(content));
        return kj::READY_NOW;
    }

    kj::Promise<void> delete_(DeleteContext context) override {
        forClient([&] { database_.remove(view(context.getParams().getName())); });
        return kj::READY_NOW;
    }

    kj::Promise<void> list(ListContext context) override {
        const auto params = context.getParams();
        const auto page = forClient([&] {
            return database_.list(view(params.getPrefix()), view(params.getAfter()),
                                  std::min(params.getLimit(), listMax));
        });
        auto results = context.getResults();
        auto documents = results.initDocuments(page.entries.size());
        for (unsigned i = 0; i < page.entries.size(); ++i) {
            documents[i].setName(page.entries[i].name.c_str());
            documents[i].setSize(page.entries[i].size);
        }
        results.setMore(page.more);
        return kj::READY_NOW;
    }

    kj::Promise<void> search(SearchContext context) override {
        const auto params = context.getParams();
        const auto found = forClient([&] {
            return database_.search(view(params.getQuery()),
                                    std::min(params.getLimit(), searchMax));
        });
        auto hits = context.getResults().initHits(found.size());
        for (unsigned i = 0; i < found.size(); ++i) {
            hits[i].setName(found[i].name.c_str());
            hits[i].setRank(found[i].score);
            hits[i].setSnippet(found[i].snippet.c_str());
        }
        return kj::READY_NOW;
    }

    kj::Promise<void> beginPut(BeginPutContext context) override {
        const auto params = context.getParams();
        const auto name = view(params.getName());
        forClient([&] { database_.checkPut(name, params.getSize()); });
        context.getResults().setWriter(
            kj::heap<WriterServer>(kj::addRef(*client_), std::string(name), params.getSize()));
        return kj::READY_NOW;
    }

    kj::Promise<void> read(ReadContext context) override {
        const auto params = context.getParams();
        const auto name = view(params.getName());
        auto reading = kj::heap<Reading>(kj::addRef(*client_));
        forClient([&] {
            reading->reservation.add(database_.size(name));
            reading->content = database_.get(name);
        });
        context.getResults().setSize(reading->content.size());
        auto sink = params.getSink();
        context.releaseParams();
        auto written = writeChunks(kj::mv(sink), reading->content);
        return written.attach(kj::mv(reading));
    }

private:
    kj::Own<Client> client_;
    Database& database_;
};

} // namespace

kj::Own<schema::Store::Server> serveClient(Database& database, Budget& all) {
    return kj::heap<StoreServer>(database, all);
}

} // namespace nxia::store
