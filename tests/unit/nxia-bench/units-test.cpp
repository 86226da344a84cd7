// SPDX-License-Identifier: GPL-2.0-only
#include "units.h"

#include <catch2/catch_test_macros.hpp>

using namespace bench;

TEST_CASE("short figures have three digits") {
    CHECK(shortText(0, Quantity::bytes) == "0 B");
    CHECK(shortText(64, Quantity::bytes) == "64 B");
    CHECK(shortText(1024, Quantity::bytes) == "1 KiB");
    CHECK(shortText(256 << 20, Quantity::bytes) == "256 MiB");
    CHECK(shortText(5762, Quantity::instructions) == "5.76 k");
    CHECK(shortText(999.96, Quantity::instructions) == "1 k");
    CHECK(shortText(12'345, Quantity::nanoseconds) == "12.3 µs");
    CHECK(shortText(0.0042, Quantity::perSecond) == "0.0042 /s");
    CHECK(shortText(2.5e12, Quantity::bytesPerSecond) == "2.5 TB/s");
}

TEST_CASE("full figures have all digits before the point") {
    CHECK(fullText(5762.4) == "5,762");
    CHECK(fullText(1'000'000) == "1,000,000");
    CHECK(fullText(100) == "100");
    CHECK(fullText(68.13) == "68.1");
    CHECK(fullText(2) == "2");
}

TEST_CASE("factors and changes") {
    CHECK(factorText(0.8) == "0.80");
    CHECK(factorText(1234.5) == "1,234");
    CHECK(changeText(100, 103) == "+3.0 %");
    CHECK(changeText(100, 50) == "-50.0 %");
}
