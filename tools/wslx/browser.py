# SPDX-License-Identifier: GPL-2.0-only
"""A real browser without a screen: Debian's Chromium, driven by the DevTools protocol over pipes."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from cache import artefact
from progress import WslxError

PACKAGES = ("base-files", "chromium-headless-shell", "fonts-dejavu-core", "fontconfig-config")
SECONDS = 120  # for one answer, on a busy host
PROGRAM = "/usr/lib/chromium/chromium-headless-shell"
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-sync",
           "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
           "--user-data-dir=/tmp/profile", "--remote-debugging-pipe")
# The protocol's pipes are descriptors 3 and 4. No network: what a page asks for is seen, and goes nowhere.
START = """
    set -e
    tree=$1 folder=$2
    shift 2
    mount --rbind /dev "$tree/dev"
    mount -t proc proc "$tree/proc"
    mount -t tmpfs tmp "$tree/tmp"
    mount --bind "$folder" "$tree/page"
    exec env -i HOME=/tmp LANG=C.UTF-8 "$(command -v chroot)" "$tree" "$@" 3<&0 4>&1 </dev/null >/dev/null
"""


def tree():
    """A Debian with nothing but the browser and what it links to."""

    def build(folder, log):
        log.run("mmdebstrap", "--variant=extract", "--mode=root", "--aptopt=APT::Install-Recommends \"false\"",
                "--aptopt=/etc/apt/apt.conf.d/90host", f"--include={','.join(PACKAGES)}", "trixie",
                folder / "tree", "/etc/apt/sources.list", what="making the browser's Debian")
        (folder / "tree/page").mkdir()
        for unused in ("usr/share/doc", "usr/share/locale", "usr/share/man", "var/cache/apt", "var/lib/apt"):
            shutil.rmtree(folder / "tree" / unused, ignore_errors=True)

    return artefact("browser", PACKAGES, build, "a browser") / "tree"


class Browser:
    """Shows one page of `folder`, WIDTH pixels wide. A context manager."""

    WIDTH, HEIGHT = 1200, 900

    def __init__(self, folder):
        self._folder = Path(folder).resolve()
        self._number = 0
        self._session = None
        self._buffer = b""
        self.events = []

    def __enter__(self):
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child",
             "sh", "-c", START, "browser", tree(), self._folder, PROGRAM, *OPTIONS,
             f"--window-size={self.WIDTH},{self.HEIGHT}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def call(self, method, **parameters):
        """The result of a command of the protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._process.stdin.write(json.dumps(message).encode() + b"\0")
        self._process.stdin.flush()
        while (answer := self._receive()).get("id") != self._number:
            self.events.append(answer)
        if "error" in answer:
            raise WslxError(f"browser: {method}: {answer['error']['message']}")
        return answer["result"]

    def _receive(self):
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(self._process.stdout.fileno(), 1 << 16) if ready else b""
            if not piece:
                raise WslxError(f"the browser {'ended' if ready else 'said nothing'}: {self._last_words()}")
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _last_words(self):
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-1000:]

    def show(self, name):
        """Loads a page of the folder."""
        self.call("Page.navigate", url=f"file:///page/{name}")
        while not self._of("Page.loadEventFired"):
            self.events.append(self._receive())

    def _of(self, method):
        return [event["params"] for event in self.events if event.get("method") == method]

    def requests(self):
        """The addresses of all that was asked for so far, whether it was to be had or not."""
        return [event["request"]["url"] for event in self._of("Network.requestWillBeSent")]

    def complaints(self):
        """What the browser had to say about the page."""
        return [event["entry"]["text"] for event in self._of("Log.entryAdded")]

    def ask(self, expression):
        """The value of an expression of JavaScript in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise WslxError(f"browser: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def screenshot(self, path):
        """The whole page, as a PNG."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png",
                         clip={"x": 0, "y": 0, "width": self.WIDTH, "scale": 1,
                               "height": self.ask("document.documentElement.scrollHeight")})["data"]
        Path(path).write_bytes(base64.b64decode(data))
