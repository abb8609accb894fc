#!/usr/bin/env python3
"""Runs what dockerfile.py has made as a container engine would, and ends it:

    tests/lib/with_postgres.sh tools/package/try_image.py OUT

The root is read-only, there is no home and no capability, and the network is the container's own: the
database is reached by its Unix socket. Says nothing when the server becomes healthy and ends well.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

OUT = Path(sys.argv[1]).resolve()
PATIENCE_S = 120
IMAGE = json.loads((OUT / "image.json").read_text(encoding="utf-8"))
DATABASE = os.environ["GUILDHALL_TEST_DATABASE_URL"]
SOCKETS = parse_qs(urlsplit(DATABASE).query)["host"][0]

MOUNTS = """
root=$1 sockets=$2
shift 2
ip link set lo up
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mkdir -p "$root$sockets"
mount --bind "$sockets" "$root$sockets"
mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"
"""


def as_user(words):
    user, group = IMAGE["user"].split(":")
    rights = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    return ["setpriv", f"--reuid={user}", f"--regid={group}", *rights, *words]


def environment():
    secret = {"GUILDHALL_JWT_SECRET": "a secret that only the tests of guildhall know"}
    return IMAGE["env"] | secret | {"GUILDHALL_DATABASE_URL": DATABASE}


def main():
    os.chmod(SOCKETS, 0o711)  # the container's user is none of this machine's
    unshare = ["unshare", "-mpn", "--fork", "--kill-child", "sh", "-ec", MOUNTS, "sh", OUT / "root", SOCKETS]
    starter = subprocess.Popen([*unshare, *as_user(IMAGE["command"])], env=environment())
    try:
        pid = child_of(starter)
        inside = ["nsenter", "-t", str(pid), "-m", "-p", "-n", "-r"]
        ends = time.monotonic() + PATIENCE_S
        while subprocess.run([*inside, *as_user(IMAGE["health"])], env=environment(), check=False).returncode != 0:
            assert time.monotonic() < ends and starter.poll() is None, "it does not become healthy"
            time.sleep(0.2)
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").split("\n")
        assert f"Uid:\t{chr(9).join([IMAGE['user'].split(':')[0]] * 4)}" in status, status
        written = subprocess.run([*inside, "touch", "/usr/bin/guildhall", "/etc/new"], capture_output=True, check=False)
        assert written.returncode != 0 and b"Read-only" in written.stderr, written
        os.kill(pid, signal.SIGTERM)
        assert starter.wait(PATIENCE_S) == 0, "it does not end well"
    finally:
        starter.kill()


def child_of(starter):
    """The first process in its namespace."""
    children = Path(f"/proc/{starter.pid}/task/{starter.pid}/children")
    while not (found := children.read_text(encoding="utf-8").split()):
        assert starter.poll() is None, "it does not start"
        time.sleep(0.05)
    return int(found[0])


main()
