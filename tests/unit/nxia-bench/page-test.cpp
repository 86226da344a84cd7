// SPDX-License-Identifier: GPL-2.0-only
#include "figures.h"
#include "page.h"
#include "results.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string_view>

using namespace bench;

namespace {

std::vector<std::string> idsOf(const Run& run) {
    std::vector<std::string> ids;
    for (const Figure& figure : figuresOf(run))
        ids.push_back(figure.id);
    return ids;
}

std::string pageOfOne(const Run& run) {
    return pageOf(std::array{run});
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

Run sizes() {
    Run run = runOf({});
    for (double size : {8., 64., 512.}) {
        Result result = call("nxia", 1000 + size, size);
        result.scenario = "sizes";
        run.results.push_back(result);
    }
    return run;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("small calls are shown by percentiles") {
    const Run run = runOf({call("nxia", 4000), call("pipe", 8000), call("pipe", 8000, 0)});
    CHECK(idsOf(run) == Texts{"rpc-64-b-one-cpu", "rpc-0-b-one-cpu"});
    const std::string drawing = figuresOf(run)[0].drawing;
    CHECK(has(drawing, ">nxia</text>"));
    CHECK(has(drawing, ">p99.9</text>"));
    CHECK(has(drawing, "instructions for one, logarithmic"));
    CHECK(has(drawing, ">0.50</text>"));
}

TEST_CASE("what took several values is shown as curves") {
    CHECK(idsOf(sizes()) ==
          Texts{"sizes-one-cpu-throughput-by-size", "sizes-one-cpu-median-by-size"});
    Run run = sizes();
    for (Result& result : run.results)
        result.bytesPerSecond = 0;
    CHECK(idsOf(run) == Texts{"sizes-one-cpu-median-by-size"});
    run.results.pop_back();
    CHECK(idsOf(run) == Texts{"sizes-8-b-one-cpu", "sizes-64-b-one-cpu"});
}

TEST_CASE("a scenario that nobody heard of is shown under its name") {
    Result result = call("nxia", 1);
    result.scenario = "novelty";
    CHECK(has(pageOfOne(runOf({result})), "<h3>novelty</h3>"));
}

TEST_CASE("an axis has a title, and each transport a name") {
    const std::string drawing = figuresOf(sizes())[1].drawing;
    CHECK(has(drawing, ">size</text>"));
    CHECK(has(drawing, ">median, instructions</text>"));
    CHECK(has(drawing, ">nxia</text>"));
    CHECK(has(drawing, "<polyline"));
}

TEST_CASE("what was skipped is in the page, and why, but in no figure") {
    Result binder = call("binder", 0);
    binder.skipped = "no binderfs";
    const Run run = runOf({binder});
    CHECK(figuresOf(run).empty());
    CHECK(has(pageOfOne(run), "<td>binder</td><td>no binderfs</td>"));
}

TEST_CASE("names are text, whatever is in them") {
    const Run run = runOf({call("<script>alert(1)</script>", 1), call("\"&'", 2)});
    const std::string page = pageOfOne(run);
    CHECK_FALSE(has(page, "<script"));
    CHECK(has(page, "&lt;script&gt;"));
    CHECK(has(page, "&quot;&amp;"));
}

TEST_CASE("a page asks for nothing") {
    const std::string page = pageOfOne(sizes());
    CHECK(has(page, "default-src 'none'"));
    for (std::string_view bad :
         {"src=", "href=", "url(", "@import", "http:", "https:", "<script", "onload"})
        CHECK_FALSE(has(page, bad));
}

TEST_CASE("runs are one after the other, and their figures have names of their own") {
    Run time = sizes();
    time.instructions = false;
    const std::string page = pageOf(std::array{sizes(), time});
    CHECK(has(page, "id=\"run1-sizes-one-cpu-median-by-size\""));
    CHECK(has(page, "id=\"run2-sizes-one-cpu-median-by-size\""));
    CHECK(has(page, "In instructions"));
    CHECK(has(page, "In time"));
}
