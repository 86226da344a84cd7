# SPDX-License-Identifier: GPL-2.0-only
"""./wslx demo: a Windows program stores and finds documents through kernel capabilities."""

import hashlib
import shutil
import signal
import socket
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import kernel
from cache import CACHE, CHECKOUT
from progress import WslxError, say
from vm import Vm
from windows import Relay, Shell, Windows

QUERY = "capability revocation"
REVOKE = ["nxiactl", "revoke", "--holder", "nxia-bridge", "--to", "nxia-store", "--type", "endpoint"]
REVOKED = 3  # exit status of nxia.exe
PUT_SECONDS = 600
REFUSED = 1  # likewise

SEND = CHECKOUT / "tools" / "wslx" / "guest" / "send.pl"
SECRET = "the merger is signed on Friday"
WAYS = {1: "TCP", 2: "vsock", 4: "a file on the host share", 8: "the terminal"}
ADDRESS, TCP_PORT, VSOCK_PORT = "198.51.100.1", 7001, 7002  # an address that is not loopback
TERMINAL = "/dev/ttyS0"
COLLECTOR = f"perl -MIO::Socket::INET -e 'my $l = IO::Socket::INET->new(LocalAddr => \"{ADDRESS}:{TCP_PORT}\", Listen => 5)" \
            " or die; while (my $c = $l->accept) { 1 while sysread($c, my $b, 4096); }'"
READER = ("nxiactl", "run", "--domain", "reader", "--")


def run(options):
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=_folder()))
    try:
        share = folder / "share"
        share.mkdir()
        with Vm(services=True, copies=[SEND], share=share) as guest, Relay(guest.vsock_socket) as relay:
            _say_boot(started)
            windows = Windows(folder, relay.address)
            _walk(guest, windows)
            _walk_labels(guest, windows, share)
            guest.check_kernel_log()
            say(f"==> demo done in {time.monotonic() - started:.0f} s")
            if options.keep:
                _keep(guest, windows)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _folder():
    runs = CACHE / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    return runs


def _say_boot(started):
    say(f"==> WSLX is up, its services run ({time.monotonic() - started:.1f} s with all builds)")


def _walk(guest, windows):
    documents = _documents()
    with _step("nxia.exe status: Windows reaches the store through the bridge"):
        _show(_windows(windows, "status"))
    with _step(f"nxia.exe put: {len(documents)} documents of the kernel's source"):
        _put(windows, documents)
    with _step(f"nxia.exe search '{QUERY}'"):
        found = _windows(windows, "search", QUERY, "--limit", "5")
        _show(found)
    best = found.splitlines()[0].split()[1]
    with _step(f"nxia.exe get {best}: byte for byte what was put"):
        _compare(_windows_bytes(windows, "get", best), documents[best], best)
    _revoke(guest, windows, best)
    with _step("nxia in the guest: the store is untouched and answers Linux"):
        _check_store(guest, documents, best)


def _documents():
    """Name -> path of every .rst file of the kernel's Documentation."""
    source = kernel.source()
    return {path.relative_to(source).as_posix(): path
            for path in (source / "Documentation").rglob("*.rst") if path.is_file()}


def _put(windows, documents):
    source = kernel.source()
    _show(_windows(windows, "put", "--base", source, "--match", "*.rst", source / "Documentation"))
    names = _windows(windows, "list").splitlines()
    if names != sorted(documents, key=str.encode):
        raise WslxError(f"demo: the store lists {len(names)} documents, {len(documents)} were put")


def _revoke(guest, windows, name):
    with Shell(windows) as client:
        with _step("a client that stays connected gets a document"):
            _expect(client.run(f"get {name} -o {windows.program.parent / 'copy'}")[0], 0, "get")
        with _step(f"in the guest: {' '.join(REVOKE)}"):
            _show(_guest(guest, *REVOKE).decode())
        with _step("the same client's next call"):
            status, _ = client.run(f"get {name}")
            _expect(status, REVOKED, "get after the revocation")
        client.close()
        _show(client.errors())
    with _step("a new client"):
        done = windows.run("get", name)
        _show(done.stderr.decode())
        _expect(done.returncode, REVOKED, "get by a new client")


def _check_store(guest, documents, name):
    names = _guest(guest, "nxia", "list").decode().splitlines()
    if len(names) != len(documents):
        raise WslxError(f"demo: the guest lists {len(names)} documents, {len(documents)} were put")
    _compare(_guest(guest, "nxia", "get", name), documents[name], name)
    _show(f"{len(names)} documents; sha256 of {name}: {_sha256(documents[name].read_bytes())}, as on the host")


def _walk_labels(guest, windows, share):
    with _step("a local-only collection: a Linux program in domain reader stores a document, and reads it"):
        _guest(guest, "sh", "-c", f"echo '{SECRET}' >/tmp/contract.txt")
        _until_local_store(guest)
        _guest(guest, *READER, "nxia", "--service", "store-local", "put", "/tmp/contract.txt")
        _guest(guest, *READER, "sh", "-c", f"nxia --service store-local get contract.txt | grep -qx '{SECRET}'")
        _show("grep, in domain reader, found what was put")
    with _step("nxia.exe --service store-local get contract.txt"):
        done = windows.run("--service", "store-local", "get", "contract.txt")
        _show(done.stderr.decode())
        _expect(done.returncode, REFUSED, "get of a local-only document")
        if b"refused by policy: local-only" not in done.stderr or done.stdout:
            raise WslxError("demo: a local-only document was not refused as such")
    _guest(guest, "sh", "-c", f"ip link set lo up; ip address add {ADDRESS}/32 dev lo; "
                              "mkdir -p /mnt/host && mount -t 9p -o trans=virtio,version=9p2000.L share /mnt/host")
    guest.begin("sh", "-c", COLLECTOR)
    _guest(guest, "sh", "-c", f"until grep -q ':{TCP_PORT:04X} ' /proc/net/tcp; do sleep 0.1; done")
    with _collector(guest):
        with _step("a program sends a document of no secrecy to " + ", ".join(WAYS.values())):
            _show_sent(guest, share, "echo harmless |", 15)
        with _step("the same program in domain reader, with the local-only document"):
            read = "nxia --service store-local get contract.txt |"
            _show_sent(guest, share, read, 0, *READER)
    with _step("nxiactl audit tail: why"):
        _show_why(guest)


def _until_local_store(guest):
    """Its unit does not tell systemd when it is ready: who is confined tells systemd nothing."""
    deadline = time.monotonic() + 30
    while guest.run(*READER, "nxia", "--service", "store-local", "list").status:
        if time.monotonic() > deadline:
            raise WslxError("demo: the store of local-only documents does not answer")
        time.sleep(0.2)


@contextmanager
def _collector(guest):
    """The host's end of the guest's vsock: takes what comes."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{guest.vsock_socket}_{VSOCK_PORT}")
        listener.listen()
        threading.Thread(target=_swallow, args=(listener,), daemon=True).start()
        yield


def _swallow(listener):
    try:
        while True:
            peer, _ = listener.accept()
            with peer:
                while peer.recv(4096):
                    pass
    except OSError:
        pass  # the demo is over


def _show_sent(guest, share, source, expected, *prefix):
    """Runs the program that sends, and compares what worked with what should."""
    command = f"{source} perl /host/{SEND.name} {ADDRESS} {TCP_PORT} {VSOCK_PORT} /mnt/host/sent {TERMINAL}"
    (share / "sent").unlink(missing_ok=True)
    status = guest.run(*prefix, "sh", "-c", command, timeout=60).status
    for bit, way in WAYS.items():
        _show(f"{way}: {'sent' if status & bit else 'failed'}")
    _expect(status, expected, "what could be sent")
    arrived = share / "sent"
    if SECRET in (arrived.read_text(errors="replace") if arrived.exists() else "") + guest.console_log.read_text(errors="replace"):
        raise WslxError("demo: the local-only document came out")


def _show_why(guest):
    deadline = time.monotonic() + 10
    while True:
        lines = _guest(guest, "nxiactl", "audit", "tail", "-n", "12").decode().splitlines()
        sinks = [sink for sink in ("net", "vsock", "hostfs", "tty") if not any(f"sink {sink}" in line for line in lines)]
        if not sinks or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    for line in lines:
        _show(line)
    if sinks:
        raise WslxError(f"demo: no audit record names the sinks {', '.join(sinks)}")
    _show(_guest(guest, "nxiactl", "audit", "verify").decode())


def _keep(guest, windows):
    """Leaves the guest up until Ctrl-C. The bridge asks for the store again when it starts anew."""
    _guest(guest, "systemctl", "restart", "nxia-bridge")
    say("==> the VM stays up; the bridge has been started anew, and has the store again. In another terminal:")
    say(f"    ./wslx shell env {windows.command_line()} search '{QUERY}'")
    say("==> Ctrl-C stops the VM")
    signal.pause()


def _windows_bytes(windows, *arguments):
    done = windows.run(*arguments, timeout=PUT_SECONDS)
    if done.returncode:
        raise WslxError(f"demo: nxia.exe {arguments[0]}: status {done.returncode}: "
                        f"{done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _windows(windows, *arguments):
    return _windows_bytes(windows, *arguments).decode()


def _guest(guest, *command):
    result = guest.run(*command, timeout=60)
    if result.status:
        raise WslxError(f"demo: {' '.join(command)}: status {result.status}: {result.err.decode().strip()}")
    return result.out


def _compare(content, path, name):
    if content != path.read_bytes():
        raise WslxError(f"demo: '{name}' differs from {path}")


def _sha256(content):
    return hashlib.sha256(content).hexdigest()[:16]


def _expect(status, wanted, what):
    if status != wanted:
        raise WslxError(f"demo: {what}: status {status} instead of {wanted}")


def _show(text):
    for line in text.splitlines():
        say(f"    {line}")


@contextmanager
def _step(title):
    say(f"==> {title}")
    started = time.monotonic()
    yield
    say(f"    ({(time.monotonic() - started) * 1000:.0f} ms)")
