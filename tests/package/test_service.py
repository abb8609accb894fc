#!/usr/bin/env python3
"""guildhall under a service manager: what it is told, the watchdog, its sockets and credentials. Speaks TAP.

    tests/lib/with_postgres.sh tests/package/test_service.py GUILDHALL UNIT SOCKET_UNIT
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from ptrace import held_still

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from program import GUILDHALL, guildhall, run, until

UNIT, SOCKET_UNIT = sys.argv[2:4]
DATABASE = os.environ["GUILDHALL_TEST_DATABASE_URL"]
SECRET = "a secret that only the tests of guildhall know"
THREADS = 3
PATIENCE_S = 60  # ends what would wait for ever; nothing asserts it
WATCHDOG_US = 300_000
WHILE_HELD_S = 1  # three times the watchdog's patience
MOST_EXPOSED = 15  # of 100, as `systemd-analyze security` counts


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUILDHALL_")}
    return kept | {"DATABASE_URL": DATABASE, "GUILDHALL_JWT_SECRET": SECRET} | more


class Manager:
    """The socket that a service manager listens on, and what has been said to it, line by line."""

    def __init__(self, folder):
        self.path = str(Path(folder, "notify"))
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE_S)

    def hears(self):
        return self.socket.recv(4096).decode().splitlines()

    def hears_of_the_end(self):
        while self.hears()[0] != "STOPPING=1":
            pass

    def pulses_within(self, seconds):
        """How often the watchdog is told that all is well, beside what it has been told before."""
        self.hear_out()
        until, said = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            said += self.hear_out()
            time.sleep(0.01)
        return said

    def hear_out(self):
        said = 0
        self.socket.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                assert self.hears() == ["WATCHDOG=1"]
                said += 1
        self.socket.settimeout(PATIENCE_S)
        return said


@contextlib.contextmanager
def service(*options, **variables):
    """(process, manager) of a server that has been started and has said nothing yet."""
    with tempfile.TemporaryDirectory() as folder:
        manager = Manager(folder)
        process = subprocess.Popen(
            [GUILDHALL, "serve", "--migrate", "--threads", str(THREADS), *options],
            env=environment(NOTIFY_SOCKET=manager.path, **variables),
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process, manager
        finally:
            process.kill()
            process.wait()


def get(address, path):
    with urllib.request.urlopen(f"http://{address}{path}", timeout=PATIENCE_S) as response:
        return response.status


def what_is_told_from_start_to_end():
    with service("--listen", "127.0.0.1:0") as (process, manager):
        assert manager.hears() == ["STATUS=Waiting for PostgreSQL"]
        ready, status = manager.hears()
        told = re.fullmatch(rf"STATUS=Serving on (127\.0\.0\.1:\d+) with {THREADS} threads", status)
        assert ready == "READY=1" and told, (ready, status)
        assert get(told[1], "/readyz") == 200

        process.send_signal(signal.SIGHUP)
        reloading, when = manager.hears()
        assert reloading == "RELOADING=1" and re.fullmatch(r"MONOTONIC_USEC=\d+", when), (reloading, when)
        assert manager.hears() == ["READY=1"]

        process.terminate()
        assert manager.hears()[0] == "STOPPING=1"
        assert process.wait(PATIENCE_S) == 0


def loops_of(process):
    """The threads that are loops: the first is the process's own. What a loop starts has its name."""
    named = {}
    for thread in sorted(Path(f"/proc/{process.pid}/task").iterdir(), key=lambda each: int(each.name)):
        named.setdefault((thread / "comm").read_text(encoding="utf-8").strip(), int(thread.name))
    return [process.pid] + [named[f"loop-{number}"] for number in range(1, THREADS)]


def the_watchdog_hears_nothing_while_one_loop_is_stuck():
    with service("--listen", "127.0.0.1:0", WATCHDOG_USEC=str(WATCHDOG_US)) as (process, manager):
        manager.hears()
        assert manager.hears()[0] == "READY=1"
        for loop in loops_of(process):
            assert manager.hears() == ["WATCHDOG=1"]
            with held_still(loop):
                # One may have been on its way.
                assert manager.pulses_within(WHILE_HELD_S) <= 1
            assert manager.hears() == ["WATCHDOG=1"]
        process.terminate()
        manager.hears_of_the_end()
        assert process.wait(PATIENCE_S) == 0


def a_server_that_starts_from_a_socket_unit_listens_there():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    activate = ["systemd-socket-activate", "--listen", f"127.0.0.1:{port}"]
    passed = [f"--setenv={name}" for name in environment() if name in ("DATABASE_URL", "GUILDHALL_JWT_SECRET", "PATH")]
    process = subprocess.Popen(
        [*activate, *passed, GUILDHALL, "serve", "--migrate"], env=environment(), stderr=subprocess.DEVNULL
    )
    try:
        # The one that starts it waits for it.
        until("a connection", lambda: get_or_none(port))
    finally:
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def get_or_none(port):
    try:
        return get(f"127.0.0.1:{port}", "/readyz") == 200
    except OSError:  # nobody listens yet
        return False


def configured(**variables):
    """{option: (value, origin)} as `guildhall config` prints it."""
    _, said, complained = guildhall("config", **variables)
    assert complained == "", complained
    return {line.split()[0]: tuple(line.split(maxsplit=2)[1:]) for line in said.splitlines()}


def is_ready(*where, **variables):
    """Does `guildhall health` say so, and end with 0?"""
    status, said, complained = guildhall("health", *where, **variables)
    return (status, complained) == (0, "") and json.loads(said)["ready"] is True


def health_is_asked_of_the_server_that_is_configured():
    with tempfile.TemporaryDirectory() as folder:
        there = {"GUILDHALL_LISTEN": f"unix:{folder}/sock"}
        status, said, complained = guildhall("health", **there)
        assert status == 1 and said == "" and "cannot reach" in complained, complained
        with service(**there) as (_, manager):
            manager.hears()
            assert manager.hears()[0] == "READY=1"
            assert is_ready(**there)
            assert guildhall("health", "--live", **there) == (0, "ok\n", "")
    with service("--listen", "127.0.0.1:0") as (_, manager):
        manager.hears()
        address = re.search(r"[\d.]+:\d+", manager.hears()[1])[0]
        assert is_ready(f"http://{address}/")
        everywhere = f"0.0.0.0:{address.split(':')[1]}"
        assert is_ready("--listen", everywhere)


def credentials_are_read_and_count_less_than_variables():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "guildhall_jwt-secret").write_text(SECRET, encoding="utf-8")
        Path(folder, "guildhall_database-url").write_text("postgresql://u:p@h/d\n", encoding="utf-8")
        Path(folder, "guildhall_listen").write_text("no secret", encoding="utf-8")
        alone = configured(CREDENTIALS_DIRECTORY=folder)
        assert alone["jwt-secret"][1] == f"{folder}/guildhall_jwt-secret", alone
        assert alone["database-url"] == ("postgresql://u:********@h/d", f"{folder}/guildhall_database-url"), alone
        assert alone["listen"][1] == "default", alone
        both = configured(CREDENTIALS_DIRECTORY=folder, GUILDHALL_DATABASE_URL="postgresql://v@h/d")
        assert both["database-url"] == ("postgresql://v@h/d", "GUILDHALL_DATABASE_URL"), both


def with_program(folder):
    """The unit, as it is where this program is installed."""
    unit = Path(UNIT).read_text(encoding="utf-8")
    changed, n = re.subn(r"(?m)^ExecStart=\S+ ", f"ExecStart={GUILDHALL} ", unit)
    assert n == 1, unit
    return [Path(folder, "guildhall.service"), Path(folder, "guildhall.socket")], changed


def systemd_understands_the_units():
    with tempfile.TemporaryDirectory() as folder:
        (service_unit, socket_unit), text = with_program(folder)
        service_unit.write_text(text, encoding="utf-8")
        socket_unit.write_bytes(Path(SOCKET_UNIT).read_bytes())
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", service_unit, socket_unit],
            capture_output=True,
            text=True,
            check=False,
        )
        # The machine's own units may be told of, too.
        told = [line for line in done.stderr.splitlines() if "guildhall" in line]
        assert done.returncode == 0 and not told, done.stderr


def systemd_finds_little_exposed():
    with tempfile.TemporaryDirectory() as folder:
        (service_unit, _), text = with_program(folder)
        service_unit.write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", service_unit],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


sys.exit(
    run(
        [
            what_is_told_from_start_to_end,
            the_watchdog_hears_nothing_while_one_loop_is_stuck,
            a_server_that_starts_from_a_socket_unit_listens_there,
            health_is_asked_of_the_server_that_is_configured,
            credentials_are_read_and_count_less_than_variables,
            systemd_understands_the_units,
            systemd_finds_little_exposed,
        ]
    )
)
