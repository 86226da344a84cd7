// SPDX-License-Identifier: GPL-2.0-only
#include "nxiad/label-rules.h"

#include <catch2/catch_test_macros.hpp>

using namespace nxia;
using registry::LabelRules;
using Answer = LabelRules::Answer;

namespace {

/// Domain 1 is local, domain 2 remote.
policy::Policy example() {
    return {.domains = {{.name = "reader", .number = 1},
                        {.name = "remote", .flags = NXIA_DOMAIN_REMOTE, .number = 2}},
            .services = {{.name = "store",
                          .flags = NXIA_SERVICE_REMOTE,
                          .offerers = {"unconfined"},
                          .openers = {}},
                         {.name = "store-local", .offerers = {"reader"}, .openers = {"reader"}}}};
}

} // namespace

TEST_CASE("without a policy all is open to those without a domain") {
    const LabelRules rules;
    CHECK(rules.mayOpen("store", 0) == Answer::allowed);
    CHECK(rules.mayRegister("store", 0) == Answer::allowed);
    CHECK(rules.domainOf(0).name == "unconfined");
}

TEST_CASE("policy says which domains may offer and open a service") {
    LabelRules rules;
    rules.replace(example());
    CHECK(rules.mayOpen("store", 0) == Answer::allowed);
    CHECK(rules.mayOpen("store", 2) == Answer::allowed);
    CHECK(rules.mayOpen("store-local", 1) == Answer::allowed);
    CHECK(rules.mayOpen("store-local", 0) == Answer::refused);
    CHECK(rules.mayRegister("store-local", 1) == Answer::allowed);
    CHECK(rules.mayRegister("store-local", 0) == Answer::refused);
    CHECK(rules.mayRegister("store", 0) == Answer::allowed);
    CHECK(rules.mayRegister("store", 2) == Answer::refused);
}

TEST_CASE("what is not marked remote is local-only") {
    LabelRules rules;
    rules.replace(example());
    CHECK(rules.mayOpen("store-local", 2) == Answer::localOnly);
    CHECK(rules.mayOpen("unheard-of", 2) == Answer::localOnly);
    CHECK(rules.mayOpen("unheard-of", 1) == Answer::allowed);
}

TEST_CASE("a domain that policy has no longer stays what it was") {
    LabelRules rules;
    rules.replace(example());
    rules.replace({});
    CHECK(rules.domainOf(1).name == "reader");
    CHECK_FALSE(rules.domainOf(1).remote);
    CHECK(rules.domainOf(2).remote);
    CHECK(rules.mayOpen("store", 2) == Answer::localOnly);
}

TEST_CASE("a domain that no policy had is taken for a remote one") {
    const LabelRules rules;
    CHECK(rules.domainOf(9).name == "#9");
    CHECK(rules.mayOpen("store", 9) == Answer::localOnly);
}
