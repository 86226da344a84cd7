// SPDX-License-Identifier: GPL-2.0-only
#include "nxiactl/json.h"
#include "nxiactl/table.h"
#include "nxiactl/view.h"

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
