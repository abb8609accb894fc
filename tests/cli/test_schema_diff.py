#!/usr/bin/env python3
"""`guildhall schema diff`: verdicts, allowances, places and formats. Speaks TAP.

    tests/cli/test_schema_diff.py GUILDHALL
"""

import json
import sys

from program import run
from schemas import Folder, Server, refused

OLD = """type Query {
  a(x: Int): Int
  b: String
}

enum Kind {
  ONE
}
"""
NEW = """type Query {
  a(x: Int): Int
  "New."
  c: String
}

enum Kind {
  ONE
  TWO
}
"""


def changes(said):
    return [(change["criticality"], change["path"], "allowed" in change) for change in json.loads(said)]


def no_change_is_an_empty_array():
    with Folder(old__graphql=OLD, new__graphql="# only a remark\n" + OLD) as folder:
        assert folder.diff("--format", "json") == (0, "[]\n", "")
        assert folder.diff() == (0, "no changes\n", "")
        assert folder.diff("--format", "github") == (0, "", "")


def a_breaking_change_does_not_hold():
    with Folder(old__graphql=OLD, new__graphql=NEW) as folder:
        status, said, complained = folder.diff("--format", "json")
        assert status == 1 and complained == ""
        assert changes(said) == [
            ("BREAKING", "Query.b", False),
            ("DANGEROUS", "Kind.TWO", False),
            ("NON_BREAKING", "Query.c", False),
        ], said
        assert list(json.loads(said)[0]) == ["criticality", "type", "path", "message"], said


def only_a_breaking_change_does_not_hold():
    with Folder(old__graphql=OLD, new__graphql=NEW.replace("c: String", "b: String")) as folder:
        status, said, _ = folder.diff("--format", "json")
        assert status == 0 and {change[0] for change in changes(said)} == {"DANGEROUS", "NON_BREAKING"}, said


def an_allowed_change_is_shown_and_counts_for_nothing():
    with Folder(old__graphql=OLD, new__graphql=NEW) as folder:
        kind = json.loads(folder.diff("--format", "json")[1])[0]["type"]
        for allow in (kind, "Query.b", f"{kind}:Query.b"):
            status, said, complained = folder.diff("--format", "json", "--allow", allow)
            assert status == 0 and complained == "", (allow, complained)
            assert changes(said)[0] == ("BREAKING", "Query.b", True), said
        said = folder.diff("--allow", "Query.b")[1]
        assert f"{kind}:Query.b (allowed)" in said and "1 breaking (1 allowed), " in said, said
        said = folder.diff("--allow", "Query.b", "--format", "github")[1]
        assert "::error" not in said and "Query.b (allowed)" in said, said


def an_allowance_for_another_change_is_no_allowance():
    with Folder(old__graphql=OLD, new__graphql=NEW) as folder:
        status, said, complained = folder.diff("--allow", "Query.bb", "--allow", "Kind.TWO", "--format", "json")
        assert status == 1 and changes(said)[0] == ("BREAKING", "Query.b", False), said
        assert "--allow Query.bb matches no change" in complained and "Kind.TWO" not in complained, complained


def text_tells_the_most_critical_first_with_their_places():
    with Folder(old__graphql=OLD, new__graphql=NEW) as folder:
        said = folder.diff()[1]
        found = [said.index(words) for words in ("BREAKING\n  old.graphql:3:3: ", "DANGEROUS\n  new.graphql:9:3: ")]
        found.append(said.index("NON_BREAKING\n  new.graphql:4:3: "))
        assert found == sorted(found), said
        assert said.endswith("\n1 breaking, 1 dangerous, 1 non-breaking changes\n"), said
    for new, last in (("", "1 breaking, 0 dangerous, 0 non-breaking changes"), ("  b: Int\n  c: Int\n", "0 breaking, 0 dangerous, 1 non-breaking change")):
        old = "type Query {\n  a: Int\n  b: Int\n}\n"
        with Folder(old__graphql=old, new__graphql="type Query {\n  a: Int\n" + new + "}\n") as folder:
            assert folder.diff()[1].splitlines()[-1] == last, folder.diff()


def github_gives_each_criticality_its_level():
    with Folder(old__graphql=OLD, new__graphql=NEW) as folder:
        status, said, _ = folder.diff("--format", "github")
        starts = [line.split(",title=")[0] for line in said.splitlines()]
        assert status == 1 and starts == [
            "::error file=old.graphql,line=3,col=3",
            "::warning file=new.graphql,line=9,col=3",
            "::notice file=new.graphql,line=4,col=3",
        ], said


def github_shows_what_a_schema_without_a_file_had_where_it_is_missing():
    old = "directive @d(x: Int) on FIELD\ntype Query {\n  a(x: Int): Int\n  b: Int\n  gone: Gone\n}\ntype Gone {\n  a: Int\n}\n"
    new = "directive @d on FIELD\ntype Query {\n  a: Int\n}\n"
    places = {
        "ARG_REMOVED:Query.a(x%3A)": "file=new.graphql,line=3,col=3",
        "FIELD_REMOVED:Query.b": "file=new.graphql,line=2,col=6",
        "TYPE_REMOVED:Gone": "file=new.graphql",
        "DIRECTIVE_ARG_REMOVED:@d(x%3A)": "file=new.graphql,line=1,col=12",
    }
    with Folder(new__graphql=new) as folder:
        result = folder.introspection(old)
        folder.write("old.json", json.dumps(result))
        with Server(lambda http, query: (200, result, {})) as server:
            for where, stdin in ((server.url, ""), ("old.json", ""), ("-", old)):
                status, said, _ = folder.run(
                    "schema", "diff", "--format", "github", where, "new.graphql", stdin=stdin
                )
                assert status == 1
                for what, place in places.items():
                    assert f"::error {place},title=BREAKING {what.replace(':', '%3A')}::" in said, (what, said)
            # Neither is a file.
            said = folder.run("schema", "diff", "--format", "github", server.url, "-", stdin=new)[1]
            assert "::error title=BREAKING FIELD_REMOVED%3AQuery.b::" in said and "file=" not in said, said


def both_sides_may_be_json_or_urls():
    with Folder(old__graphql=OLD, new__graphql=NEW) as folder:
        expected = folder.diff("--format", "json")[1]
        result = folder.introspection(NEW)
        folder.write("old.json", json.dumps(folder.introspection(OLD)))
        with Server(lambda http, query: (200, result, {})) as server:
            status, said, _ = folder.run("schema", "diff", "old.json", server.url, "--format", "json")
            assert status == 1 and said == expected, said
            said = folder.run("schema", "diff", "old.graphql", server.url)[1]
            assert "\n  old.graphql:3:3: " in said and f"\n  {server.url}: " in said, said
        # A place in the SDL that was made of JSON is nobody's to look at.
        said = folder.run("schema", "diff", "old.json", "new.graphql")[1]
        assert "\n  old.json: " in said and "\n  new.graphql:4:3: " in said, said


def schemas_that_cannot_be_judged_are_told_of_both_sides():
    with Folder(old__graphql="type Query { a: Nowhere }", new__graphql="{") as folder:
        status, said, complained = folder.diff("--format", "json")
        assert status == 2 and list(json.loads(said)) == ["old.graphql"], said
        assert "old.graphql is no valid schema" in complained and "new.graphql:" in complained, complained
        assert folder.run("schema", "diff", "old.graphql", "gone.graphql")[0] == 2
    refused(["schema", "diff", "one"], "the old one, then the new one")
    refused(["schema", "diff", "-", "-"], "standard input")
    refused(["schema", "print", "one", "two"], "one schema")
    refused(["schema", "prnt"], 'did you mean print?')


def large_schemas_are_compared_in_good_time():
    """Twenty thousand changes; quadratic work would outlast the patience for the program."""
    old = "type Query {\n" + "".join(f"  f{i}: Int\n" for i in range(20000)) + "}\n"
    with Folder(old__graphql=old, new__graphql="type Query {\n  g: Int\n}\n") as folder:
        status, said, _ = folder.diff("--format", "github")
        assert status == 1 and said.count("\n") == 20001, said[:200]


def a_root_type_that_is_removed_is_told_once():
    old = "type Query {\n  a: Int\n}\ntype Mutation {\n  a: Int\n}\n"
    with Folder(old__graphql=old, new__graphql="type Query {\n  a: Int\n}\n") as folder:
        told = [(change["type"], change["path"]) for change in json.loads(folder.diff("--format", "json")[1])]
        assert told == [("TYPE_REMOVED", "Mutation")], told
    kept = "schema {\n  query: Query\n}\n" + old
    with Folder(old__graphql=old, new__graphql=kept) as folder:
        told = [(change["type"], change["path"]) for change in json.loads(folder.diff("--format", "json")[1])]
        assert told == [("SCHEMA_MUTATION_TYPE_CHANGED", None)], told


sys.exit(
    run(
        [
            no_change_is_an_empty_array,
            a_breaking_change_does_not_hold,
            only_a_breaking_change_does_not_hold,
            an_allowed_change_is_shown_and_counts_for_nothing,
            an_allowance_for_another_change_is_no_allowance,
            text_tells_the_most_critical_first_with_their_places,
            github_gives_each_criticality_its_level,
            github_shows_what_a_schema_without_a_file_had_where_it_is_missing,
            both_sides_may_be_json_or_urls,
            schemas_that_cannot_be_judged_are_told_of_both_sides,
            large_schemas_are_compared_in_good_time,
            a_root_type_that_is_removed_is_told_once,
        ]
    )
)
