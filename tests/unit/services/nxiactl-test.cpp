// SPDX-License-Identifier: GPL-2.0-only
#include "nxiactl/audit-text.h"
#include "nxiactl/json.h"
#include "nxiactl/label.h"
#include "nxiactl/table.h"
#include "nxiactl/view.h"
#include "policy/parse.h"

#include <catch2/catch_test_macros.hpp>
#include <linux/nxia.h>

using namespace nxia::ctl;
namespace netlink = nxia::netlink;

namespace {

constexpr std::uint64_t ownerRights = NXIA_RIGHT_CONNECT | NXIA_RIGHT_READ | NXIA_RIGHT_DERIVE;

/// A store (session 2) with an endpoint, a bridge (session 3) with a capability to it and a
/// channel.
const std::vector<netlink::Session> sessions{
    {.number = 2, .pid = 20, .uid = 200, .comm = "nxia-store", .capabilities = 2},
    {.number = 3, .pid = 30, .uid = 300, .comm = "nxia-bridge", .capabilities = 2},
};
const std::vector<netlink::Capability> capabilities{
    {2, 1, NXIA_TYPE_ENDPOINT, ownerRights, 0, 50, {}, false},
    {3, 1, NXIA_TYPE_ENDPOINT, NXIA_RIGHT_CONNECT, 7, 50, netlink::Parent{2, 1}, false},
    {3, 2, NXIA_TYPE_CHANNEL, NXIA_RIGHTS_CHANNEL, 7, 51, netlink::Parent{3, 1}, false},
    {2, 2, NXIA_TYPE_CHANNEL, NXIA_RIGHTS_CHANNEL, 7, 51, netlink::Parent{2, 1}, false},
    {3, 3, NXIA_TYPE_CHANNEL, NXIA_RIGHTS_CHANNEL, 7, 52, {}, true},
};

std::vector<std::uint64_t> handlesOf(const std::vector<CapabilityView>& views) {
    std::vector<std::uint64_t> handles;
    for (const auto& view : views)
        handles.push_back(view.capability.handle);
    return handles;
}

} // namespace

TEST_CASE("a capability is shown with its holder and where it leads") {
    const auto views = describe(sessions, capabilities);
    REQUIRE(views.size() == 5);
    CHECK(views[1].holder == "nxia-bridge");
    CHECK(views[1].target == "nxia-store");
    CHECK(views[2].target == "nxia-store");
    CHECK(views[3].target == "nxia-bridge");
    CHECK(views[4].target.empty());
}

TEST_CASE("capabilities are selected by holder, target and kind, the dead left out") {
    const auto views = describe(sessions, capabilities);
    CHECK(handlesOf(select(views, {.holder = "nxia-bridge"})) == std::vector<std::uint64_t>{1, 2});
    CHECK(handlesOf(select(views, {.holder = "nxia-bridge", .type = "endpoint"})) ==
          std::vector<std::uint64_t>{1});
    CHECK(handlesOf(select(views, {.target = "nxia-bridge"})) == std::vector<std::uint64_t>{2});
    CHECK(handlesOf(select(views, {.object = 50})) == std::vector<std::uint64_t>{1, 1});
    CHECK(handlesOf(select(views, {.session = 3, .handle = 2})) == std::vector<std::uint64_t>{2});
    CHECK(select(views, {.session = 3, .handle = 3}).empty());
    CHECK(select(views, {.holder = "nosuch"}).empty());
}

TEST_CASE("rights have names") {
    CHECK(rightNames(0).empty());
    CHECK(rightNames(NXIA_RIGHT_CONNECT | NXIA_RIGHT_TRANSFER) == "connect,transfer");
    CHECK(rightNames(NXIA_RIGHT_CONNECT | (1ULL << 40)) == "connect,0x10000000000");
    CHECK(typeName(NXIA_TYPE_ENDPOINT) == "endpoint");
    CHECK(typeName(9) == "9");
}

TEST_CASE("tables are aligned and cannot control the terminal") {
    CHECK(table({"A", "B"}, {{"long", "x"}, {"", "\x1b[31m"}}) == "A     B\n"
                                                                  "long  x\n"
                                                                  "-     ?[31m\n");
}

TEST_CASE("JSON is quoted") {
    CHECK(quoteJson("a\"b\\c\n\xff") == R"("a\"b\\c\u000a\ufffd")");
    CHECK(toJson(sessions) ==
          "[\n"
          R"({"session":2,"pid":20,"uid":200,"comm":"nxia-store","capabilities":2})"
          ",\n"
          R"({"session":3,"pid":30,"uid":300,"comm":"nxia-bridge","capabilities":2})"
          "\n]\n");
    CHECK(toJson(std::vector<netlink::Session>{}) == "[\n]\n");
    CHECK(toJson(std::vector{describe(sessions, capabilities)[1]}) ==
          "[\n"
          R"({"session":3,"holder":"nxia-bridge","handle":1,"type":"endpoint","object":50,)"
          R"("target":"nxia-store","rights":["connect"],"badge":7,)"
          R"("parent":{"session":2,"handle":1},"revoked":false})"
          "\n]\n");
}

TEST_CASE("a label of a file is read and written") {
    CHECK(parseFileLabel("") == FileLabel{});
    CHECK(parseFileLabel("label=a,b") == FileLabel{.tags = "a,b"});
    CHECK(parseFileLabel("domain=d label=a") == FileLabel{.tags = "a", .domain = "d"});
    CHECK(parseFileLabel(std::string_view("label=a\0rest", 12)) == FileLabel{.tags = "a"});
    CHECK(printFileLabel({}).empty());
    CHECK(printFileLabel({.tags = "a,b"}) == "label=a,b");
    CHECK(printFileLabel({.tags = "a", .domain = "d"}) == "label=a domain=d");
    CHECK(printFileLabel({.domain = "d"}) == "domain=d");
}

TEST_CASE("an audit record is one line for a person") {
    CHECK(auditText(R"({"n":7,"previous":"0","boot":"b","sequence":3,"time":"T","kind":"denied",)"
                    R"("pid":33,"uid":0,"comm":"cat","exe":"/usr/bin/cat","domain":"reader",)"
                    R"("operation":"open","target":"/x","tags":"local-only","rule":"sink net",)"
                    R"("error":13,"hash":"0"})") ==
          "T #7 denied cat (/usr/bin/cat) pid 33 in domain reader: open /x: tags local-only: rule "
          "sink net: Permission denied");
    CHECK(auditText(R"({"n":8,"time":"T","kind":"lost","first":3,"sequence":9,"count":7})") ==
          "T #8 lost: 7 records of the kernel, 3 to 9");
    CHECK(auditText(R"({"n":1,"time":"T","kind":"genesis"})") == "T #1 genesis");
    CHECK(auditText("no \x1b[31m record") == "no ?[31m record");
}

TEST_CASE("policy and what is said of it are JSON for programs") {
    const auto policy = nxia::policy::parse(std::vector<nxia::policy::Source>{
        {"a", "tag a b\nsink disk a b\ndomain d {\nlabel a\nenter d\nremote\n}\n"
              "service s {\nopen d\nremote\n}\n"}});
    CHECK(toJson(netlink::PolicyInForce{3, policy}, true) ==
          R"({"generation":3,"sealed":true,)"
          "\n"
          R"("tags":[{"name":"a","bit":0},)"
          "\n"
          R"({"name":"b","bit":1}],)"
          "\n"
          R"("sinks":{"net":[],"loopback":[],"vsock":[],"hostfs":[],"disk":["a","b"],"tty":[]},)"
          "\n"
          R"("domains":[{"name":"d","number":0,"label":["a"],"mayDrop":[],"enter":["d"],)"
          R"("remote":true,"authority":false}],)"
          "\n"
          R"("services":[{"name":"s","register":[],"open":["d"],"remote":true}]})"
          "\n");
    const auto verdict = nxia::policy::explain(policy, "d", "net");
    CHECK(toJson(verdict, "a").starts_with(R"({"allowed":false,"rule":"sink net","tags":["a"],)"));
    CHECK(toJson(nxia::audit::Report{2, {{1, "x"}}}) ==
          R"({"records":2,"problems":[{"line":1,"reason":"x"}]})"
          "\n");
}
