// SPDX-License-Identifier: GPL-2.0-only
#include "nxiad/module-version.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <stdexcept>

using nxia::registry::checkModuleVersion;

TEST_CASE("a module of the same or a later version serves") {
    CHECK_NOTHROW(checkModuleVersion(1, 1));
    CHECK_NOTHROW(checkModuleVersion(7, 1));
}

TEST_CASE("a module that is too old is told") {
    CHECK_THROWS_MATCHES(
        checkModuleVersion(1, 2), std::runtime_error,
        Catch::Matchers::Message("the kernel module nxia is too old: it has ABI version 1, nxiad "
                                 "needs 2; update the module, or use an older nxiad"));
}
