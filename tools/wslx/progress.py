# SPDX-License-Identifier: GPL-2.0-only
"""Progress lines, log files, and the ways in which wslx itself fails."""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

# Exit statuses of wslx itself. CMD's own status is relayed as it is.
USAGE = 2
NOT_BUILT = 3
KERNEL_REPORT = 121
GUEST_SILENT = 122
SETUP_FAILED = 125
TIME_LIMIT = 124


class WslxError(Exception):
    """Ends wslx with one line on stderr and a status of its own."""

    def __init__(self, message, status=SETUP_FAILED):
        super().__init__(message)
        self.status = status


def say(text):
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(name):
    """Announces what takes long, and how long it took."""
    say(f"==> {name} ...")
    started = time.monotonic()
    yield
    say(f"==> {name} ... {time.monotonic() - started:.0f} s")


def shell_status(code):
    """A status as a shell tells it, from one as Python does (negative for a signal)."""
    return 128 - code if code < 0 else code


class Log:
    """A log file of one piece of work; shown only when the work fails."""

    def __init__(self, path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"")

    def run(self, *command, what=None, **options):
        """Runs a command with its output in the log; failure names it and shows the log's end."""
        with self.path.open("ab") as output:
            output.write(f"+ {' '.join(map(str, command))}\n".encode())
            output.flush()
            done = subprocess.run(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **options)
        if done.returncode:
            raise WslxError(self.failure(what or f"{command[0]} (status {done.returncode})"))

    def failure(self, what):
        text = self.path.read_text(errors="replace")
        if "No space left on device" in text:
            return f"no disk space: {what} failed; the log is {self.path}"
        tail = text.splitlines()[-20:]
        lines = "".join(f"\n    {line}" for line in tail)
        return f"{what} failed; the log is {self.path}, its end:{lines}"
