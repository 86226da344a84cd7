// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"
#include "files.h"
#include "tap.h"

#include <fstream>

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

void testSplitLine() {
    CHECK(cli::splitLine("").empty());
    CHECK(cli::splitLine("  get  a\tb \r") == (Words{"get", "a", "b"}));
    CHECK(cli::splitLine("get \"a b\" c:\\d\\\"e f\"") == (Words{"get", "a b", "c:\\d\\e f"}));
    CHECK(cli::splitLine("put \"\"") == (Words{"put", ""}));
}

void testMatches() {
    CHECK(cli::matches("", "*"));
    CHECK(cli::matches("index.rst", "*.rst"));
    CHECK(cli::matches("a.rst.rst", "*.rst"));
    CHECK(cli::matches("cat", "c?t"));
    CHECK(!cli::matches("index.rst", "*.txt"));
    CHECK(!cli::matches("ct", "c?t"));
    CHECK(!cli::matches("x", ""));
}

fs::path makeTree() {
    auto root = fs::temp_directory_path() / "nxia-cli-test";
    fs::remove_all(root);
    fs::create_directories(root / "a" / "b");
    for (auto name : {"a/1.rst", "a/b/2.rst", "a/b/3.txt"}) {
        std::ofstream(root / name) << name;
    }
    return root;
}

Words names(const cli::Selection& selection) {
    Words found;
    for (auto& upload : cli::collect(selection)) {
        found.push_back(upload.name);
    }
    return found;
}

bool isRefused(const cli::Selection& selection) {
    try {
        cli::collect(selection);
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

void testCollect(const fs::path& root) {
    auto a = cli::textOf(root / "a");
    CHECK(names({{a}, "", "*.rst"}) == (Words{"a/1.rst", "a/b/2.rst"}));
    CHECK(names({{a + "/"}, "", "*.rst"}) == (Words{"a/1.rst", "a/b/2.rst"}));
    CHECK(names({{a}, a, "*"}) == (Words{"1.rst", "b/2.rst", "b/3.txt"}));
    CHECK(names({{a + "\\b\\2.rst"}, a, "*"}) == (Words{"b/2.rst"}));
    CHECK(names({{a + "/b/2.rst"}, "", "*"}) == (Words{"2.rst"}));
    CHECK(isRefused({{a}, a + "/b", "*"}));
}

void testReplaceFile(const fs::path& root) {
    auto path = root / u8"ä.bin";
    cli::replaceFile(path, "old");
    cli::replaceFile(path, std::string_view("a\0\r\n", 4));
    CHECK(cli::readFile(path) == std::string("a\0\r\n", 4));
    bool refused = false;
    try {
        cli::replaceFile(root / "nofolder" / "x", "x");
    } catch (const std::runtime_error& e) {
        refused = std::string(e.what()).find("nofolder/x") != std::string::npos;
    }
    CHECK(refused);
    CHECK(std::distance(fs::directory_iterator(root), {}) == 2);
}

} // namespace

int main() {
    testSplitLine();
    testMatches();
    auto root = makeTree();
    testCollect(root);
    testReplaceFile(root);
    fs::remove_all(root);
    return tap_end();
}
