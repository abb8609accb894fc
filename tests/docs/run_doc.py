#!/usr/bin/env python3
"""What a page of docs/ tells its reader to type is typed, in the order of the page. Speaks TAP.

    tests/lib/with_postgres.sh tests/docs/run_doc.py GUILDHALL PAGE [as-anybody]

Blocks of the page that begin with ```sh run are run, one after another, in one shell that ends at the first
command that fails; ```sh background runs until the page ends, and is waited for until it serves. What
stands in a ```text block behind one that was run must be what that printed, line by line; … stands for
anything in a line. All other blocks are only read.

The shell's folder is empty but for `tools` and `tests`, the repository's, `src`, a copy of its, `build`, where GUILDHALL
was built, and `node_modules`, those of tests/clients. `cc` compiles as meson does that built it ($CC and its words). Ports of
127.0.0.1 are exchanged for free ones, `tools/dev up` for the `guildhall up` that it ends in. DATABASE_URL names a
database of the page's own, PGHOST and PGUSER where it is: `createdb` makes another there. `as-anybody`: not as
root, which PostgreSQL's programs refuse to run as.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lib"))
import tap

GUILDHALL = Path(sys.argv[1]).resolve()
PAGE = Path(sys.argv[2])
PATIENCE = 120  # seconds, for a block, and for a server to be ready
AS_ANYBODY = "as-anybody" in sys.argv[3:]
END = "the block has ended"
FENCED = re.compile(r"^```([a-z]*) ?([a-z]*)\n(.*?)^```$", re.M | re.S)
LISTENER = re.compile(r"listen 127\.0\.0\.1:(\d+)")
PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")


class Ports(dict):
    """Free ones, by those that the page names."""

    def __init__(self):
        super().__init__()
        self.held = []

    def __missing__(self, port):
        """Held until the page ends: nobody who asks for any port gets it, and a server that names it does."""
        held = socket.socket()
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            held.setsockopt(socket.SOL_SOCKET, option, 1)
        held.bind(("127.0.0.1", 0))
        self.held.append(held)
        self[port] = str(held.getsockname()[1])
        return self[port]

    def exchanged(self, text):
        return PORT.sub(lambda found: self[found[0]], text)


def make_database():
    """What PostgreSQL's programs, and ours, need to find one that nobody else uses."""
    cluster = os.environ["GUILDHALL_TEST_DATABASE_URL"]
    name = f"docs_{os.getpid()}"
    subprocess.run(["psql", "-qc", f"CREATE DATABASE {name}", cluster], check=True)
    return {
        "DATABASE_URL": cluster.replace("/postgres?", f"/{name}?"),
        "PGHOST": cluster.split("host=")[1],
        "PGUSER": "postgres",
    }


def anybody():
    """A user who is not root, or None when we are not either."""
    if os.geteuid() != 0 or not AS_ANYBODY:
        return None
    return next(user for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody"))


def postgres_programs():
    return [str(initdb.parent) for initdb in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1:]]


class Reader:
    """Somebody who follows the page: a shell, and what was left running."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = Ports()
        self.running = []
        user = anybody()
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        self.shell = subprocess.Popen(
            ["bash", "-euo", "pipefail"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=self.environment(),
            start_new_session=True,
            **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}),
        )

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GUILDHALL_", "PG"))}
        return kept | make_database() | {
            "PATH": ":".join([f"{self.folder}/bin", *postgres_programs(), os.environ["PATH"]]),
            "HOME": self.folder,
            "GUILDHALL_LISTEN": f"127.0.0.1:{self.ports['8080']}",
            "GUILDHALL_STATE_DIR": f"{self.folder}/state",
        }

    def prepare(self, text):
        return self.ports.exchanged(text.replace("tools/dev up", "guildhall up"))

    def run(self, block):
        """What it printed; AssertionError when a command of it failed, or waits for what never comes."""
        self.shell.stdin.write(f"{self.prepare(block)}\nprintf '\\n%s\\n' '{END}'\n")
        self.shell.stdin.flush()
        end = threading.Timer(PATIENCE, os.killpg, (self.shell.pid, signal.SIGKILL))
        end.start()
        said = []
        try:
            for line in self.shell.stdout:
                if line == END + "\n":
                    return "".join(said)
                said.append(line)
        finally:
            end.cancel()
        raise AssertionError(f"the shell ended, or was ended after {PATIENCE} s, behind:\n" + "".join(said))

    def start(self, block):
        """Runs on; with the variables that the shell has by now."""
        log = f"{self.folder}/background-{len(self.running)}.log"
        ports = LISTENER.findall(block) or ["8080"]
        said = self.run(f"( {block.strip()} ) >{log} 2>&1 & echo $!")
        self.running.append(int(said))
        self.wait_for(ports[0], log)

    def wait_for(self, port, log):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[port]}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError("not ready:\n" + Path(log).read_text(encoding="utf-8"))

    def leave(self):
        """Servers that were left running are stopped as Ctrl-C would stop them."""
        self.shell.stdin.close()
        self.shell.wait()
        for group in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.shell.pid, group)
                self.wait_until_gone()
            except ProcessLookupError:
                return

    def wait_until_gone(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            os.killpg(self.shell.pid, 0)
            time.sleep(0.05)


def fits(expected, said):
    parts = [re.escape(part) for part in expected.strip().split("…")]
    return re.fullmatch(".*".join(parts), said.strip()) is not None


def case(reader, kind, block, expected):
    def holds():
        if kind == "background":
            reader.start(block)
            return True
        said = reader.run(block)
        wanted = reader.prepare(expected) if expected else None
        assert wanted is None or fits(wanted, said), f"it printed:\n{said}"
        return True

    return holds


def cases_of(page, reader):
    """(name, function) of each block that is run."""
    blocks = [(found[1], found[2], found[3]) for found in FENCED.finditer(page)]
    for at, (language, kind, block) in enumerate(blocks):
        if language != "sh" or kind not in ("run", "background"):
            continue
        follows = blocks[at + 1] if at + 1 < len(blocks) else ("", "", "")
        expected = follows[2] if follows[0] == "text" else None
        yield f"{PAGE.name}: {block.strip().splitlines()[0]}", case(reader, kind, block, expected)


def furnish(folder):
    os.chmod(folder, 0o755)  # a PostgreSQL of another user's has its folder in it
    os.mkdir(f"{folder}/bin")
    shutil.copy(GUILDHALL, f"{folder}/bin/guildhall")  # a copy: not everybody may look into this folder
    compiler = Path(f"{folder}/bin/cc")
    path, command = os.environ["PATH"], os.environ.get("CC", "cc")
    compiler.write_text(f"#!/bin/sh\nPATH='{path}' exec {command} \"$@\"\n", encoding="utf-8")
    compiler.chmod(0o755)
    for name in ("tools", "tests"):
        os.symlink(ROOT / name, f"{folder}/{name}")
    shutil.copytree(ROOT / "src", f"{folder}/src")  # what a page writes there does not get into the repository
    os.symlink(GUILDHALL.parent, f"{folder}/build")
    os.symlink(ROOT / "tests/clients/node_modules", f"{folder}/node_modules")


def main():
    folder = tempfile.mkdtemp(prefix="guildhall-docs-")
    furnish(folder)
    reader = Reader(folder)
    try:
        found = list(cases_of(PAGE.read_text(encoding="utf-8"), reader))
        assert found, f"{PAGE} has nothing to run"
        tap.tell(found)
    finally:
        reader.leave()
        shutil.rmtree(folder, ignore_errors=True)


main()
