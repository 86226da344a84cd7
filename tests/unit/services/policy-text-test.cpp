// SPDX-License-Identifier: GPL-2.0-only
#include "policy/explain.h"
#include "policy/parse.h"
#include "temporary-folder.h"

#include <catch2/catch_test_macros.hpp>
#include <format>
#include <fstream>

using namespace nxia::policy;

namespace {

Policy parseText(const std::string& text) {
    return parse(std::vector<Source>{{"a.policy", text}});
}

/// The lines of the error; empty if there is none.
std::string mistakesIn(const std::string& text) {
    try {
        parseText(text);
    } catch (const PolicyError& error) {
        return error.what();
    }
    return "";
}

const std::string good = "# tags first\n"
                         "tag local-only secret\n"
                         "tag medical # one more\n"
                         "\n"
                         "sink disk local-only secret medical\r\n"
                         "sink net\n"
                         "domain reader {\n"
                         "    label local-only secret\n"
                         "    label medical\n"
                         "    may-drop medical\n"
                         "    enter judge\n"
                         "}\n"
                         "domain judge {\n"
                         "\tlabel secret\n"
                         "\tmay-drop secret\n"
                         "\tauthority\n"
                         "}\n"
                         "domain bridge {\n"
                         "    remote\n"
                         "}\n"
                         "domain unconfined {\n"
                         "    enter reader bridge\n"
                         "}\n"
                         "service store {\n"
                         "    open bridge unconfined\n"
                         "    remote\n"
                         "}\n"
                         "service store-local {\n"
                         "    register judge\n"
                         "    open reader\n"
                         "}";

} // namespace

TEST_CASE("a policy is read") {
    const auto policy = parseText(good);
    CHECK(policy.tags == std::vector<Tag>{{"local-only", 0}, {"secret", 1}, {"medical", 2}});
    CHECK(policy.sinks[NXIA_SINK_DISK] == 7);
    CHECK(policy.sinks[NXIA_SINK_NET] == 0);
    CHECK(policy.sinks[NXIA_SINK_TTY] == 0);
    REQUIRE(policy.domains.size() == 4);
    const Domain* reader = policy.findDomain("reader");
    REQUIRE(reader);
    CHECK(reader->label == 7);
    CHECK(reader->mayDrop == 4);
    CHECK(reader->enter == std::vector<std::string>{"judge"});
    CHECK(reader->flags == 0);
    CHECK(policy.findDomain("judge")->flags == NXIA_DOMAIN_AUTHORITY);
    CHECK(policy.findDomain("bridge")->remote());
    CHECK(policy.findDomain("nosuch") == nullptr);
    const Service* store = policy.findService("store");
    REQUIRE(store);
    CHECK(store->remote());
    CHECK(store->mayOpen("bridge"));
    CHECK_FALSE(store->mayOpen("reader"));
    CHECK(store->mayRegister("reader"));
    CHECK_FALSE(policy.findService("store-local")->remote());
}

TEST_CASE("files are one policy, whatever file says a name first") {
    const auto policy = parse(std::vector<Source>{{"a", "domain d {\nlabel t\nenter e\n}\n"},
                                                  {"b", "tag t\ndomain e {\n}\n"}});
    CHECK(policy.findDomain("d")->label == 1);
    CHECK(parse(std::vector<Source>{}).domains.empty());
}

TEST_CASE("a policy is printed as text that means the same") {
    const auto policy = parseText(good);
    CHECK(sameMeaning(policy, parseText(print(policy))));
    CHECK_FALSE(sameMeaning(policy, parseText(good + "\ntag more\n")));
    CHECK_FALSE(
        sameMeaning(parseText("tag a b\nsink net a\n"), parseText("tag a b\nsink net b\n")));
    CHECK(sameMeaning(parseText("tag a b\nsink net a\n"), parseText("tag b a\nsink net a\n")));
}

TEST_CASE("labels are printed by name") {
    const auto policy = parseText("tag a b\n");
    CHECK(printLabel(policy, 0).empty());
    CHECK(printLabel(policy, 3) == "a,b");
    CHECK(printLabel(policy, 2 | 1ULL << 13) == "b,#13");
}

TEST_CASE("names are checked") {
    CHECK(isName("a"));
    CHECK(isName("0.b-c_d"));
    CHECK(isName(std::string(31, 'x')));
    CHECK_FALSE(isName(std::string(32, 'x')));
    CHECK_FALSE(isName(""));
    CHECK_FALSE(isName("-a"));
    CHECK_FALSE(isName(".a"));
    CHECK_FALSE(isName("A"));
    CHECK_FALSE(isName("a b"));
    CHECK_FALSE(isName("a,b"));
    CHECK_FALSE(isName("ä"));
}

TEST_CASE("a mistake is told with its place, its thing, and what to do") {
    struct Case {
        std::string text;
        std::string told;
    };
    const std::string nameRule = "1 to 31 of a-z 0-9 . - _, beginning with a letter or a digit";
    const std::vector<Case> cases{
        {"tags a\n", "1: unknown statement 'tags': expected tag, sink, domain or service"},
        {"\x7f\x45LF\x02\n", "1: unknown statement '?ELF?': expected tag, sink, domain or service"},
        {"tag\n", "1: expected 'tag NAME...'"},
        {"tag a a\n", "1: tag 'a' comes twice: it is at a.policy:1 already"},
        {"tag a\n\ntag a\n", "3: tag 'a' comes twice: it is at a.policy:1 already"},
        {"tag Secret\n", "1: 'Secret' is no name of a tag: " + nameRule},
        {"tag -x\n", "1: '-x' is no name of a tag: " + nameRule},
        {"domain a/b {\n}\n", "1: 'a/b' is no name of a domain: " + nameRule},
        {"service " + std::string(32, 's') + " {\n}\n",
         "1: '" + std::string(32, 's') + "' is no name of a service: " + nameRule},
        {"sink\n", "1: sink without a name: expected 'sink SINK TAG...', net, loopback, vsock, "
                   "hostfs, disk or tty"},
        {"sink printer\n",
         "1: unknown sink 'printer': it is one of net, loopback, vsock, hostfs, disk or tty"},
        {"sink net x\n", "1: unknown tag 'x': declare it by 'tag x'"},
        {"sink net\nsink net\n", "2: sink 'net' comes twice: it is at a.policy:1 already"},
        {"tag a\nsink net a a\n", "2: tag 'a' comes twice in this line"},
        {"domain d {\n    label x\n}\n", "2: unknown tag 'x': declare it by 'tag x'"},
        {"domain d {\nlabel\n}\n", "2: expected 'label TAG...'"},
        {"tag a\ndomain d {\nlabel a\nlabel a\n}\n", "4: 'label a' comes twice"},
        {"tag a b\ndomain d {\nlabel a\nmay-drop a b\n}\n",
         "4: 'may-drop b', but 'b' is not in the label of domain 'd'"},
        {"domain d {\nenter x\n}\n", "2: unknown domain 'x': declare it by 'domain x {'"},
        {"domain d {\nenter\n}\n", "2: expected 'enter DOMAIN...'"},
        {"domain d {\nenter d d\n}\n", "2: 'enter d' comes twice"},
        {"domain d {\nenter unconfined\n}\n",
         "2: 'enter unconfined' is not possible: a domain is left for another one only"},
        {"domain d {\n}\ndomain d {\n}\n",
         "3: domain 'd' comes twice: it is at a.policy:1 already"},
        {"domain tty {\n}\n", "1: a domain cannot be called 'tty': that is a sink"},
        {"domain d {\nremote\nauthority\n}\n",
         "1: domain 'd' is both remote and an authority: take one away"},
        {"domain d {\nremote\nremote\n}\n", "3: 'remote' comes twice"},
        {"domain d {\nremote yes\n}\n", "2: 'remote' takes no 'yes'"},
        {"domain d {\nopen d\n}\n", "2: unknown rule 'open' in a domain: expected label, may-drop, "
                                    "enter, remote or authority"},
        {"tag a\ndomain unconfined {\nlabel a\n}\n",
         "3: domain 'unconfined' can have 'enter' and nothing else: it is that of tasks without a "
         "domain"},
        {"domain\n}\n", "1: domain without a name: expected 'domain NAME {'"},
        {"domain {\n}\n", "1: domain without a name: expected 'domain NAME {'"},
        {"domain d\nremote\n}\n", "1: expected 'domain NAME {', and its lines and '}' below"},
        {"domain d {\n", "1: domain 'd' has no end: write '}' on a line of its own"},
        {"domain d {\nremote }\n", "1: domain 'd' has no end: write '}' on a line of its own\n"
                                   "a.policy:2: 'remote' takes no '}'"},
        {"domain d {\nservice s {\n}\n",
         "2: 'service' inside of domain 'd', which begins in line 1: is its '}' missing?"},
        {"domain d {\n} tag a\n", "2: '}' is followed by 'tag': write it on a line of its own"},
        {"}\n", "1: '}' without a domain or service that it ends"},
        {"label a\n", "1: 'label' outside of a domain: write it between 'domain NAME {' and '}'"},
        {"open a\n", "1: 'open' outside of a service: write it between 'service NAME {' and '}'"},
        {"service s {\nopen x\n}\n", "2: unknown domain 'x': declare it by 'domain x {'"},
        {"service s {\nregister x\n}\n", "2: unknown domain 'x': declare it by 'domain x {'"},
        {"service s {\nlabel x\n}\n",
         "2: unknown rule 'label' in a service: expected register, open or remote"},
        {"service s {\n}\nservice s {\n}\n",
         "3: service 's' comes twice: it is at a.policy:1 already"},
        {"domain d {\nremote\n}\nservice s {\nopen d\n}\n",
         "4: service 's' may be opened from 'd', which is remote, but is local-only: add 'remote' "
         "to the service, or take 'd' from its 'open'"},
    };
    for (const auto& [text, told] : cases) {
        CAPTURE(text);
        CHECK(mistakesIn(text) == "a.policy:" + told);
    }
}

TEST_CASE("there are no more tags and domains than a boot can know") {
    std::string tags;
    for (int i = 0; i < NXIA_TAGS_MAX; ++i)
        tags += std::format("tag t{}\n", i);
    CHECK(parseText(tags).tags.size() == NXIA_TAGS_MAX);
    CHECK(mistakesIn(tags + "tag more\nsink net more\n") ==
          "a.policy:65: tag 'more' is one too many: there can be 64");

    std::string domains = "domain unconfined {\n}\n";
    for (int i = 0; i < NXIA_DOMAINS_MAX; ++i)
        domains += std::format("domain d{} {{\n}}\n", i);
    CHECK(mistakesIn(domains).empty());
    CHECK(mistakesIn(domains + "domain more {\n}\n") ==
          "a.policy:8195: domain 'more' is one too many: there can be 4096");

    domains += "domain d {\nenter";
    for (int i = 0; i < 1025; ++i)
        domains += std::format(" d{}", i);
    CHECK(mistakesIn(domains + "\n}\n").find("'enter' names too many domains: there can be 1024") !=
          std::string::npos);
}

TEST_CASE("all mistakes of all files are told, in the order of files and lines") {
    const std::vector<Source> sources{
        {"b.policy", "domain d {\n    label x\n    bad\n}\nsink moon\n"},
        {"a.policy", "tag b\ntag b\n"},
    };
    try {
        parse(sources);
        FAIL("it was taken");
    } catch (const PolicyError& error) {
        REQUIRE(error.mistakes().size() == 4);
        CHECK(error.mistakes()[0].text() == "b.policy:2: unknown tag 'x': declare it by 'tag x'");
        CHECK(error.mistakes()[1].line == 3);
        CHECK(error.mistakes()[2].line == 5);
        CHECK(error.mistakes()[3].text() ==
              "a.policy:2: tag 'b' comes twice: it is at a.policy:1 already");
    }
}

TEST_CASE("all *.policy of a folder are read, and nothing else") {
    TemporaryFolder folder;
    std::ofstream(folder / "50-b.policy") << "tag b\n";
    std::ofstream(folder / "10-a.policy") << "tag a\n";
    std::ofstream(folder / "README") << "no policy\n";
    const auto sources = readFolder(folder.path());
    REQUIRE(sources.size() == 2);
    CHECK(parse(sources).tags == std::vector<Tag>{{"a", 0}, {"b", 1}});
    CHECK(readFolder(folder / "nosuch").empty());
    CHECK_THROWS_AS(readFiles({folder / "nosuch"}), std::runtime_error);
    CHECK_THROWS_AS(readFiles({folder.path()}), std::runtime_error);
    CHECK_THROWS_AS(readFolder(folder / "README"), std::runtime_error);
}

TEST_CASE("a flow is explained by the rule that decides it") {
    const auto policy = parseText(good);
    auto verdict = explain(policy, "reader", "net");
    CHECK_FALSE(verdict.allowed);
    CHECK(verdict.rule == "sink net");
    CHECK(verdict.left == 3);
    CHECK(verdict.summary ==
          "denied: domain reader to sink net: 'local-only,secret' may not flow there");
    CHECK(verdict.reasons ==
          std::vector<std::string>{"domain reader holds local-only,secret,medical",
                                   "domain reader may drop medical", "sink net lets out none",
                                   "the rule that decides: sink net"});

    verdict = explain(policy, "reader", "disk");
    CHECK(verdict.allowed);
    CHECK(verdict.rule == "sink disk");
    verdict = explain(policy, "judge", "net");
    CHECK(verdict.allowed);
    CHECK(verdict.rule == "may-drop of domain judge");
    CHECK(explain(policy, "unconfined", "net").rule == "nothing is held");

    CHECK_FALSE(explain(policy, "reader", "judge").allowed);
    CHECK(explain(policy, "judge", "reader").allowed);
    CHECK_FALSE(explain(policy, "file:secret", "unconfined").allowed);
    CHECK(explain(policy, "file:secret", "reader").allowed);
    CHECK(explain(policy, "file:", "unconfined").allowed);
    CHECK_FALSE(explain(policy, "reader", "file:").allowed);
    CHECK(explain(policy, "reader", "file:local-only,secret").allowed);
}

TEST_CASE("the opening of a service is explained") {
    const auto policy = parseText(good);
    CHECK(explain(policy, "bridge", "service:store").allowed);
    CHECK(explain(policy, "bridge", "service:store-local").rule == "local-only");
    CHECK(explain(policy, "bridge", "service:unheard-of").rule == "local-only");
    CHECK(explain(policy, "reader", "service:store-local").allowed);
    CHECK(explain(policy, "unconfined", "service:store-local").rule ==
          "open of service store-local");
}

TEST_CASE("names that policy does not have are told") {
    const auto policy = parseText(good);
    CHECK_THROWS_AS(explain(policy, "nosuch", "net"), UnknownName);
    CHECK_THROWS_AS(explain(policy, "reader", "nosuch"), UnknownName);
    CHECK_THROWS_AS(explain(policy, "net", "reader"), UnknownName);
    CHECK_THROWS_AS(explain(policy, "file:nosuch", "reader"), UnknownName);
}

TEST_CASE("the policy that is installed has no mistake") {
    const auto policy = parse(readFolder(NXIA_POLICY_FOLDER));
    CHECK_FALSE(explain(policy, "reader", "net").allowed);
    CHECK_FALSE(explain(policy, "store-local", "vsock").allowed);
    CHECK(explain(policy, "store-local", "disk").allowed);
    CHECK(explain(policy, "remote", "service:store").allowed);
    CHECK(explain(policy, "remote", "service:store-local").rule == "local-only");
    CHECK(policy.findDomain("remote")->remote());
}
