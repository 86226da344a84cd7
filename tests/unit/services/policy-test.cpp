// SPDX-License-Identifier: GPL-2.0-only
#include "nxiad/policy.h"
#include "temporary-folder.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fstream>

using namespace nxia::registry;

namespace {

std::optional<uid_t> testUsers(const std::string& name) {
    if (name == "alice")
        return 1001;
    if (name == "bob")
        return 1002;
    return std::nullopt;
}

Policy parse(std::string_view text) {
    Policy policy;
    policy.add(text, "test.conf", testUsers);
    return policy;
}

std::string mistakeIn(std::string_view text) {
    try {
        parse(text);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "none";
}

} // namespace

TEST_CASE("rules say who may offer and who may open a service") {
    const auto policy = parse("# a comment\n"
                              "\n"
                              "name store   # another\n"
                              "register user alice\n"
                              "\topen  user\tbob\n"
                              "open user 0\n"
                              "name other\n"
                              "open user alice");
    CHECK(policy.mayRegister("store", 1001));
    CHECK_FALSE(policy.mayRegister("store", 1002));
    CHECK(policy.mayOpen("store", 1002));
    CHECK(policy.mayOpen("store", 0));
    CHECK_FALSE(policy.mayOpen("store", 1001));
    CHECK(policy.mayOpen("other", 1001));
    CHECK_FALSE(policy.mayRegister("other", 0));
    CHECK(policy.knows("store"));
    CHECK_FALSE(policy.knows("nosuch"));
    CHECK_FALSE(policy.mayOpen("nosuch", 0));
}

TEST_CASE("files add up") {
    auto policy = parse("name store\nopen user alice\n");
    policy.add("name store\nopen user bob\n", "second.conf", testUsers);
    CHECK(policy.mayOpen("store", 1001));
    CHECK(policy.mayOpen("store", 1002));
}

TEST_CASE("a mistake is told with file, line and reason") {
    CHECK(mistakeIn("name store\nopen user carol\n") == "test.conf:2: there is no user 'carol'");
    CHECK(mistakeIn("\n\nallow all\n") ==
          "test.conf:3: unknown rule 'allow': expected name, register or open");
    CHECK(mistakeIn("open user alice\n") == "test.conf:1: 'open' before any 'name'");
    CHECK(mistakeIn("name store\nregister alice\n") ==
          "test.conf:2: expected 'register user USER'");
    CHECK(mistakeIn("name store\nopen group alice\n") == "test.conf:2: expected 'open user USER'");
    CHECK(mistakeIn("name store\nopen user alice bob\n") ==
          "test.conf:2: expected 'open user USER'");
    CHECK(mistakeIn("name\n") == "test.conf:1: expected 'name SERVICE'");
    CHECK(mistakeIn("name a b\n") == "test.conf:1: expected 'name SERVICE'");
    CHECK(mistakeIn("name Store\n") ==
          "test.conf:1: 'Store' is no name of a service: 1 to 64 of a-z 0-9 . -");
    CHECK(mistakeIn("name s\nopen user -1\n") == "test.conf:2: there is no user '-1'");
    CHECK(mistakeIn("name s\nopen user 99999999999\n") ==
          "test.conf:2: there is no user '99999999999'");
    CHECK(mistakeIn("name s\nopen user 12x\n") == "test.conf:2: there is no user '12x'");
}

TEST_CASE("names of services are checked") {
    CHECK(isServiceName("store"));
    CHECK(isServiceName("org.example.search-2"));
    CHECK(isServiceName(std::string(64, 'a')));
    CHECK_FALSE(isServiceName(std::string(65, 'a')));
    CHECK_FALSE(isServiceName(""));
    CHECK_FALSE(isServiceName("a b"));
    CHECK_FALSE(isServiceName("a/b"));
    CHECK_FALSE(isServiceName("ä"));
}

TEST_CASE("all *.conf of a folder are read, and nothing else") {
    TemporaryFolder folder;
    std::ofstream(folder / "a.conf") << "name store\nopen user alice\n";
    std::ofstream(folder / "b.conf") << "name store\nopen user bob\n";
    std::ofstream(folder / "README") << "not a rule\n";
    const auto policy = Policy::load(folder.path(), testUsers);
    CHECK(policy.mayOpen("store", 1001));
    CHECK(policy.mayOpen("store", 1002));
}

TEST_CASE("a folder that is not there is a mistake") {
    TemporaryFolder folder;
    CHECK_THROWS_AS(Policy::load(folder / "nosuch", testUsers), ConfigError);
}
