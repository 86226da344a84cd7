# SPDX-License-Identifier: GPL-2.0-only
"""The Windows side: Wine, nxia.exe in it, and the relay from its TCP to the guest's vsock."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import build
from cache import artefact
from progress import WslxError

BRIDGE_PORT = 7878
QUIET = {
    "WINEDEBUG": "-all",
    "WINEDLLOVERRIDES": "mscoree,mshtml=",  # no offer to download Mono and Gecko
    "XDG_RUNTIME_DIR": "/tmp",
}


def wine_prefix():
    """A fresh Windows, made once."""
    version = subprocess.run(["wine", "--version"], capture_output=True, text=True, check=True).stdout

    def build_prefix(folder, log):
        environment = {**os.environ, **QUIET, "WINEPREFIX": str(folder)}
        log.run("wine", "wineboot", "--init", env=environment, what="making the Wine prefix")
        log.run("wineserver", "--wait", env=environment)

    return artefact("wine", [version], build_prefix, f"a Windows folder for {version.strip()}")


class Relay:
    """nxia-relay from a free loopback port to a port of a guest's AF_VSOCK. A context manager."""

    def __init__(self, vsock_socket, port=BRIDGE_PORT):
        self._socket = vsock_socket
        self._port = port

    def __enter__(self):
        program = build.build_folder("native") / "tools" / "relay" / "nxia-relay"
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", program, "--listen", "127.0.0.1:0", "--vsock", self._socket,
             "--port", str(self._port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log, text=True)
        line = self._process.stdout.readline()
        port = re.match(r"nxia-relay: (127\.0\.0\.1:\d+) ", line)
        if not port:
            self.drop()
            raise WslxError(f"the relay did not start: {line}{self.errors()}")
        self.address = port[1]
        return self

    def __exit__(self, *_):
        self.drop()

    def drop(self):
        """Ends it and every connection through it."""
        self._process.kill()
        self._process.wait()

    def errors(self):
        """What it complained of so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")


class Windows:
    """nxia.exe with nxia.dll, freshly built and put into `folder`, in a Wine prefix."""

    def __init__(self, folder, address):
        build.install("windows", folder)
        self.program = next(Path(folder).rglob("nxia.exe"))
        self.environment = {**os.environ, **QUIET, "WINEPREFIX": str(wine_prefix())}
        self.connect(address)

    def connect(self, address):
        """Later runs connect there."""
        self.environment["NXIA_CONNECT"] = address

    def run(self, *arguments, timeout=300, **options):
        """Runs nxia.exe to its end; its output is bytes."""
        return self.run_program("nxia.exe", *arguments, timeout=timeout, **options)

    def run_program(self, name, *arguments, timeout=300, **options):
        """The same with a program that was installed beside it."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        try:
            return subprocess.run(self._command(name, arguments), env=self.environment, timeout=timeout, **options)
        except subprocess.TimeoutExpired:
            raise WslxError(f"{name} {' '.join(map(str, arguments))}: no end within {timeout} s") from None

    def start(self, *arguments):
        """Starts nxia.exe; its streams are pipes of bytes."""
        return subprocess.Popen(self._command("nxia.exe", arguments), env=self.environment, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def _command(self, name, arguments):
        return ["wine", self.program.parent / name, *map(str, arguments)]

    def command_line(self):
        """The same for a person, in a shell inside the build root."""
        names = [*QUIET, "WINEPREFIX", "NXIA_CONNECT"]
        settings = " ".join(f"{name}='{self.environment[name]}'" for name in names)
        return f"{settings} wine {self.program}"


class Shell:
    """`nxia.exe shell`: one client that stays connected. A context manager."""

    def __init__(self, windows):
        self._process = windows.start("shell")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the client."""
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def run(self, command):
        """Runs one command; its exit status and its output's lines."""
        self._process.stdin.write(command.encode() + b"\n")
        self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            text = line.decode().rstrip("\n")
            if status := re.fullmatch(r"status (\d+)", text):
                return int(status[1]), lines
            lines.append(text)
        raise WslxError(f"nxia.exe shell ended during '{command}': {self.errors()}")

    def errors(self):
        """What it has said on its standard error; to be asked after it ended."""
        return self._process.stderr.read().decode(errors="replace")
