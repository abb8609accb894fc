"""The program under test, run as a person runs it; and TAP, as a harness reads it."""

import json
import os
import pwd
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request
from pathlib import Path

GUILDHALL = Path(sys.argv[1]).resolve()
PATIENCE = 60  # seconds, for what takes one or two on an idle machine


def environment(**more):
    """Nothing of ours in it, whatever the caller's shell has, and no PostgreSQL along PATH: Debian's
    programs stand apart, and have to be found all the same."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GUILDHALL_", "PG")) and k != "DATABASE_URL"}
    return kept | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | more


def guildhall(*args, **variables):
    """Runs it to its end: exit status, stdout, stderr."""
    done = subprocess.run(
        [GUILDHALL, *args], capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment(**variables)
    )
    return done.returncode, done.stdout, done.stderr


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {PATIENCE} s for {what}")


def parent_of(process):
    # The second word of stat is a name in parentheses, which may hold anything.
    return int((process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def postmasters(state_dir):
    """The postgres processes that were started on the state directory's data; not their children."""
    data = str(Path(state_dir, "postgresql/data")).encode()
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if b"-D" in words and data in words:
                parents[int(process.name)] = parent_of(process)
        except OSError:  # it has ended meanwhile
            continue
    return [process for process, parent in parents.items() if parent not in parents]


def child_of(postmaster, kind):
    """Its process of this kind, as PostgreSQL names them."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if parent_of(process) == postmaster and kind.encode() in (process / "cmdline").read_bytes():
                return int(process.name)
        except OSError:  # it has ended meanwhile
            continue
    raise AssertionError(f"{postmaster} has no {kind}")


class Up:
    """`guildhall up` on a state directory, until stop() or kill()."""

    def __init__(self, state_dir, *args, user=None, program=GUILDHALL):
        self.state_dir = state_dir
        self.said = ""
        self.process = subprocess.Popen(
            [program, "up", "--state-dir", state_dir, "--listen", "127.0.0.1:0", "--threads", "2", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            user=user,
            extra_groups=[] if user else None,
        )
        self.log = ""
        self.readers = [
            threading.Thread(target=self.read, args=(name,), daemon=True) for name in ("stdout", "stderr")
        ]
        for reader in self.readers:
            reader.start()

    def read(self, name):
        for line in getattr(self.process, name):
            if name == "stdout":
                self.said += line
            else:
                self.log += line

    def serving(self):
        def address():
            if self.process.poll() is not None:
                raise AssertionError(f"guildhall ended with {self.process.returncode}: {self.log}")
            found = re.search(r"serves (http://\S+)", self.said)
            return "Ctrl-C" in self.said and found and found[1]

        self.url = until("guildhall to serve", address)
        return self

    def token(self, user):
        return re.search(rf"{user}'s token.*\n\s+(\S+)", self.said)[1]

    def ask(self, query, user="ann"):
        """The answer; asks again while the database is away, when it is told to."""
        request = urllib.request.Request(
            self.url,
            json.dumps({"query": query}).encode(),
            {"content-type": "application/json", "authorization": f"Bearer {self.token(user)}"},
        )

        def answer():
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                said = json.load(response)
            waits = [error["extensions"].get("retryAfterMs") for error in said.get("errors", [])]
            if not any(waits):
                return said
            time.sleep(max(waits) / 1000)
            return None

        return until("the database", answer)

    def send(self, text, room="GUILD#demo"):
        answer = self.ask(f'mutation {{ sendMessage(roomId: "{room}", text: "{text}") {{ seq }} }}')
        return answer["data"]["sendMessage"]["seq"]

    def texts(self, room="GUILD#demo"):
        answer = self.ask(f'{{ messages(roomId: "{room}", order: OLDEST_FIRST) {{ items {{ text }} }} }}')
        return [item["text"] for item in answer["data"]["messages"]["items"]]

    def stop(self, how=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        return status

    def kill(self):
        return self.stop(signal.SIGKILL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        until("PostgreSQL to end", lambda: not postmasters(self.state_dir))


def state_dir():
    """A temporary directory that PostgreSQL's user can reach, and that must not exist beforehand."""
    return tempfile.TemporaryDirectory(prefix="guildhall-test-", dir="/tmp")


def other_user():
    """A user that is not root, for tests that root runs; None when there is nobody to become."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return None


def run(cases):
    """Each case is a function whose name is a sentence; it raises, returns, or returns a reason to skip."""
    failed = 0
    print(f"1..{len(cases)}", flush=True)
    for number, case in enumerate(cases, 1):
        try:
            skipped = case()
        except Exception:  # whatever it is, it is told and the next case runs
            failed += 1
            print(f"not ok {number} - {case.__name__}")
            print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="", flush=True)
            continue
        print(f"ok {number} - {case.__name__}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
    return 1 if failed else 0
