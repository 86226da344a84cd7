# SPDX-License-Identifier: GPL-2.0-only
"""Labels as the administrator sees them: policy files, domains, the remote boundary's registry, the audit log."""

import json
import sys
import time

from tap import run_tests
from vm import Vm

POLICY = "/etc/nxia/policy.d"
LOG = "/var/lib/nxia/audit"
READER = ("nxiactl", "run", "--domain", "reader", "--")
ALLOWED, DENIED, USAGE, MISTAKEN = 0, 1, 2, 5
CANNOT_ENTER, CANNOT_EXECUTE, NO_COMMAND = 125, 126, 127


def until(seconds, what, condition):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.2)


def succeed(guest, *command):
    done = guest.run(*command)
    assert done.status == 0, (command, done.__dict__)
    return done.out.decode()


def shell(guest, script):
    return succeed(guest, "sh", "-c", script)


def policy_in_force(guest):
    return json.loads(succeed(guest, "nxiactl", "policy", "show", "--json"))


def tags_in_force(guest):
    return [tag["name"] for tag in policy_in_force(guest)["tags"]]


def records(guest, count=1000):
    return [json.loads(line) for line in succeed(guest, "nxiactl", "audit", "tail", "--json", "-n", str(count)).splitlines()]


def newest(guest):
    return records(guest, 1)[0]["n"]


def since(guest, number, **fields):
    return [r for r in records(guest) if r["n"] > number and fields.items() <= r.items()]


def journal_of_nxiad(guest):
    return guest.run("journalctl", "-u", "nxiad", "-o", "cat").out.decode()


def the_installed_policy_is_in_force(guest):
    assert "local-only" in tags_in_force(guest)
    shown = succeed(guest, "nxiactl", "policy", "show")
    assert "domain remote {" in shown and "sink disk local-only" in shown, shown
    assert "in force" in succeed(guest, "nxiactl", "status")


def what_is_shown_can_be_loaded(guest):
    before = policy_in_force(guest)
    shell(guest, "nxiactl policy show >/tmp/shown.policy && nxiactl policy check /tmp/shown.policy && "
                 "nxiactl policy load /tmp/shown.policy")
    after = policy_in_force(guest)
    assert after.pop("generation") > before.pop("generation")
    assert after == before


def a_mistake_is_told_with_file_line_and_reason(guest):
    shell(guest, "mkdir -p /tmp/p && printf 'tag a\\nsink net a x\\n' >/tmp/p/bad.policy")
    for command in (("check", "/tmp/p/bad.policy"), ("check", "/tmp/p"), ("load", "/tmp/p/bad.policy")):
        done = guest.run("nxiactl", "policy", *command)
        assert done.status == MISTAKEN, done.__dict__
        assert done.err == b"/tmp/p/bad.policy:2: unknown tag 'x': declare it by 'tag x'\n", done.err
    assert guest.run("nxiactl", "policy", "check", "/tmp/nosuch").status == MISTAKEN
    assert guest.run("nxiactl", "policy", "check").status == 0
    assert "local-only" in tags_in_force(guest)


def a_flow_is_explained(guest):
    def explained(start, end):
        return guest.run("nxiactl", "explain", "--from", start, "--to", end)
    denied = explained("reader", "net")
    assert denied.status == DENIED and b"denied" in denied.out and b"sink net" in denied.out, denied.__dict__
    assert explained("reader", "disk").status == ALLOWED
    assert explained("unconfined", "tty").status == ALLOWED
    assert explained("file:local-only", "unconfined").status == DENIED
    assert explained("remote", "service:store-local").status == DENIED
    assert explained("nosuch", "net").status == USAGE
    as_json = guest.run("nxiactl", "explain", "--from", "reader", "--to", "net", "--json")
    assert json.loads(as_json.out)["tags"] == ["local-only"], as_json.__dict__


def reload_takes_what_is_new(guest):
    number = newest(guest)
    shell(guest, f"echo 'tag another' >{POLICY}/60-test.policy")
    succeed(guest, "systemctl", "reload", "nxiad")
    until(20, "the new tag is in force", lambda: "another" in tags_in_force(guest))
    until(20, "the change is in the log", lambda: since(guest, number, kind="policy-loaded"))


def a_broken_reload_leaves_the_old_in_force(guest):
    before = policy_in_force(guest)
    number = newest(guest)
    shell(guest, f"echo 'tag Broken' >{POLICY}/60-test.policy")
    assert guest.run("systemctl", "reload", "nxiad").status != 0
    succeed(guest, "systemctl", "kill", "-s", "HUP", "nxiad")
    until(20, "the refusal is in the log", lambda: since(guest, number, kind="policy-refused"))
    assert f"{POLICY}/60-test.policy:1: 'Broken' is no name of a tag" in journal_of_nxiad(guest)
    assert policy_in_force(guest) == before


def nxiad_does_not_start_with_a_broken_policy(guest):
    before = policy_in_force(guest)
    succeed(guest, "systemctl", "stop", "nxiad")
    done = guest.run("/usr/libexec/nxia/nxiad")
    assert done.status == 1 and f"{POLICY}/60-test.policy:1: ".encode() in done.err, done.__dict__
    shell(guest, f"rm {POLICY}/60-test.policy")
    assert policy_in_force(guest) == before
    succeed(guest, "systemctl", "restart", "nxia.target")
    until(30, "nxiad runs again", lambda: guest.run("nxia", "list").status == 0)
    assert "another" not in tags_in_force(guest)


def a_command_runs_in_a_domain(guest):
    assert guest.run(*READER, "true").status == 0
    assert guest.run(*READER, "sh", "-c", "exit 7").status == 7
    assert guest.run(*READER, "/nosuch").status == NO_COMMAND
    assert guest.run(*READER, "/etc/passwd").status == CANNOT_EXECUTE
    done = guest.run("nxiactl", "run", "--domain", "nosuch", "--", "true")
    assert done.status == CANNOT_ENTER and b"nosuch" in done.err, done.__dict__
    assert guest.run("nxiactl", "run", "--domain", "Bad Name", "--", "true").status == CANNOT_ENTER


def what_it_prints_goes_nowhere(guest):
    assert guest.run(*READER, "echo", "secret").out == b""
    assert guest.run("nxiactl", "run", "--domain", "remote", "--", "echo", "plain").out == b"plain\n"


def a_label_is_shown_and_changed(guest):
    shell(guest, "mkdir -p /var/lib/nxia/t && echo secret >/var/lib/nxia/t/file")
    path = "/var/lib/nxia/t/file"
    assert succeed(guest, "nxiactl", "label", path) == "no label\n"
    succeed(guest, "nxiactl", "label", path, "local-only")
    assert succeed(guest, "nxiactl", "label", path) == "label=local-only\n"
    assert guest.run("cat", path).status != 0
    assert guest.run(*READER, "grep", "-q", "secret", path).status == 0
    succeed(guest, "nxiactl", "label", path, "--remove")
    assert succeed(guest, "cat", path) == "secret\n"
    assert guest.run("nxiactl", "label", "/nosuch").status == USAGE


def local_documents_are_for_their_domain(guest):
    def local(*words, prefix=()):
        return guest.run(*prefix, "nxia", "--service", "store-local", *words)
    until(30, "the store answers", lambda: local("list", prefix=READER).status == 0)
    shell(guest, "echo 'a secret' >/tmp/secret.txt")
    assert local("put", "/tmp/secret.txt", prefix=READER).status == 0
    assert guest.run(*READER, "sh", "-c", "nxia --service store-local get secret.txt | grep -qx 'a secret'").status == 0
    number = newest(guest)
    refused = local("list")
    assert refused.status == 1 and b"refused by policy" in refused.err, refused.__dict__
    assert since(guest, number, kind="denied", operation="open", target="service store-local")


def the_bridge_is_remote(guest):
    pid = succeed(guest, "systemctl", "show", "-P", "MainPID", "nxia-bridge").strip()
    assert succeed(guest, "cat", f"/proc/{pid}/comm") == "nxia-bridge\n"
    number = newest(guest)
    # Whoever is in that domain gets no more than it, root or not.
    remote = ("nxiactl", "run", "--domain", "remote", "--", "nxia")
    refused = guest.run(*remote, "--service", "store-local", "list")
    assert (refused.status, refused.err) == (1, b"nxia: refused by policy: local-only\n"), refused.__dict__
    assert since(guest, number, kind="denied", rule="local-only", domain="remote")
    assert guest.run(*remote, "list").status == 0


def refusals_of_the_kernel_are_in_the_log(guest):
    number = newest(guest)
    assert guest.run(*READER, "sh", "-c", "echo x >/dev/ttyS0").status != 0
    until(20, "the record is there", lambda: since(guest, number, kind="denied", domain="reader", rule="sink tty"))
    record = since(guest, number, kind="denied", domain="reader", rule="sink tty")[0]
    assert record["tags"] == "local-only" and record["exe"] and record["pid"] > 1, record
    text = succeed(guest, "nxiactl", "audit", "tail", "-n", "50")
    assert "in domain reader" in text and "rule sink tty" in text, text


def the_log_is_nxiads_alone(guest):
    assert succeed(guest, "stat", "-c", "%U %a", LOG) == "nxiad 700\n"
    assert guest.run("setpriv", "--reuid", "65534", "--clear-groups", "nxiactl", "audit", "tail").status == 3


def the_chain_survives_restarts(guest):
    before = newest(guest)
    for action in (("restart",), ("kill", "-s", "KILL")):
        succeed(guest, "systemctl", *action, "nxiad")
        until(30, "nxiad runs again", lambda: guest.run("nxia", "list").status == 0)
    assert len(since(guest, before, kind="nxiad-started")) == 2
    numbers = [record["n"] for record in records(guest, 100000)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "the chain is whole" in succeed(guest, "nxiactl", "audit", "verify")


def what_happens_while_nxiad_is_down_is_not_missed(guest):
    number = newest(guest)
    succeed(guest, "systemctl", "stop", "nxiad")
    for _ in range(5):
        assert guest.run(*READER, "sh", "-c", "echo x >/dev/ttyS0").status != 0
    succeed(guest, "systemctl", "restart", "nxia.target")
    until(30, "the records are there", lambda: len(since(guest, number, rule="sink tty")) >= 5)
    sequences = [record["sequence"] for record in records(guest, 100000) if "sequence" in record]
    assert not since(guest, number, kind="lost") and sequences == sorted(sequences)


def a_log_that_was_tampered_with_is_found(guest):
    def verify_after(edit):
        shell(guest, f"rm -rf /tmp/log && cp -r {LOG} /tmp/log && sed -i '{edit}' /tmp/log/log")
        return guest.run("nxiactl", "audit", "verify", "--log", "/tmp/log")
    assert verify_after("").status == 0
    changed = verify_after('3s/"time":"2/"time":"3/')
    assert changed.status == MISTAKEN and changed.err == b"/tmp/log/log:3: record 3 was changed\n", changed.__dict__
    removed = verify_after("3d")
    assert removed.status == MISTAKEN and removed.err.startswith(b"/tmp/log/log:3: record 4 comes after record 2"), removed.err
    moved = verify_after("3{h;d};4G")
    assert moved.status == MISTAKEN and b"/tmp/log/log:3: " in moved.err, moved.err
    cut = verify_after("$d")
    assert cut.status == MISTAKEN and b"removed at the end" in cut.err, cut.err


def the_log_can_be_followed(guest):
    process, number = guest.begin("timeout", "20", "nxiactl", "audit", "tail", "-n", "0", "-f")
    time.sleep(1)
    assert guest.run(*READER, "sh", "-c", "echo x >/dev/ttyS0").status != 0
    assert b"sink tty" in guest.finish(process, number, timeout=60).out


def a_sealed_policy_stays(guest):
    succeed(guest, "nxiactl", "policy", "seal")
    before = policy_in_force(guest)
    assert before["sealed"]
    refused = guest.run("nxiactl", "policy", "load", "/tmp/shown.policy")
    assert refused.status == 3 and b"sealed" in refused.err, refused.__dict__
    shell(guest, f"echo 'tag late' >{POLICY}/60-test.policy")
    succeed(guest, "systemctl", "restart", "nxia.target")
    until(30, "nxiad runs again", lambda: guest.run("nxia", "list").status == 0)
    assert policy_in_force(guest) == before
    assert "policy is sealed" in journal_of_nxiad(guest)
    succeed(guest, "systemctl", "stop", "nxia.target", "nxiad", "nxia-store", "nxia-store-local", "nxia-bridge")
    assert guest.run("rmmod", "nxia").status != 0


TESTS = [
    the_installed_policy_is_in_force,
    what_is_shown_can_be_loaded,
    a_mistake_is_told_with_file_line_and_reason,
    a_flow_is_explained,
    reload_takes_what_is_new,
    a_broken_reload_leaves_the_old_in_force,
    nxiad_does_not_start_with_a_broken_policy,
    a_command_runs_in_a_domain,
    what_it_prints_goes_nowhere,
    a_label_is_shown_and_changed,
    local_documents_are_for_their_domain,
    the_bridge_is_remote,
    refusals_of_the_kernel_are_in_the_log,
    the_log_is_nxiads_alone,
    the_chain_survives_restarts,
    what_happens_while_nxiad_is_down_is_not_missed,
    a_log_that_was_tampered_with_is_found,
    the_log_can_be_followed,
    a_sealed_policy_stays,
]


def main():
    with Vm(services=True) as guest:
        status = run_tests(TESTS, guest)
        guest.check_kernel_log()
    sys.exit(status)


main()
