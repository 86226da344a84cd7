# SPDX-License-Identifier: GPL-2.0-only
"""The page that `nxia-bench report` writes, as a browser shows it."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import bench
import build
from browser import Browser
from tap import run_tests

TRANSPORTS = {"nxia": 4600, "eventfd": 5762, "futex": 6586, "mqueue": 6970, "pipe": 7381, "unix-seqpacket": 10134,
              "unix-stream": 10400, "tcp": 20874, "capnp-nxia": 30000, "capnp-unix": 63043, "sd-bus": 42848, "grpc": 170933}
FIGURES = {"rpc-64-b-one-cpu", "rpc-64-b-two-cpus", "rpc-0-b-one-cpu", "sizes-one-cpu-throughput-by-size", "sizes-one-cpu-median-by-size",
           "clients-64-b-one-cpu-rate-by-clients", "clients-64-b-one-cpu-p99-by-clients",
           "cap-derive-one-cpu-median-by-capabilities"}
# What a figure is, and what is wrong with its texts: hidden, outside of it, or one upon the other.
LOOK = """
    [...document.querySelectorAll("figure")].map(figure => {
        const inner = figure.querySelector("svg").getBoundingClientRect();
        const texts = [...figure.querySelectorAll("svg text")].map(text => ({words: text.textContent,
            place: text.getBoundingClientRect(), style: text.className.baseVal}));
        const problems = [];
        for (const {words, place} of texts)
            if (!place.width || place.left < inner.left - 1 || place.right > inner.right + 1 || place.top < inner.top - 1 ||
                place.bottom > inner.bottom + 1)
                problems.push(`not inside: ${words}`);
        texts.forEach((a, i) => texts.slice(0, i).forEach(b => {
            if (a.place.left < b.place.right && b.place.left < a.place.right &&
                a.place.top + 2 < b.place.bottom && b.place.top + 2 < a.place.bottom)
                problems.push(`one upon the other: ${a.words}, ${b.words}`);
        }));
        return {id: figure.id, width: inner.width, height: inner.height, problems, words: texts.map(text => text.words),
                titles: texts.filter(text => text.style == "axis-title").map(text => text.words),
                ticks: texts.filter(text => text.style == "tick").length};
    })
"""


def result(scenario, transport, p50, **more):
    return {"scenario": scenario, "transport": transport, "cpus": 1, "size": 64, "clients": 1, "capabilities": 0, "load": 0,
            "unit": "instructions", "p50": p50, "p99": p50 * 1.1, "p999": p50 * 2.5, "rate": 1e9 / p50, **more}


def results():
    """A bit of everything."""
    for name, p50 in TRANSPORTS.items():
        yield result("rpc", name, p50)
        yield result("rpc", name, 1.5 * p50, cpus=2)
        for exponent in range(3, 25, 3):
            size = 1 << exponent
            yield result("sizes", name, p50 + size, size=size, bytesPerSecond=2e9 * size / (p50 + size))
        for exponent in range(7):
            yield result("clients", name, p50 * 1.02 ** exponent, clients=1 << exponent)
    for exponent in range(7):
        yield result("cap-derive", "nxia", 1500 + exponent, size=0, capabilities=10 ** exponent)
    for name in ("nxia-core", "mqueue"):
        yield result("rpc", name, 9000, size=0)
    yield result("rpc", "binder", 1, skipped="no binderfs")


def page_of(folder):
    written = folder / "results.json"
    written.write_text(json.dumps({"kernel": "6.12", "processors": 2, "clock": "instructions", "rounds": 1,
                                   "results": list(results())}))
    subprocess.run([build.program(bench.PROGRAM), "report", written, "-o", folder / "report.html"], check=True)


def every_figure_is_there(browser):
    shown = {figure["id"].removeprefix("run1-") for figure in browser.ask(LOOK)}
    assert shown == FIGURES, shown ^ FIGURES


def figures_have_axes_with_titles_and_ticks(browser):
    for figure in browser.ask(LOOK):
        assert figure["width"] > 500 and figure["height"] > 100, figure
        curves = "-by-" in figure["id"]
        assert len(figure["titles"]) == (2 if curves else 1) and all(figure["titles"]), figure
        assert figure["ticks"] >= (5 if curves else 3), figure


def peers_are_named(browser):
    for figure in browser.ask(LOOK):
        if not figure["id"].startswith(("run1-cap-derive", "run1-rpc-0-b")):
            assert set(TRANSPORTS) <= set(figure["words"]), figure


def texts_can_be_read(browser):
    problems = {figure["id"]: figure["problems"] for figure in browser.ask(LOOK) if figure["problems"]}
    assert not problems, problems


def the_page_fits_its_window(browser):
    assert browser.ask("document.documentElement.scrollWidth") <= Browser.WIDTH


def tables_open_without_a_script(browser):
    assert browser.ask("document.scripts.length") == 0
    visible = "document.querySelector('table').checkVisibility()"
    assert not browser.ask(visible)
    browser.ask("document.querySelector('summary').click()")
    assert browser.ask(visible)
    assert "no binderfs" in browser.ask("document.body.innerText")


def nothing_else_was_asked_for(browser):
    assert browser.requests() == ["file:///page/report.html"], browser.requests()
    assert browser.complaints() == [], browser.complaints()
    assert browser.ask("document.querySelectorAll('[src], [href], link, iframe, object, embed').length") == 0


TESTS = [
    every_figure_is_there, figures_have_axes_with_titles_and_ticks, peers_are_named, texts_can_be_read,
    the_page_fits_its_window, tables_open_without_a_script, nothing_else_was_asked_for,
]


def main():
    with tempfile.TemporaryDirectory() as folder:
        page_of(Path(folder))
        with Browser(folder) as browser:
            browser.show("report.html")
            return run_tests(TESTS, browser)


if __name__ == "__main__":
    sys.exit(main())
