#!/usr/bin/env python3
"""guildhall room and guildhall guild: what an operator does on the database. Speaks TAP.

    tests/lib/with_postgres.sh tests/cli/test_rooms.py GUILDHALL
"""

import os
import re
import subprocess
import sys

from program import guildhall, run

DATABASE = os.environ["GUILDHALL_TEST_DATABASE_URL"]


def on_database(*args, status=0):
    """stdout of the command, which ends with this status; and stderr, where that is not 0."""
    ended, said, complained = guildhall(*args, DATABASE_URL=DATABASE)
    assert ended == status, (args, ended, said, complained)
    if status == 0:
        assert complained == "", complained
        return said
    assert said == "" and complained.startswith("guildhall: ") and complained.count("\n") == 1, (said, complained)
    return complained


def sql(statement):
    return subprocess.run(
        ["psql", DATABASE, "-XAtqv", "ON_ERROR_STOP=1", "-c", statement], capture_output=True, text=True, check=True
    ).stdout


def a_database_without_the_schema_says_what_to_do():
    assert "run: guildhall migrate" in on_database("room", "list", status=1)
    on_database("migrate")


def help_is_there_for_each():
    for group in ("room", "guild"):
        status, said, _ = guildhall(group, "--help")
        assert status == 0 and "create" in said, said
        for command in ("create", "list", "show", "members", "add", "remove"):
            status, said, complained = guildhall(group, command, "--help")
            assert status == 0 and complained == "" and said.startswith(f"guildhall {group} {command}"), said
            assert "--tenant TEXT" in said and "Exit status" in said, said


def a_room_is_made_and_shown():
    assert on_database("room", "create", "--owner", "ann", "--members", "bob, carl", "--name", "A\tclub", "club") == "club\n"
    assert on_database("room", "show", "club") == (
        "id: club\nkind: GROUP\nvisibility: PRIVATE\nname: A\\tclub\nmembers: 3\nlastSeq: 0\n"
    )
    assert on_database("room", "members", "club") == "ann\tOWNER\nbob\tMEMBER\ncarl\tMEMBER\n"
    assert re.fullmatch(r"[0-9a-f-]{36}\n", on_database("room", "create", "--owner", "ann", "--tenant", "other"))


def what_is_there_already_is_refused():
    assert 'There is already the room "club".' in on_database("room", "create", "--owner", "eve", "club", status=1)


def members_are_added_and_removed():
    on_database("room", "add", "--role", "ADMIN", "club", "bob", "dan")
    assert on_database("room", "members", "club") == "ann\tOWNER\nbob\tADMIN\ncarl\tMEMBER\ndan\tADMIN\n"
    on_database("room", "remove", "club", "bob", "carl")
    assert on_database("room", "members", "club") == "ann\tOWNER\ndan\tADMIN\n"
    assert sql("select seq, type, sender_id, text from gg_core order by seq") == (
        "1|MemberRemoved|operator|bob\n2|MemberRemoved|operator|carl\n"
    )


def the_last_owner_stays_for_an_operator_too():
    assert "OWNER" in on_database("room", "remove", "club", "ann", status=1)
    assert "nobody: That user is not a member" in on_database("room", "remove", "club", "nobody", status=1)


def what_is_not_there_says_where_it_was_looked_for():
    assert 'no room "club"' in (said := on_database("room", "show", "--tenant", "other", "club", status=1))
    assert 'In the tenant "other": see --tenant' in said, said
    assert 'no guild "blue"' in on_database("room", "create", "--owner", "ann", "GUILD#blue#tea", status=1)
    assert "no guild" in on_database("guild", "show", "no such id", status=1)


def servers_hear_of_a_removal():
    """As LISTEN has it on another connection, once the command has ended."""
    on_database("room", "add", "club", "gil")
    listener = subprocess.Popen(
        ["psql", DATABASE, "-XAtq"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    listener.stdin.write("LISTEN guildhall;\nSELECT 'ready';\n")
    listener.stdin.flush()
    assert listener.stdout.readline() == "ready\n"
    on_database("room", "remove", "club", "gil")
    said, _ = listener.communicate("SELECT 1;\n")
    assert '{"tenant" : "default", "room" : "club", "seq" : 3}' in said, said


def rooms_are_listed_page_by_page():
    sql(
        "insert into room (tenant_id, room_id, kind, created_at)"
        " select 'big', 'room-' || lpad(i::text, 3, '0'), 'CHANNEL', 0 from generate_series(1, 401) i"
    )
    lines = on_database("room", "list", "--tenant", "big").splitlines()
    assert len(lines) == 401, len(lines)
    assert lines[0] == "room-001\tCHANNEL\tPRIVATE\t0\t0\t" and lines[-1].startswith("room-401\t"), lines
    assert on_database("room", "list", "--tenant", "nobody") == ""


def what_does_not_fit_is_not_cut_off_in_silence():
    """A name that no command or mutation would have taken."""
    sql("insert into room (tenant_id, room_id, name, created_at) values ('big', 'named', repeat('x', 5000), 0)")
    assert "more to print" in on_database("room", "show", "--tenant", "big", "named", status=1)
    sql("delete from room where room_id = 'named'")


def a_direct_room_is_a_pairs():
    made = on_database("room", "create", "--owner", "ann", "--members", "bob", "--kind", "DIRECT")
    assert on_database("room", "create", "--owner", "bob", "--members", "ann", "--kind", "DIRECT") == made
    on_database("room", "create", "--owner", "ann", "--kind", "DIRECT", status=2)


def a_guild_has_rooms_and_members():
    assert on_database("guild", "create", "--owner", "ann", "--name", "The Reds", "red") == "red\n"
    on_database("room", "create", "--owner", "ann", "--kind", "CHANNEL", "GUILD#red#tea")
    on_database("guild", "add", "red", "bob", "carl")
    assert on_database("guild", "show", "red") == (
        "id: red\nname: The Reds\nmembers: 3\nroom: GUILD#red\nroom: GUILD#red#tea\n"
    )
    on_database("guild", "remove", "red", "bob")
    assert on_database("guild", "members", "red") == "ann\tOWNER\ncarl\tMEMBER\n"
    assert on_database("guild", "list") == "red\t2\tThe Reds\n"
    assert sql("select room_id, text from gg_guild order by 1") == "GUILD#red|bob\nGUILD#red#tea|bob\n"
    assert "guildhall guild" in on_database("room", "add", "GUILD#red", "dan", status=2)
    on_database("guild", "show", "blue", status=1)


def what_is_asked_for_wrongly_ends_with_2():
    for args in (
        ("room",),
        ("room", "show"),
        ("room", "show", "club", "club"),
        ("room", "list", "club"),
        ("room", "create", "club2"),
        ("room", "create", "--owner", "ann", "no spaces"),
        ("room", "create", "--owner", "a\x07b"),
        ("room", "create", "--owner", "ann", "--name", "x" * 121),
        ("room", "create", "--owner", "ann", "--tenant", ""),
        ("room", "create", "--owner", "ann", "--tenant", "a\tb"),
        ("room", "create", "--owner", "ann", "--visibility", "PUBLIC", "GUILD#red#open"),
        ("room", "add", "club"),
        ("room", "add", "club", "ann", "ann"),
        ("room", "add", "--role", "KING", "club", "ann"),
        ("room", "list", "--role", "OWNER"),
        ("guild", "create", "--owner", "ann", "green"),
        ("guild", "create", "--owner", "ann", "--name", "x", "a#b"),
    ):
        status, said, complained = guildhall(*args, DATABASE_URL=DATABASE)
        assert status == 2 and said == "" and complained, (args, status, said, complained)
    status, _, complained = guildhall("room", "list", GUILDHALL_STATE_DIR="/nowhere")
    assert status == 2 and "no database: set --database URL" in complained, complained


sys.exit(
    run(
        [
            a_database_without_the_schema_says_what_to_do,
            help_is_there_for_each,
            a_room_is_made_and_shown,
            what_is_there_already_is_refused,
            members_are_added_and_removed,
            the_last_owner_stays_for_an_operator_too,
            what_is_not_there_says_where_it_was_looked_for,
            servers_hear_of_a_removal,
            rooms_are_listed_page_by_page,
            what_does_not_fit_is_not_cut_off_in_silence,
            a_direct_room_is_a_pairs,
            a_guild_has_rooms_and_members,
            what_is_asked_for_wrongly_ends_with_2,
        ]
    )
)
