# SPDX-License-Identifier: GPL-2.0-only
"""The services under systemd: who runs as whom, who may do what, what a crash leaves behind."""

import socket
import struct
import sys
import time

from tap import run_tests
from vm import Vm

SERVICES = ["nxiad", "nxia-store", "nxia-bridge"]
CAP_MAC_ADMIN = 1 << 33
BRIDGE_PORT = 7878
# What asks for a session, and Cap'n Proto: one segment of five words with a Message that is a Bootstrap.
BOOTSTRAP = b"NXIA\r\n\x1a\n" + bytes(16) + struct.pack("<II5Q", 0, 5, 1 << 32 | 1 << 48, 8, 1 << 32 | 1 << 48, 0, 0)
RETURN = 3


def pid_of(guest, service):
    return guest.run("systemctl", "show", "-P", "MainPID", service).out.decode().strip()


def until(seconds, what, condition):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.2)


def store_answers(guest):
    return guest.run("nxia", "list").status == 0


def connect_bridge(guest):
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(30)
    link.connect(str(guest.vsock_socket))
    link.sendall(b"CONNECT %d\n" % BRIDGE_PORT)
    answer = b""
    while not answer.endswith(b"\n"):
        byte = link.recv(1)
        assert byte, "the bridge's port does not answer"
        answer += byte
    assert answer.startswith(b"OK"), answer
    return link


def bridge_answers(guest):
    """Whether the bridge gives a Return for a Bootstrap."""
    with connect_bridge(guest) as link:
        link.sendall(BOOTSTRAP)
        answer = b""
        while len(answer) < 24:
            answer += link.recv(4096) or b"\0" * 24
    return struct.unpack_from("<H", answer, 16)[0] == RETURN


def all_services_run(guest):
    for service in SERVICES:
        state = guest.run("systemctl", "is-active", service).out.decode().strip()
        assert state == "active", f"{service}: {state}\n" + guest.run("journalctl", "-u", service).out.decode()


def each_runs_as_its_own_user_without_privileges(guest):
    for service in SERVICES:
        pid = pid_of(guest, service)
        user = guest.run("ps", "-o", "user:32=", "-p", pid).out.decode().strip()
        assert user == service, f"{service} runs as {user}"
        status = guest.run("cat", f"/proc/{pid}/status").out.decode()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        permitted = CAP_MAC_ADMIN if service == "nxiad" else 0  # for policy and audit, raised for single calls
        for name, wanted in (("CapInh", 0), ("CapPrm", permitted), ("CapEff", 0), ("CapAmb", 0)):
            assert int(fields[name], 16) == wanted, f"{service}: {name} is {fields[name]}"
        assert fields["NoNewPrivs"].strip() == "1", service


def documents_go_in_and_out(guest):
    done = guest.shell("printf 'capability revocation' >/tmp/a.txt && nxia put /tmp/a.txt && nxia get a.txt")
    assert done.status == 0 and done.out == b"1 document stored\ncapability revocation", done.__dict__
    found = guest.run("nxia", "search", "revocations")
    assert b"1. a.txt" in found.out and b"[revocation]" in found.out, found.__dict__
    assert guest.run("nxia", "list", "--sizes").out == b"21\ta.txt\n"
    assert guest.run("nxia", "delete", "a.txt").status == 0
    assert guest.run("nxia", "list").out == b""


def a_missing_document_is_told(guest):
    for verb in ("get", "delete"):
        done = guest.run("nxia", verb, "nosuch")
        assert (done.status, done.err) == (2, b"no document named 'nosuch'\n"), done.__dict__


def a_large_document_goes_in_and_out(guest):
    done = guest.shell("head -c 5000000 /dev/urandom >/tmp/large && nxia put /tmp/large && "
                       "nxia get large -o /tmp/back && cmp /tmp/large /tmp/back && nxia delete large")
    assert done.status == 0, done.__dict__


def a_file_that_cannot_be_read_is_named(guest):
    done = guest.run("nxia", "put", "/tmp/nosuch")
    assert (done.status, done.err) == (1, b"nxia: cannot read /tmp/nosuch\n"), done.__dict__


def another_user_may_not_open_the_store(guest):
    done = guest.run("setpriv", "--reuid", "65534", "--clear-groups", "nxia", "list")
    assert done.status == 1 and b"user 65534 may not open service 'store'" in done.err, done.__dict__
    journal = guest.run("journalctl", "-u", "nxiad", "-o", "cat").out
    assert b"audit: refused to open service 'store'" in journal, journal


def nxiactl_tells_why_it_cannot(guest):
    nobody = ("setpriv", "--reuid", "65534", "--clear-groups", "nxiactl")
    assert guest.run(*nobody, "status").status == 0
    assert guest.run(*nobody, "ps").status == 3
    assert guest.run(*nobody, "caps").status == 3
    assert guest.run("nxiactl", "revoke", "999999", "1").status == 2
    assert guest.run("nxiactl", "revoke", "--holder", "nosuch").status == 2
    assert guest.run("nxiactl", "nosuch").status == 2


def nxiactl_shows_the_services(guest):
    listed = guest.run("nxiactl", "ps").out.decode()
    for service in SERVICES:
        assert service in listed, listed
    caps = guest.run("nxiactl", "caps").out.decode()
    assert "endpoint" in caps and "nxia-store" in caps, caps


def a_restart_of_the_registry_is_survived(guest):
    before = pid_of(guest, "nxia-store")
    for action in (("restart", "nxiad"), ("kill", "-s", "KILL", "nxiad")):
        assert guest.run("systemctl", *action).status == 0
        until(20, f"the store is there after {' '.join(action)}", lambda: store_answers(guest))
    assert pid_of(guest, "nxia-store") == before


def a_killed_store_comes_back_with_whole_documents(guest):
    put = ("for i in 1 2 3; do head -c 300000 /dev/zero | tr '\\0' \"$i\" >/tmp/v; "
           "nxia put /tmp/v --as v || exit; done")
    for _ in range(3):
        process, number = guest.begin("sh", "-c", put)
        guest.run("systemctl", "kill", "-s", "KILL", "nxia-store")
        guest.finish(process, number, timeout=60)
        until(20, "the store is there after its death", lambda: store_answers(guest))
        whole = guest.shell("nxia get v >/tmp/w; s=$?; [ $s = 2 ] || "
                            "{ [ \"$(wc -c </tmp/w)\" = 300000 ] && [ \"$(tr -s 123 </tmp/w | wc -c)\" = 1 ]; }")
        assert whole.status == 0, whole.__dict__


def hostile_bytes_harm_only_who_sends_them(guest):
    before = pid_of(guest, "nxia-bridge")
    with connect_bridge(guest) as patient:
        for bytes_sent in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 4096, b"\0" * 64, BOOTSTRAP[:13], BOOTSTRAP[:37],
                           BOOTSTRAP[:8] + b"a ticket of none", BOOTSTRAP[:24] + struct.pack("<II", 0, 0x7FFFFFFF),
                           struct.pack("<II", 0, 0x7FFFFFFF), struct.pack("<I", 0xFFFFFFF0) * 8):
            with connect_bridge(guest) as link:
                link.sendall(bytes_sent)
        patient.sendall(BOOTSTRAP)
        assert struct.unpack_from("<H", patient.recv(4096), 16)[0] == RETURN
    assert pid_of(guest, "nxia-bridge") == before
    assert bridge_answers(guest)


def a_second_registry_is_refused(guest):
    done = guest.run("/usr/libexec/nxia/nxiad")
    assert done.status == 1 and b"ENDPOINT_CREATE" in done.err, done.__dict__


def a_mistake_in_the_configuration_is_told(guest):
    done = guest.shell("mkdir -p /tmp/rules && printf 'name store\\nopen user nosuch\\n' >/tmp/rules/x.conf && "
                       "/usr/libexec/nxia/nxiad --config /tmp/rules")
    assert (done.status, done.err) == (1, b"/tmp/rules/x.conf:2: there is no user 'nosuch'\n"), done.__dict__


def without_the_module_all_say_so(guest):
    assert guest.run("systemctl", "stop", *SERVICES).status == 0
    assert guest.run("rmmod", "nxia").status == 0
    status = guest.run("nxiactl", "status")
    assert status.status == 4 and b"not loaded" in status.err, status.__dict__
    assert guest.run("/usr/libexec/nxia/nxiad").status == 1
    assert guest.run("modprobe", "nxia").status == 0
    assert guest.run("systemctl", "start", "nxia.target").status == 0
    until(20, "the store is there again", lambda: store_answers(guest))


TESTS = [
    all_services_run,
    each_runs_as_its_own_user_without_privileges,
    documents_go_in_and_out,
    a_missing_document_is_told,
    a_large_document_goes_in_and_out,
    a_file_that_cannot_be_read_is_named,
    another_user_may_not_open_the_store,
    nxiactl_tells_why_it_cannot,
    nxiactl_shows_the_services,
    a_restart_of_the_registry_is_survived,
    a_killed_store_comes_back_with_whole_documents,
    hostile_bytes_harm_only_who_sends_them,
    a_second_registry_is_refused,
    a_mistake_in_the_configuration_is_told,
    without_the_module_all_say_so,
]


def main():
    with Vm(services=True) as guest:
        status = run_tests(TESTS, guest)
        guest.check_kernel_log()
    sys.exit(status)


main()
