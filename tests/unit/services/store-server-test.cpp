// SPDX-License-Identifier: GPL-2.0-only
#include "nxia-store/server.h"
#include "rpc/fault.h"
#include "temporary-folder.h"

#include <catch2/catch_test_macros.hpp>
#include <kj/async.h>
#include <optional>
#include <string>

using namespace nxia::store;
using portal::rpc::FaultCode;
namespace schema = portal::schema;

namespace {

constexpr std::size_t maxDocument = 5 << 20;

/// A store behind its Cap'n Proto interface, in one process.
struct Fixture {
    TemporaryFolder folder;
    kj::EventLoop loop;
    kj::WaitScope scope{loop};
    Database database{folder / "store.db", {.documentBytes = maxDocument}};
    Budget all{2 * maxDocument};
    schema::Store::Client store{serveClient(database, all)};

    auto wait(auto request) { return request.send().wait(scope); }

    /// The code and the message that a call ends with; none if it succeeds.
    std::optional<std::pair<FaultCode, std::string>> faultOf(auto request) {
        try {
            request.send().wait(scope);
        } catch (const kj::Exception& exception) {
            return std::pair(portal::rpc::codeOf(exception),
                             std::string(portal::rpc::messageOf(exception).cStr()));
        }
        return std::nullopt;
    }

    auto putRequest(kj::StringPtr name, const std::string& content) {
        auto request = store.putRequest();
        request.setName(name);
        request.setContent({reinterpret_cast<const kj::byte*>(content.data()), content.size()});
        return request;
    }
    auto getRequest(kj::StringPtr name) {
        auto request = store.getRequest();
        request.setName(name);
        return request;
    }
    std::string get(kj::StringPtr name) {
        auto response = wait(getRequest(name));
        auto content = response.getContent().asChars();
        return {content.begin(), content.size()};
    }
    auto beginPutRequest(kj::StringPtr name, std::uint64_t size) {
        auto request = store.beginPutRequest();
        request.setName(name);
        request.setSize(size);
        return request;
    }
    schema::Writer::Client beginPut(kj::StringPtr name, std::uint64_t size) {
        return wait(beginPutRequest(name, size)).getWriter();
    }
    void write(schema::Writer::Client& writer, const std::string& chunk) {
        auto request = writer.writeRequest();
        request.setChunk({reinterpret_cast<const kj::byte*>(chunk.data()), chunk.size()});
        request.send().wait(scope);
    }
};

struct Sink final : schema::ByteSink::Server {
    explicit Sink(std::string& content, bool& ended) : content(content), ended(ended) {}

    kj::Promise<void> write(WriteContext context) override {
        auto chunk = context.getParams().getChunk().asChars();
        CHECK(chunk.size() <= schema::INLINE_MAX);
        content.append(chunk.begin(), chunk.size());
        return kj::READY_NOW;
    }
    kj::Promise<void> end(EndContext) override {
        ended = true;
        return kj::READY_NOW;
    }

    std::string& content;
    bool& ended;
};

} // namespace

TEST_CASE("a client puts, gets, lists, searches and deletes") {
    Fixture f;
    f.wait(f.putRequest("a", "capability revocation"));
    CHECK(f.get("a") == "capability revocation");

    auto list = f.wait(f.store.listRequest());
    REQUIRE(list.getDocuments().size() == 1);
    CHECK(list.getDocuments()[0].getName() == "a");
    CHECK(list.getDocuments()[0].getSize() == 21);
    CHECK_FALSE(list.getMore());

    auto search = f.store.searchRequest();
    search.setQuery("revocation");
    auto found = f.wait(kj::mv(search));
    REQUIRE(found.getHits().size() == 1);
    CHECK(found.getHits()[0].getSnippet() == "capability \2revocation\3");

    auto remove = f.store.deleteRequest();
    remove.setName("a");
    f.wait(kj::mv(remove));
    CHECK(f.faultOf(f.getRequest("a")) ==
          std::pair(FaultCode::NOT_FOUND, std::string("no document named 'a'")));
}

TEST_CASE("errors of the database are faults with a code") {
    Fixture f;
    CHECK(f.faultOf(f.putRequest("", "x"))->first == FaultCode::INVALID);
    CHECK(f.faultOf(f.store.searchRequest())->first == FaultCode::INVALID);
    CHECK(f.faultOf(f.beginPutRequest("a\n", 1))->first == FaultCode::INVALID);
    CHECK(f.faultOf(f.beginPutRequest("a", maxDocument + 1))->first == FaultCode::TOO_LARGE);
    CHECK(f.faultOf(f.putRequest("a", std::string(schema::INLINE_MAX + 1, 'x')))->first ==
          FaultCode::TOO_LARGE);
}

TEST_CASE("a large document goes in chunks both ways") {
    Fixture f;
    const std::string content(schema::INLINE_MAX * 2 + 17, 'x');
    auto writer = f.beginPut("large", content.size());
    for (std::size_t at = 0; at < content.size(); at += 700'000)
        f.write(writer, content.substr(at, 700'000));
    CHECK(f.faultOf(f.getRequest("large"))->first == FaultCode::NOT_FOUND);
    f.wait(writer.commitRequest());

    CHECK(f.faultOf(f.getRequest("large"))->first == FaultCode::TOO_LARGE);
    std::string read;
    bool ended = false;
    auto request = f.store.readRequest();
    request.setName("large");
    request.setSink(kj::heap<Sink>(read, ended));
    CHECK(f.wait(kj::mv(request)).getSize() == content.size());
    CHECK(read == content);
    CHECK(ended);
}

TEST_CASE("an empty document goes in chunks, too") {
    Fixture f;
    auto writer = f.beginPut("empty", 0);
    f.wait(writer.commitRequest());
    CHECK(f.get("empty").empty());
}

TEST_CASE("a put that is not committed leaves no trace") {
    Fixture f;
    f.wait(f.putRequest("a", "old"));
    {
        auto writer = f.beginPut("a", 3);
        f.write(writer, "new");
    }
    CHECK(f.get("a") == "old");
    CHECK(f.all.used() == 0);
}

TEST_CASE("fewer or more bytes than announced are refused") {
    Fixture f;
    auto writer = f.beginPut("a", 3);
    f.write(writer, "ab");
    CHECK(f.faultOf(writer.commitRequest())->first == FaultCode::INVALID);
    CHECK_THROWS(f.write(writer, "cd"));
    CHECK(f.faultOf(f.getRequest("a"))->first == FaultCode::NOT_FOUND);
}

TEST_CASE("a second commit is refused") {
    Fixture f;
    auto writer = f.beginPut("a", 1);
    f.write(writer, "x");
    f.wait(writer.commitRequest());
    CHECK(f.faultOf(writer.commitRequest())->first == FaultCode::INVALID);
    CHECK(f.get("a") == "x");
}

TEST_CASE("one client cannot fill the memory") {
    Fixture f;
    const std::string chunk(schema::INLINE_MAX, 'x');
    auto first = f.beginPut("a", maxDocument);
    auto second = f.beginPut("b", maxDocument);
    for (std::size_t at = 0; at < maxDocument; at += chunk.size())
        f.write(first, chunk);
    CHECK_THROWS(f.write(second, chunk));
    CHECK(f.all.used() == maxDocument);
}
