// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/log.h"

#include <catch2/catch_test_macros.hpp>

TEST_CASE("what a client sends cannot forge a line of the log") {
    CHECK(nxia::daemon::printable("a\nb\x1b[0m\x7f") == "a?b?[0m?");
    CHECK(nxia::daemon::printable("Grüße") == "Grüße");
}
