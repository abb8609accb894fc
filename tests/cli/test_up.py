#!/usr/bin/env python3
"""`guildhall up` and its PostgreSQL: started once, ended together, found again. Speaks TAP.

    tests/cli/test_up.py GUILDHALL
"""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from program import GUILDHALL, Up, child_of, guildhall, other_user, postmasters, run, state_dir, until


def a_newcomer_can_send_and_read():
    with state_dir() as state, Up(state) as up:
        up.serving()
        assert up.send("hello") == 1
        assert up.send("hello", room="lobby") == 1
        assert up.texts() == ["hello"]
        assert up.ask("{ viewer { userId } }", user="bob")["data"]["viewer"]["userId"] == "bob"


def ask_by_hand(command):
    """What a shell prints for it, once the database is there."""

    def answer():
        said = subprocess.check_output(["sh", "-c", command], text=True)
        return None if '"UNAVAILABLE"' in said else said

    return until("the database", answer)


def the_lines_it_prints_work_in_a_shell():
    with state_dir() as state, Up(state) as up:
        up.serving()
        token = re.search(r"TOKEN=\S+", up.said)[0]
        lines = re.findall(r"curl .*\\\n.*", up.said)
        assert len(lines) == 2, up.said
        said = [ask_by_hand(f"{token}\n{line}") for line in lines]
        assert '"seq":1' in said[0] and '"text":"hello"' in said[1], said


def its_follower_prints_messages():
    root = Path(__file__).resolve().parents[2]
    with state_dir() as state, Up(state) as up:
        up.serving()
        token = re.search(r"TOKEN=\S+", up.said)[0]
        line = re.search(r"tools/follow .*", up.said)[0]
        up.send("before")
        command = f"{token}\nexec {line} 2000-01-01T00:00:00Z"
        with subprocess.Popen(["sh", "-c", command], cwd=root, stdout=subprocess.PIPE, text=True) as follower:
            assert follower.stdout.readline().endswith("ann: before\n")
            up.send("after")
            assert follower.stdout.readline().endswith("ann: after\n")
            follower.send_signal(signal.SIGINT)


def its_rooms_are_at_hand_for_an_operator():
    with state_dir() as state, Up(state) as up:
        up.serving()
        ended, said, told = guildhall("room", "list", "--state-dir", state)
        assert (ended, sorted(line.split("\t")[0] for line in said.splitlines())) == (0, ["GUILD#demo", "lobby"]), (said, told)
        assert told == f"guildhall: on the database of the `guildhall up` that runs in {state}\n", told
        assert guildhall("room", "create", "--owner", "ann", "--state-dir", state, "attic")[:2] == (0, "attic\n")
        assert up.send("up here", room="attic") == 1
        up.stop()
        for away in (state, f"{state}/nowhere"):
            ended, said, told = guildhall("room", "list", "--state-dir", away)
            assert (ended, said) == (2, "") and "set --database URL" in told and f"runs in {away} (--state-dir)" in told, told


def a_database_that_is_named_is_taken_whatever_up_runs():
    with state_dir() as state, Up(state) as up:
        up.serving()
        nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
        ended, said, told = guildhall("room", "list", "--state-dir", state, "--database", nowhere)
        assert (ended, said) == (1, "") and "127.0.0.1" in told and "guildhall up" not in told, told


def both_end_when_it_is_interrupted():
    for how in (signal.SIGINT, signal.SIGTERM):
        with state_dir() as state, Up(state) as up:
            up.serving()
            assert len(postmasters(state)) == 1
            assert up.stop(how) == 0, up.log
            assert postmasters(state) == []
            assert not Path(state, "postgresql/data/postmaster.pid").exists()


def what_was_sent_is_there_after_a_restart():
    with state_dir() as state:
        with Up(state) as up:
            up.serving().send("one")
            token = up.token("ann")
            assert up.stop() == 0
        with Up(state) as up:
            up.serving().send("two")
            assert up.texts() == ["one", "two"]
            up.said = up.said.replace(up.token("ann"), token)
            assert up.texts() == ["one", "two"], "the token of the first run is good in the second"


def what_was_sent_is_there_after_it_was_killed():
    with state_dir() as state:
        with Up(state) as up:
            up.serving().send("one")
            up.kill()
            with Up(state) as again:
                again.serving().send("two")
                assert len(postmasters(state)) == 1
                assert again.texts() == ["one", "two"]


def its_postgresql_ends_when_it_was_killed():
    with state_dir() as state, Up(state) as up:
        up.serving()
        up.kill()
        until("PostgreSQL to end", lambda: not postmasters(state))


def a_postgresql_that_is_killed_comes_back():
    with state_dir() as state, Up(state) as up:
        up.serving().send("one")
        (before,) = postmasters(state)
        os.kill(before, signal.SIGKILL)
        until("another PostgreSQL", lambda: postmasters(state) not in ([], [before]))
        up.send("two")
        assert up.texts() == ["one", "two"]
        assert up.stop() == 0
        assert postmasters(state) == []


def both_may_be_killed():
    with state_dir() as state:
        with Up(state) as up:
            up.serving().send("one")
            (postmaster,) = postmasters(state)
            up.kill()
            os.kill(postmaster, signal.SIGKILL)
            with Up(state) as again:
                assert again.serving().texts() == ["one"]


def one_that_does_not_end_when_it_should_is_ended_by_the_next_run():
    with state_dir() as state:
        with Up(state) as up:
            up.serving().send("one")
            (postmaster,) = postmasters(state)
            os.kill(child_of(postmaster, "checkpointer"), signal.SIGSTOP)
            up.kill()
            with Up(state) as again:
                assert again.serving().texts() == ["one"]
                assert postmaster not in postmasters(state)


def one_that_was_killed_while_it_made_its_data_begins_anew():
    with state_dir() as state:
        with Up(state) as up:
            until("initdb", lambda: any(Path(state).glob("postgresql/data.new")))
            up.kill()
        with Up(state) as up:
            assert up.serving().send("one") == 1
            assert not Path(state, "postgresql/data.new").exists()


def a_second_on_the_same_directory_is_refused():
    with state_dir() as state, Up(state) as up:
        up.serving()
        status, said, complained = guildhall("up", "--state-dir", state, "--listen", "127.0.0.1:0")
        assert status == 1 and said == "", said
        assert state in complained and str(up.process.pid) in complained, complained
        assert len(postmasters(state)) == 1
        assert up.send("still here") == 1


def a_port_in_use_is_named_and_nothing_is_left():
    with state_dir() as state, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, said, complained = guildhall("up", "--state-dir", state, "--listen", f"127.0.0.1:{port}")
        assert status == 1 and said == "", said
        assert port in complained and "--listen" in complained, complained
        assert postmasters(state) == []


def nobody_else_may_look_inside():
    with state_dir() as state, Up(state) as up:
        up.serving()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in Path(state).iterdir()}
        assert modes == {"jwt-secret": 0o600, "lock": 0o600, "postgres.log": 0o600, "postgresql": 0o700}, modes
        assert stat.S_IMODE(Path(state, "postgresql/run").stat().st_mode) == 0o700
        assert not Path(state).stat().st_mode & 0o066


def a_path_too_long_for_a_socket_will_do():
    with state_dir() as state:
        deep = str(Path(state, "d" * 100, "e" * 100))
        os.chmod(state, 0o711)
        with Up(deep) as up:
            assert up.serving().send("one") == 1
            (postmaster,) = postmasters(deep)
            words = Path(f"/proc/{postmaster}/cmdline").read_text(encoding="utf-8").split("\0")
            sockets = Path(words[words.index("-k") + 1])
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
            assert guildhall("room", "show", "--state-dir", deep, "lobby")[0] == 0
            assert up.stop() == 0
            assert not sockets.exists()


def a_path_with_odd_characters_will_do():
    with state_dir() as state:
        os.chmod(state, 0o711)
        odd = str(Path(state, "it's \"a\", \\ path"))
        with Up(odd) as up:
            assert up.serving().send("one") == 1
            assert guildhall("room", "show", "--state-dir", odd, "lobby")[0] == 0
            assert up.stop() == 0


def a_directory_that_others_may_write_to_is_refused():
    with state_dir() as state:
        os.chmod(state, 0o777)
        status, _, complained = guildhall("up", "--state-dir", state)
        assert status == 1 and state in complained and "write" in complained, complained


def a_directory_that_postgresql_cannot_reach_is_named():
    if os.geteuid() != 0:
        return "only root runs PostgreSQL as another user"
    with state_dir() as state:
        status, _, complained = guildhall("up", "--state-dir", str(Path(state, "inside")))
        assert status == 1 and "inside" in complained and "--state-dir" in complained, complained
        assert postmasters(state) == []


def a_database_that_cannot_start_shows_its_log():
    with state_dir() as state:
        with Up(state) as up:
            up.serving()
            up.stop()
        with Path(state, "postgresql/data/postgresql.conf").open("a", encoding="ascii") as settings:
            settings.write("no_such_setting = 1\n")
        status, said, complained = guildhall("up", "--state-dir", state)
        assert status == 1 and said == "", said
        assert "postgres.log" in complained and "no_such_setting" in complained, complained


def it_runs_for_an_ordinary_user():
    user = other_user()
    if user is None:
        return "the other tests run as an ordinary user already"
    with state_dir() as state, tempfile.TemporaryDirectory() as elsewhere:
        os.chown(state, user, -1)
        # The clone may lie where that user may not go: under /root, say.
        os.chmod(elsewhere, 0o755)
        program = shutil.copy(GUILDHALL, elsewhere)
        with Up(state, user=user, program=program) as up:
            assert up.serving().send("one") == 1
            (postmaster,) = postmasters(state)
            assert Path(f"/proc/{postmaster}").stat().st_uid == user
            assert up.stop() == 0
            assert postmasters(state) == []


sys.exit(
    run(
        [
            a_newcomer_can_send_and_read,
            the_lines_it_prints_work_in_a_shell,
            its_follower_prints_messages,
            its_rooms_are_at_hand_for_an_operator,
            a_database_that_is_named_is_taken_whatever_up_runs,
            both_end_when_it_is_interrupted,
            what_was_sent_is_there_after_a_restart,
            what_was_sent_is_there_after_it_was_killed,
            its_postgresql_ends_when_it_was_killed,
            a_postgresql_that_is_killed_comes_back,
            both_may_be_killed,
            one_that_does_not_end_when_it_should_is_ended_by_the_next_run,
            one_that_was_killed_while_it_made_its_data_begins_anew,
            a_second_on_the_same_directory_is_refused,
            a_port_in_use_is_named_and_nothing_is_left,
            nobody_else_may_look_inside,
            a_path_too_long_for_a_socket_will_do,
            a_path_with_odd_characters_will_do,
            a_directory_that_others_may_write_to_is_refused,
            a_directory_that_postgresql_cannot_reach_is_named,
            a_database_that_cannot_start_shows_its_log,
            it_runs_for_an_ordinary_user,
        ]
    )
)
