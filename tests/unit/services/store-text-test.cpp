// SPDX-License-Identifier: GPL-2.0-only
#include "nxia-store/error.h"
#include "nxia-store/text.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace nxia::store;

TEST_CASE("UTF-8 is told from other bytes") {
    CHECK(isUtf8(""));
    CHECK(isUtf8("plain"));
    CHECK(isUtf8("Grüße, 世界 🎉"));
    CHECK(isUtf8("\xf4\x8f\xbf\xbf"));       // U+10FFFF
    CHECK_FALSE(isUtf8("\xf4\x90\x80\x80")); // one beyond
    CHECK_FALSE(isUtf8("\xc0\xaf"));         // overlong '/'
    CHECK_FALSE(isUtf8("\xe0\x9f\xbf"));     // overlong
    CHECK_FALSE(isUtf8("\xed\xa0\x80"));     // surrogate
    CHECK_FALSE(isUtf8("\x80"));             // continuation alone
    CHECK_FALSE(isUtf8("\xc3"));             // cut off
    CHECK_FALSE(isUtf8("a\xe2\x82"));        // cut off
    CHECK_FALSE(isUtf8("\xff"));
}

TEST_CASE("text is UTF-8 without NUL") {
    CHECK(isText("a\nb"));
    CHECK_FALSE(isText(std::string_view("a\0b", 3)));
    CHECK_FALSE(isText("\xff\xfe"));
}

TEST_CASE("names of documents are checked") {
    CHECK_NOTHROW(checkName("a"));
    CHECK_NOTHROW(checkName("core-api/räte/index.rst"));
    CHECK_NOTHROW(checkName(std::string(maxNameBytes, 'x')));
    CHECK_THROWS_AS(checkName(""), StoreError);
    CHECK_THROWS_AS(checkName(std::string(maxNameBytes + 1, 'x')), StoreError);
    CHECK_THROWS_AS(checkName(std::string_view("a\0b", 3)), StoreError);
    CHECK_THROWS_AS(checkName("a\nb"), StoreError);
    CHECK_THROWS_AS(checkName("a\x7f"), StoreError);
    CHECK_THROWS_AS(checkName("a\xc2\x85z"), StoreError); // U+0085, next line
    CHECK_THROWS_AS(checkName("\xff"), StoreError);
    CHECK_NOTHROW(checkName("\xc2\xa0")); // no-break space is no control character
}

TEST_CASE("a query becomes strings, so it cannot have a syntax error") {
    CHECK(matchExpression("capability revocation") == R"("capability" "revocation")");
    CHECK(matchExpression("  foo-bar\tC++ ") == R"("foo-bar" "C++")");
    CHECK(matchExpression("NEAR( a OR b*") == R"("NEAR(" "a" "OR" "b*")");
    CHECK(matchExpression(R"("two words" three)") == R"("two words" "three")");
    CHECK(matchExpression(R"(say "hello)") == R"("say" "hello")");
    CHECK(matchExpression(R"(a"b"c)") == R"("a" "b" "c")");
    CHECK_THROWS_AS(matchExpression(R"("""")"), StoreError);
    CHECK_THROWS_AS(matchExpression(" \n "), StoreError);
    CHECK(matchExpression(std::string_view("a\0b", 3)) == R"("a" "b")");
    CHECK_THROWS_AS(matchExpression("\xff"), StoreError);
    CHECK_THROWS_AS(matchExpression(std::string(maxQueryBytes + 1, 'x')), StoreError);
}

TEST_CASE("a snippet becomes one line") {
    CHECK(oneLine("  a\n\n\tb  c\n") == "a b c");
    CHECK(oneLine("\x1b[31mred") == "[31mred");
    CHECK(oneLine("a \2match\3 b") == "a \2match\3 b");
    CHECK(oneLine("").empty());
}
