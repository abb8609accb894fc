#!/usr/bin/env python3
"""`guildhall validate`: verdicts, places, formats and exit codes. Speaks TAP.

    tests/cli/test_validate.py GUILDHALL
"""

import json
import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

from program import GUILDHALL, PATIENCE, environment, guildhall, run

SCHEMA = "type Query { hello(name: String): String pet: Pet }\ntype Pet { name: String! }\n"
UNKNOWN = 'Cannot query field "bark" on type "Pet".'


class Folder:
    """A working directory with these files in it."""

    def __init__(self, **files):
        self.files = {"schema.graphql": SCHEMA} | {name.replace("__", "."): text for name, text in files.items()}

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        for name, text in self.files.items():
            Path(self.temporary.name, name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def run(self, *args, stdin=b"", **variables):
        done = subprocess.run(
            [GUILDHALL, *args],
            input=stdin,
            capture_output=True,
            cwd=self.temporary.name,
            timeout=PATIENCE,
            check=False,
            env=environment(**variables),
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def validate(self, *args, **more):
        return self.run("validate", "--schema", "schema.graphql", *args, **more)


def error(message, *places):
    return {"message": message, "locations": [{"line": line, "column": column} for line, column in places]}


def a_valid_document_is_an_empty_array():
    with Folder(ok__graphql="{ hello }") as folder:
        assert folder.validate("--format", "json", "ok.graphql") == (0, "[]\n", "")
        status, said, complained = folder.validate("ok.graphql")
        assert (status, said, complained) == (0, "1 document is valid\n", ""), said


def an_invalid_document_is_an_array_of_messages_and_locations():
    with Folder(bad__graphql="{\n  pet { bark }\n  a: hello\n  a: pet { name }\n}") as folder:
        status, said, _ = folder.validate("bad.graphql", "--format", "json")
        conflict = 'Fields "a" conflict because "hello" and "pet" are different fields. '
        conflict += "Use different aliases on the fields to fetch both if this was intentional."
        assert status == 1 and json.loads(said) == [error(conflict, (3, 3), (4, 3)), error(UNKNOWN, (2, 9))], said


def several_documents_are_an_object_by_path():
    with Folder(a__graphql="{ hello }", b__graphql="{ pet { bark } }") as folder:
        status, said, _ = folder.validate("--format=json", "b.graphql", "./a.graphql", "b.graphql")
        assert status == 1
        assert list(json.loads(said).items()) == [("b.graphql", [error(UNKNOWN, (1, 9))]), ("./a.graphql", [])], said
        assert said.count('"b.graphql"') == 1, "a document that is named twice is told of once: " + said


def each_document_is_validated_by_itself():
    with Folder(a__graphql="{ pet { ...F } }", b__graphql="fragment F on Pet { name }") as folder:
        status, said, _ = folder.validate("--format=json", "a.graphql", "b.graphql")
        assert status == 1
        assert json.loads(said) == {
            "a.graphql": [error('Unknown fragment "F".', (1, 12))],
            "b.graphql": [error('Fragment "F" is never used.', (1, 1))],
        }, said


def text_shows_the_place_the_message_and_the_line():
    with Folder(bad__graphql="query Q {\n\tpet {\n\t\tbark\n\t}\n}\n") as folder:
        status, said, complained = folder.validate("bad.graphql")
        assert status == 1 and complained == ""
        lines = said.splitlines()
        assert lines[0] == f"bad.graphql:3:3: error: {UNKNOWN}", said
        assert lines[1] == "     3 | \t\tbark" and lines[2] == "       | \t\t^", said
        assert lines[-1] == "1 error in 1 of 1 document", said


def text_cuts_what_is_before_and_behind_the_place_out_of_a_long_line():
    body = "{ " + "hello " * 500 + "pet { bark } " + "hello " * 500 + "}"
    with Folder(bad__graphql=body) as folder:
        lines = folder.validate("bad.graphql")[1].splitlines()
        assert lines[0].startswith("bad.graphql:1:3009: "), lines[0]
        assert len(lines[1]) < 120 and lines[1].endswith("…"), lines[1]
        assert lines[1][lines[2].index("^") :].startswith("bark"), lines


def text_points_at_the_character_behind_wide_ones():
    with Folder(bad__graphql='{ hello(name: "日本") pet { bark } }') as folder:
        lines = folder.validate("bad.graphql")[1].splitlines()
        assert lines[0].startswith("bad.graphql:1:27: "), lines[0]
        # On a terminal the two ideographs take a column more each.
        assert lines[2].index("^") == lines[1].index("bark") + 2, lines


def text_does_not_let_a_document_steer_the_terminal():
    with Folder(bad__graphql='{ hello(name: "\x1b[2J\u202e") pet { bark } }') as folder:
        said = folder.validate("bad.graphql")[1]
        assert "\x1b" not in said and '"\ufffd[2J\ufffd")' in said, said


def github_annotations_name_file_line_and_column():
    with Folder(**{"odd,na:me%.graphql": "{ pet { bark } }"}) as folder:
        status, said, _ = folder.validate("--format", "github", "odd,na:me%.graphql")
        assert status == 1 and said == f"::error file=odd%2Cna%3Ame%25.graphql,line=1,col=9::{UNKNOWN}\n", said


def github_annotations_hold_their_message_on_one_line():
    with Folder(bad__graphql='{ hello(name: [""""100%\nof\n  it"""]) }') as folder:
        status, said, _ = folder.validate("--format", "github", "bad.graphql")
        assert status == 1 and said.count("\n") == 1 and "100%25%0Aof%0A  it" in said, said


def a_document_that_does_not_parse_does_not_hold():
    with Folder(bad__graphql="{ pet {\n") as folder:
        status, said, _ = folder.validate("--format", "json", "bad.graphql")
        assert status == 1
        assert json.loads(said) == [error("Syntax Error: Expected Name, found <EOF>.", (2, 1))], said


def a_dash_is_the_standard_input():
    with Folder(a__graphql="{ hello }") as folder:
        status, said, _ = folder.validate("--format", "json", "-", stdin=b"{ pet { bark } }")
        assert status == 1 and json.loads(said) == [error(UNKNOWN, (1, 9))], said
        assert folder.validate("--format", "json", "-", "a.graphql", stdin=b"{ hello }")[1] == '{"-":[],"a.graphql":[]}\n'
        assert folder.run("validate", "--schema", "-", "a.graphql", stdin=SCHEMA.encode())[0] == 0
        assert folder.run("validate", "--schema", "-", "-", stdin=SCHEMA.encode())[0] == 2


def what_follows_two_dashes_is_a_document():
    with Folder(**{"--odd.graphql": "{ hello }"}) as folder:
        assert folder.validate("--", "--odd.graphql")[0] == 0
        assert folder.validate("--odd.graphql")[0] == 2


def line_ends_of_windows_count_once():
    with Folder(bad__graphql=b"{\r\n  pet {\r\n    bark\r\n  }\r\n}\r\n") as folder:
        status, said, _ = folder.validate("bad.graphql")
        assert status == 1 and said.startswith("bad.graphql:3:5: ") and "\r" not in said, said


def a_byte_order_mark_is_no_error_and_takes_no_room():
    with Folder(ok__graphql="\ufeff{ hello }", bad__graphql="\ufeff{ pet { bark } }") as folder:
        assert folder.validate("ok.graphql")[0] == 0
        status, said, _ = folder.validate("bad.graphql")
        assert status == 1
        # A code point like any other to GraphQL, and to graphql-js; no column of a terminal.
        lines = said.splitlines()
        assert lines[0].startswith("bad.graphql:1:10: "), lines
        assert lines[2].index("^") == lines[1].replace("\ufeff", "").index("bark"), lines


def at_most_a_hundred_errors_of_a_document_are_told():
    with Folder(bad__graphql="{ " + " ".join(f"x{i}" for i in range(500)) + " }") as folder:
        errors = json.loads(folder.validate("--format", "json", "bad.graphql")[1])
        assert len(errors) == 101, len(errors)
        assert errors[-1] == error("Too many validation errors, error limit reached. Validation aborted."), errors[-1]
        said = folder.validate("bad.graphql")[1]
        assert said.splitlines()[-1] == "at least 100 errors in 1 of 1 document", said


def without_a_schema_it_is_the_built_in_one():
    with Folder(ok__graphql="{ viewer { userId } }") as folder:
        assert folder.run("validate", "ok.graphql")[0] == 0
        assert folder.validate("ok.graphql")[0] == 1


def a_file_that_cannot_be_read_is_not_judged_and_the_others_are():
    with Folder(bad__graphql="{ pet { bark } }") as folder:
        status, said, complained = folder.validate("--format", "json", "nowhere.graphql")
        assert (status, said) == (2, "") and "nowhere.graphql" in complained, complained
        status, said, complained = folder.validate("--format", "json", "nowhere.graphql", "bad.graphql", ".")
        assert status == 2 and json.loads(said) == {"bad.graphql": [error(UNKNOWN, (1, 9))]}, said
        assert "nowhere.graphql: No such file" in complained and "directory" in complained.splitlines()[1], complained


def the_last_line_counts_files_that_cannot_be_read():
    with Folder(ok__graphql="{ hello }", bad__graphql="{ pet { bark } }") as folder:
        for args, last in (
            (["gone.graphql"], "1 file could not be read"),
            (["ok.graphql", "gone.graphql", "."], "1 document is valid, 2 files could not be read"),
            (["bad.graphql", "gone.graphql"], "1 error in 1 of 1 document, 1 file could not be read"),
        ):
            status, said, _ = folder.validate(*args)
            assert status == 2 and said.splitlines()[-1] == last, said


def github_is_told_what_cannot_be_judged():
    with Folder(ok__graphql="{ hello }", bad__json="{") as folder:
        status, said, complained = folder.validate("--format", "github", "gone.graphql", "ok.graphql")
        words = "cannot open gone.graphql: No such file or directory"
        assert status == 2 and said == f"::error file=gone.graphql::{words}\n", said
        assert complained == f"guildhall: {words}\n", complained
        status, said, _ = folder.run("validate", "--format", "github", "--schema", "bad.json", "ok.graphql")
        assert status == 2 and said.startswith("::error file=bad.json::bad.json:1:"), said
        status, said, _ = folder.run("validate", "--format", "github", "--schema", "-", "ok.graphql", stdin=b"type")
        assert status == 2 and said.startswith("::error::Syntax Error"), said


def an_invalid_schema_is_shown_with_its_places():
    with Folder(a__graphql="{ hello }", schema__graphql="type Query {\n  pet: Animal\n}\n") as folder:
        unknown = error('Unknown type "Animal".', (2, 8))
        status, said, complained = folder.validate("--format", "json", "a.graphql")
        assert status == 2 and json.loads(said) == [unknown], said
        assert "schema.graphql is no valid schema" in complained, complained
        assert json.loads(folder.validate("--format", "json", "a.graphql", "-")[1]) == {"schema.graphql": [unknown]}
        status, said, _ = folder.validate("a.graphql")
        assert status == 2 and said.startswith('schema.graphql:2:8: error: Unknown type "Animal".\n'), said
        assert "     2 |   pet: Animal\n       |        ^\n" in said, said
        said = folder.validate("--format", "github", "a.graphql")[1]
        assert said == '::error file=schema.graphql,line=2,col=8::Unknown type "Animal".\n', said


def wrong_options_are_not_judged():
    for args in ([], ["--format", "xml", "a"], ["--shema", "a", "b"], ["--schema"], ["--timeout", "soon", "a"]):
        status, said, complained = guildhall("validate", *args)
        assert status == 2 and said == "" and complained.startswith("guildhall: "), (args, complained)


def what_cannot_be_written_is_not_judged():
    if not Path("/dev/full").exists():
        return "there is no /dev/full"
    with Folder(ok__graphql="{ hello }") as folder, open("/dev/full", "wb") as full:
        done = subprocess.run(
            [GUILDHALL, "validate", "--schema", "schema.graphql", "ok.graphql"],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=folder.temporary.name,
            timeout=PATIENCE,
            check=False,
            env=environment(),
        )
        assert done.returncode == 2 and b"No space left on device" in done.stderr, done.stderr


def on_terminal(folder, **variables):
    """What it writes when its standard output is a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [GUILDHALL, "validate", "--schema", "schema.graphql", "bad.graphql"],
        stdout=theirs,
        cwd=folder.temporary.name,
        env=environment(TERM="xterm", **variables),
    ) as process:
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 65536):
                said += piece
        except OSError:  # how a terminal ends
            pass
        os.close(ours)
        process.wait(PATIENCE)
    return said.decode()


def colour_is_for_terminals_only():
    with Folder(bad__graphql="{ pet { bark } }") as folder:
        assert "\x1b[" not in folder.validate("bad.graphql", TERM="xterm")[1]
        assert "\x1b[1;31m" in on_terminal(folder)
        assert on_terminal(folder).endswith("1 error in 1 of 1 document\x1b[0m\r\n")
        assert "\x1b" not in on_terminal(folder, NO_COLOR="1")


sys.exit(
    run(
        [
            a_valid_document_is_an_empty_array,
            an_invalid_document_is_an_array_of_messages_and_locations,
            several_documents_are_an_object_by_path,
            each_document_is_validated_by_itself,
            text_shows_the_place_the_message_and_the_line,
            text_cuts_what_is_before_and_behind_the_place_out_of_a_long_line,
            text_points_at_the_character_behind_wide_ones,
            text_does_not_let_a_document_steer_the_terminal,
            github_annotations_name_file_line_and_column,
            github_annotations_hold_their_message_on_one_line,
            a_document_that_does_not_parse_does_not_hold,
            a_dash_is_the_standard_input,
            what_follows_two_dashes_is_a_document,
            line_ends_of_windows_count_once,
            a_byte_order_mark_is_no_error_and_takes_no_room,
            at_most_a_hundred_errors_of_a_document_are_told,
            without_a_schema_it_is_the_built_in_one,
            a_file_that_cannot_be_read_is_not_judged_and_the_others_are,
            the_last_line_counts_files_that_cannot_be_read,
            github_is_told_what_cannot_be_judged,
            an_invalid_schema_is_shown_with_its_places,
            wrong_options_are_not_judged,
            what_cannot_be_written_is_not_judged,
            colour_is_for_terminals_only,
        ]
    )
)
