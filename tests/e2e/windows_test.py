# SPDX-License-Identifier: GPL-2.0-only
"""The path from a Windows program to the store and back, and what happens when it breaks.

    nxia.exe (Wine) -- TCP -- nxia-relay -- vhost-device-vsock -- AF_VSOCK -- nxia-bridge -- /dev/nxia -- nxia-store
"""

import random
import re
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path

from progress import WslxError
from vm import Vm
from windows import Relay, Shell, Windows

MIB = 1 << 20
DONE, FAILED, NO_DOCUMENT, REVOKED, USAGE = 0, 1, 2, 3, 64
TORN_COUNT, TORN_SIZE = 400, 40_000
FIRST_SECONDS = 120


class World:
    """A guest, a relay to it, nxia.exe, and a folder of its own."""

    def __init__(self, guest, relay, windows, folder):
        self.guest = guest
        self.relay = relay
        self.windows = windows
        self.folder = folder
        self.random = random.Random(1)

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def nxia(self, *arguments, status=DONE):
        """Runs nxia.exe, which must end so; its output and its errors."""
        done = self.windows.run(*arguments)
        out, err = done.stdout, done.stderr.decode(errors="replace")
        assert done.returncode == status, f"nxia.exe {arguments}: status {done.returncode}, not {status}: {err}"
        return out, err


def c_interface(world):
    run_tap(world, "nxia-abi-test.exe", world.relay.address)


def command_line_parts(world):
    run_tap(world, "nxia-cli-test.exe")


def run_tap(world, program, *arguments):
    """A test program of Windows: all of its results must be good."""
    done = world.windows.run_program(program, *arguments)
    out = done.stdout.decode(errors="replace")
    assert done.returncode == 0 and "\n1.." in out, f"status {done.returncode}: {out}"


def status_tells_the_server(world):
    out, _ = world.nxia("status")
    assert b"nxia-bridge" in out and world.relay.address.encode() in out, out


def documents_come_back_as_they_were(world):
    contents = {"empty": b"", "byte": b"\n", "crlf.txt": b"a\r\nb\x1a\x00c", "grüße/ß ü.txt": "schön".encode(),
                "exactly-inline": world.random.randbytes(MIB), "chunks": world.random.randbytes(3 * MIB + 1)}
    for name, content in contents.items():
        world.nxia("put", world.file(f"back/{name}", content), "--base", world.folder)
        assert world.nxia("get", f"back/{name}")[0] == content, name
        world.nxia("get", f"back/{name}", "-o", world.folder / "copy")
        assert (world.folder / "copy").read_bytes() == content, name
    listed = dict(reversed(line.split("\t")) for line in world.nxia("list", "--sizes", "--prefix", "back/")[0].decode().splitlines())
    assert {name.removeprefix("back/"): int(size) for name, size in listed.items()} == \
        {name: len(content) for name, content in contents.items()}, listed


def put_replaces(world):
    world.nxia("put", world.file("one", b"old"), "--as", "replaced")
    world.nxia("put", world.file("one", b"newer"), "--as", "replaced")
    assert world.nxia("get", "replaced")[0] == b"newer"


def list_takes_a_prefix(world):
    for name in ("b", "a", "c"):
        world.nxia("put", world.file("one", b"x"), "--as", f"listed/{name}")
    assert world.nxia("list", "--prefix", "listed/")[0] == b"listed/a\nlisted/b\nlisted/c\n"


def search_ranks_and_shows(world):
    world.file("found/much.txt", b"zebra zebra stripes zebra")
    world.file("found/little.txt", b"a zebra" + b" and other animals of the plain" * 40)
    world.file("found/none.txt", b"horses only")
    world.nxia("put", world.folder / "found")
    lines = world.nxia("search", "zebra")[0].decode().splitlines()
    assert [line.split()[1] for line in lines[::2]] == ["found/much.txt", "found/little.txt"], lines
    assert "[zebra]" in lines[1], lines
    assert world.nxia("search", "zebra", "--limit", "1")[0].count(b"\n") == 2
    assert world.nxia("search", "unheardof")[0] == b"nothing found\n"
    world.nxia("search", " ", status=FAILED)


def delete_deletes(world):
    world.nxia("put", world.file("one", b"x"), "--as", "deleted")
    world.nxia("delete", "deleted")
    for verb in ("get", "delete"):
        _, err = world.nxia(verb, "deleted", status=NO_DOCUMENT)
        assert err.strip() == "no document named 'deleted'", err


def absent_document(world):
    out, err = world.nxia("get", "nosuch", "-o", world.folder / "never", status=NO_DOCUMENT)
    assert err.strip() == "no document named 'nosuch'" and out == b"", err
    assert not (world.folder / "never").exists()


def wrong_arguments(world):
    for arguments in ([], ["frobnicate"], ["get"], ["put"], ["search", "x", "--limit", "0"],
                      ["put", "x", "--as", "a", "--base", "b"]):
        world.nxia(*arguments, status=USAGE)


def unreadable_file(world):
    good = world.file("good", b"x")
    _, err = world.nxia("put", world.folder / "missing", good, status=FAILED)
    assert "missing': No such file or directory" in err and "1 of 2 documents not stored" in err, err
    assert world.nxia("get", "good")[0] == b"x"
    _, err = world.nxia("put", good, "--base", world.folder / "elsewhere", status=FAILED)
    assert "good" in err and "not under" in err, err


def unwritable_output(world):
    world.nxia("put", world.file("one", b"x"))
    _, err = world.nxia("get", "one", "-o", world.folder / "nofolder" / "copy", status=FAILED)
    assert "nofolder/copy" in err, err
    assert not list(world.folder.rglob("*.tmp"))


def bad_names(world):
    for name in ("a\tb", "x" * 1025):
        world.nxia("put", world.file("one", b"x"), "--as", name, status=FAILED)


def nobody_listens(world):
    _, err = world.nxia("--connect", "127.0.0.1:1", "list", status=FAILED)
    assert "127.0.0.1:1" in err, err
    _, err = world.nxia("--connect", "nowhere", "list", status=FAILED)
    assert "nowhere" in err, err


def two_clients_at_once(world):
    for client in ("left", "right"):
        for i in range(100):
            world.file(f"{client}/{i}", f"{client} {i}".encode() * 100)
    running = [world.windows.start("put", str(world.folder / client)) for client in ("left", "right")]
    for process in running:
        _, err = process.communicate(timeout=120)
        assert process.returncode == DONE, err
    for client in ("left", "right"):
        assert len(world.nxia("list", "--prefix", f"{client}/")[0].splitlines()) == 100
        assert world.nxia("get", f"{client}/42")[0] == f"{client} 42".encode() * 100


def wrong_protocol(world):
    host, port = world.relay.address.split(":")
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 4096, b"\0" * 65536, world.random.randbytes(65536),
                    (0).to_bytes(4, "little") + (1 << 28).to_bytes(4, "little")):
        with socket.create_connection((host, int(port)), timeout=30) as peer:
            peer.sendall(garbage)
            peer.shutdown(socket.SHUT_WR)
            try:
                while peer.recv(65536):
                    pass
            except ConnectionResetError:
                pass
    world.nxia("status")
    assert world.guest.run("systemctl", "show", "-P", "NRestarts", "nxia-bridge").out.strip() == b"0"


def client_outlives_its_errors(world):
    world.nxia("put", world.file("one", b"x"), "--as", "kept")
    with Shell(world.windows) as client:
        assert client.run("get nosuch") == (NO_DOCUMENT, [])
        assert client.run("frobnicate")[0] == USAGE
        assert client.run("list --prefix kept") == (DONE, ["kept"])


def revocation(world):
    world.nxia("put", world.file("one", b"secret"), "--as", "guarded")
    with Shell(world.windows) as client:
        assert client.run("list --prefix guarded") == (DONE, ["guarded"])
        revoked = world.guest.run("nxiactl", "revoke", "--holder", "nxia-bridge", "--to", "nxia-store",
                                  "--type", "endpoint")
        assert revoked.status == 0, revoked.err
        assert client.run("get guarded") == (REVOKED, [])
        client.close()
        assert "capability revoked" in client.errors()
    assert "capability revoked" in world.nxia("get", "guarded", status=REVOKED)[1]
    assert world.guest.run("nxia", "get", "guarded").out == b"secret"
    assert world.guest.run("systemctl", "restart", "nxia-bridge").status == 0
    assert world.nxia("get", "guarded")[0] == b"secret"


def local_only(world):
    _, err = world.nxia("--service", "store-local", "list", status=FAILED)
    assert err.strip() == "nxia: refused by policy: local-only", err
    told = world.guest.run("nxiactl", "audit", "tail", "-n", "20").out.decode()
    assert "in domain remote: open service store-local: rule local-only" in told, told
    _, err = world.nxia("--service", "nosuch", "list", status=FAILED)
    assert "no service named 'nosuch'" in err, err
    world.nxia("status")


def generation(world, folder, letter):
    """Files of one letter each: whatever mixes two generations is seen."""
    for i in range(TORN_COUNT):
        world.file(f"{folder}/{i:03}", letter * TORN_SIZE)
    return world.folder / folder


def break_put(world, folder, break_it):
    """Puts a second generation over a first, breaks in the middle; the second's reported count."""
    world.nxia("put", generation(world, folder, b"a"))
    process = world.windows.start("put", str(generation(world, folder, b"b")))
    wait_for_first(world, f"{folder}/000", b"b")
    break_it()
    out, err = process.communicate(timeout=120)
    err = err.decode(errors="replace")
    assert process.returncode == FAILED, f"status {process.returncode}: {err}"
    assert re.search(rf"cannot put '.*{folder}/\d+': ", err) and world.relay.address in err, err
    return int(out.split()[0])


def wait_for_first(world, name, start):
    """Until the store has a document that starts so: the put is at work, with most of it to come."""
    deadline = time.monotonic() + FIRST_SECONDS
    while not world.guest.run("nxia", "get", name).out.startswith(start):
        assert time.monotonic() < deadline, f"'{name}' was not stored within {FIRST_SECONDS} s"


def get_all(world, folder):
    copy = world.folder / "copy"
    with Shell(world.windows) as client:
        for i in range(TORN_COUNT):
            assert client.run(f"get {folder}/{i:03} -o {copy}")[0] == DONE
            yield copy.read_bytes()


def check_whole(world, folder, reported):
    """Each document is of one generation; no fewer than were reported are of the second."""
    contents = list(get_all(world, folder))
    for i, content in enumerate(contents):
        assert content in (b"a" * TORN_SIZE, b"b" * TORN_SIZE), f"document {i} is torn"
    new = sum(content[:1] == b"b" for content in contents)
    assert reported <= new < TORN_COUNT, f"{new} new documents, {reported} were reported"


def connection_dropped(world):
    reported = break_put(world, "dropped", world.relay.drop)
    with Relay(world.guest.vsock_socket) as fresh:
        world.relay = fresh
        world.windows.connect(fresh.address)
        check_whole(world, "dropped", reported)


IN_ONE_GUEST = [
    command_line_parts, c_interface, status_tells_the_server, documents_come_back_as_they_were, put_replaces, list_takes_a_prefix,
    search_ranks_and_shows, delete_deletes, absent_document, wrong_arguments, unreadable_file, unwritable_output,
    bad_names, nobody_listens, two_clients_at_once, wrong_protocol, client_outlives_its_errors, local_only, revocation,
    connection_dropped,
]


def guest_killed(world, disk):
    """Pulls the guest's plug during a put, and looks at the same disk with a new guest."""
    with Relay(world.guest.vsock_socket) as relay:
        world.relay = relay
        world.windows.connect(relay.address)
        reported = break_put(world, "killed", world.guest.kill)
    with Vm(disk=disk) as again, Relay(again.vsock_socket) as relay:
        world.windows.connect(relay.address)
        check_whole(world, "killed", reported)
        again.check_kernel_log()


class Results:
    """Prints TAP."""

    def __init__(self, count):
        print(f"1..{count}", flush=True)
        self.number = 0
        self.failed = 0

    def run(self, test, *arguments):
        self.number += 1
        verdict = "ok"
        try:
            test(*arguments)
        except (AssertionError, WslxError, OSError):
            self.failed += 1
            verdict = "not ok"
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="", flush=True)
        print(f"{verdict} {self.number} - {test.__name__.replace('_', ' ')}", flush=True)


def kernel_log_is_clean(world):
    world.guest.check_kernel_log()


def main():
    results = Results(len(IN_ONE_GUEST) + 2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        disk = folder / "data.ext4"
        with Vm(disk=disk) as guest, Relay(guest.vsock_socket) as relay:
            windows = Windows(folder / "windows", relay.address)
            world = World(guest, relay, windows, folder / "files")
            world.folder.mkdir()
            for test in IN_ONE_GUEST:
                results.run(test, world)
            results.run(kernel_log_is_clean, world)
            results.run(guest_killed, world, disk)
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
