#!/usr/bin/env python3
"""`guildhall schema print`, `introspect` and `diff`: files, introspection JSON and servers. Speaks TAP.

    tests/cli/test_schema.py GUILDHALL
"""

import http.server
import json
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from program import GUILDHALL, PATIENCE, environment, guildhall, run, state_dir, Up

ROOT = Path(__file__).resolve().parents[2]

# In canonical form, with everything that introspection can tell.
WHOLE = '''"""
All of it.
In two lines.
"""
schema {
  query: Root
  subscription: Sub
}

"""Marks."""
directive @mark(
  """By what."""
  by: String! = "a \\"b\\"\\n"
  n: [Int!] = [1, 2] @deprecated
) repeatable on FIELD_DEFINITION | OBJECT | QUERY

"""The root."""
type Root implements Named & Node {
  id: ID!
  name: String
  find(by: By, like: [[Like!]!]! = [[{text: "x", kind: LOUD, deep: {n: [1, 2]}}]], at: Time = null): [Found!]! @deprecated(reason: "use \\"search\\"")
}

interface Node {
  id: ID!
}

interface Named implements Node {
  id: ID!
  name: String
}

"""Not a root, whatever it is called."""
type Mutation {
  n: Float
}

type Sub {
  n: Int
}

union Found = Root | Mutation

enum Kind {
  LOUD

  """Hardly heard."""
  SOFT @deprecated
}

input Like {
  text: String! = "all"
  kind: Kind = LOUD
  deep: Deep
  old: Int @deprecated(reason: "never used")
}

input Deep {
  n: [Int] = []
}

input By @oneOf {
  id: ID
  name: String
}

scalar Time @specifiedBy(url: "https://example.org/time")
'''


class Folder:
    """A working directory with these files in it."""

    def __init__(self, **files):
        self.files = {name.replace("__", "."): text for name, text in files.items()}

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        for name, text in self.files.items():
            self.write(name, text)
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def write(self, name, text):
        Path(self.temporary.name, name).write_text(text, encoding="utf-8")

    def run(self, *args, stdin=""):
        done = subprocess.run(
            [GUILDHALL, *args],
            input=stdin.encode(),
            capture_output=True,
            cwd=self.temporary.name,
            timeout=PATIENCE,
            check=False,
            env=environment(),
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def printed(self, what):
        status, said, complained = self.run("schema", "print", what)
        assert status == 0 and complained == "", complained
        return said

    def introspection(self, sdl):
        """What introspection tells of it; made by the program."""
        status, said, complained = self.run("schema", "introspect", "-", stdin=sdl)
        assert status == 0 and complained == "", complained
        return json.loads(said)

    def diff(self, *args):
        return self.run("schema", "diff", "old.graphql", "new.graphql", *args)


class Server:
    """An HTTP server that answers POST with what `answer` makes of the handler and the query: a
    status, a body, and headers."""

    def __init__(self, answer):
        calls = self.calls = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.reply(json.loads(body)["query"])

            def do_GET(self):
                self.reply(None)

            def reply(self, query):
                calls.append(query)
                status, body, headers = answer(self, query)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())
                except OSError:  # the client has heard enough
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def refused(args, *words):
    status, said, complained = guildhall(*args)
    assert status == 2 and said == "", (status, said)
    for word in words:
        assert word in complained, (word, complained)
    return complained


def print_gives_the_canonical_form():
    with Folder(a__graphql="type Query{a(x:Int=1,y:Int):Int} # remark\nextend type Query { b: [Int!] }") as folder:
        assert folder.printed("a.graphql") == "type Query {\n  a(x: Int = 1, y: Int): Int\n  b: [Int!]\n}\n"


def print_of_the_canonical_form_changes_nothing():
    with Folder(whole__graphql=WHOLE) as folder:
        assert folder.printed("whole.graphql") == WHOLE


def introspection_and_back_changes_nothing():
    with Folder() as folder:
        result = folder.introspection(WHOLE)
        folder.write("with_data.json", json.dumps(result))
        folder.write("without.json", "\ufeff \n" + json.dumps(result["data"], indent=2))
        assert folder.printed("with_data.json") == WHOLE
        assert folder.printed("without.json") == WHOLE


def introspect_tells_all_that_can_be_asked_for():
    with Folder() as folder:
        schema = folder.introspection(WHOLE)["data"]["__schema"]
        types = {each["name"]: each for each in schema["types"]}
        directives = {each["name"]: each for each in schema["directives"]}
        assert schema["description"] == "All of it.\nIn two lines."
        assert (schema["queryType"], schema["mutationType"]) == ({"name": "Root", "kind": "OBJECT"}, None)
        assert types["Time"]["specifiedByURL"] == "https://example.org/time"
        assert types["By"]["isOneOf"] is True and types["Like"]["isOneOf"] is False and types["Time"]["isOneOf"] is None
        assert directives["mark"]["isRepeatable"] is True and directives["skip"]["isRepeatable"] is False
        old = types["Like"]["inputFields"][3]
        assert (old["isDeprecated"], old["deprecationReason"]) == (True, "never used")
        assert [each["isDeprecated"] for each in directives["mark"]["args"]] == [False, True]
        assert types["Root"]["fields"][2]["args"][2]["defaultValue"] == "null"


def without_a_schema_it_is_the_built_in_one():
    sdl = str(ROOT / "schema.graphql")
    for command in ("print", "introspect"):
        status, said, complained = guildhall("schema", command)
        assert status == 0 and complained == "", complained
        assert said == guildhall("schema", command, sdl)[1]
        assert said.count("Query") > 0


def an_invalid_schema_leaves_the_standard_output_empty():
    with Folder(bad__graphql="type Query {\n  a: Nowhere\n}\n") as folder:
        for command in ("print", "introspect"):
            status, said, complained = folder.run("schema", command, "bad.graphql")
            assert (status, said) == (2, ""), said
            assert 'bad.graphql:2:6: error: Unknown type "Nowhere".' in complained, complained
        complained = folder.run("schema", "print", "--format", "github", "bad.graphql")[2]
        assert '::error file=bad.graphql,line=2,col=6::Unknown type "Nowhere".\n' in complained, complained


def a_schema_of_an_earlier_edition_is_taken():
    """GitHub's deprecates fields that their interfaces do not, which the edition of 2025 forbids."""
    sdl = "interface I { a: Int } type Query implements I { a: Int @deprecated }"
    with Folder(old__graphql=sdl, new__graphql=sdl.replace("}", "b: Int }")) as folder:
        assert folder.run("schema", "print", "old.graphql")[0] == 0
        assert folder.run("schema", "diff", "old.graphql", "new.graphql")[0] == 0


def type_of(**more):
    return {"kind": "OBJECT", "name": "Query", "interfaces": [], "fields": []} | more


def json_that_is_no_introspection_says_where_it_goes_wrong():
    int_type = {"kind": "SCALAR", "name": "Int"}
    field = {"name": "a", "args": [], "type": int_type}
    deep = {"kind": "LIST", "name": None, "ofType": None}
    schemas = [
        ({"queryType": None, "types": []}, "Query root type must be provided."),
        ({"queryType": {"name": "Query"}}, "Introspection result missing types."),
        ({"queryType": {"name": "Query { a: Int }"}, "types": []}, "is no name"),
        ({"queryType": {"name": "Query"}, "types": [7]}, "7 should be an object"),
        ({"queryType": {"name": "Query"}, "types": [type_of(kind="LIST")]}, "full introspection query"),
        ({"queryType": {"name": "Query"}, "types": [type_of(fields=None)]}, "Query: Introspection result missing fields."),
        ({"queryType": {"name": "Query"}, "types": [type_of(fields=[{"name": "a"}])]}, "Query.a: Introspection result missing args."),
        ({"queryType": {"name": "Query"}, "types": [type_of(fields=[field | {"type": deep}])]}, "Query.a: Decorated type deeper"),
        ({"queryType": {"name": "Query"}, "types": [type_of(description=7)]}, '"description" should be a string'),
        ({"queryType": {"name": "Query"}, "types": [type_of()]}, "Type Query must define one or more fields."),
        ({"queryType": {"name": "Query"}, "types": [type_of(fields=[field | {"type": {"kind": "OBJECT", "name": "Gone"}}])]}, 'Unknown type "Gone".'),
    ]
    with Folder() as folder:
        for schema, words in schemas:
            status, said, complained = folder.run("schema", "print", "-", stdin=json.dumps({"__schema": schema}))
            assert (status, said) == (2, "") and words in complained, (words, complained)
        for text, words in (("{", "-:1:"), ("{}", "__schema"), ('{"a":1,"a":2}', "duplicate")):
            status, said, complained = folder.run("schema", "print", "-", stdin=text)
            assert (status, said) == (2, "") and words in complained, (words, complained)


def a_default_that_is_more_than_a_value_is_refused():
    query = {"kind": "OBJECT", "name": "Query", "interfaces": []}
    int_type = {"kind": "SCALAR", "name": "Int"}
    with Folder() as folder:
        for text in ("1) b(y: 2", "1, b: 2", "1) @b(y: 2", "1) } query { b(y: 2", "1 2", "", "$b"):
            args = [{"name": "x", "type": int_type, "defaultValue": text}]
            query["fields"] = [{"name": "a", "args": args, "type": int_type}]
            schema = {"queryType": {"name": "Query"}, "types": [query]}
            status, said, complained = folder.run("schema", "print", "-", stdin=json.dumps({"__schema": schema}))
            assert (status, said) == (2, ""), (text, said)
            assert "Query.a(x:): the default value is no value" in complained or "$b" in complained, (text, complained)


def a_url_is_asked_by_introspection():
    with Folder() as folder:
        result = folder.introspection(WHOLE)
        with Server(lambda http, query: (200, result, {})) as server:
            assert folder.printed(server.url + "/graphql") == WHOLE
            assert len(server.calls) == 1 and "isOneOf" in server.calls[0], server.calls


# What came into introspection later, as field and argument names of the query.
LATER = ("isOneOf", "specifiedByURL", "isRepeatable")


def old_server(folder, unknown):
    """One that does not know these fields: it refuses them, and says what it knows."""

    def answer(_, query):
        told = folder.introspection(query_of_types(unknown))["data"]["__schema"]["types"]
        for name in unknown:
            if re.search(rf"\b{name}\b", query):
                return 400, {"errors": [{"message": f'Cannot query field "{name}".'}]}, {}
        if "__schema" in query:
            return 200, folder.introspection(WHOLE), {}
        types = {each["name"]: each for each in told}
        names = {"schema": "Schema", "type": "Type", "field": "Field", "input": "InputValue", "directive": "Directive"}
        return 200, {"data": {key: types[name] for key, name in names.items()}}, {}

    return answer


def query_of_types(unknown):
    """The types of introspection, as SDL with other names, without what is unknown."""
    fields = {
        "Schema": ["description", "types"],
        "Type": ["name", "specifiedByURL", "isOneOf", "inputFields(includeDeprecated: Boolean)"],
        "Field": ["name", "args(includeDeprecated: Boolean)"],
        "InputValue": ["name", "isDeprecated", "deprecationReason"],
        "Directive": ["name", "isRepeatable", "args(includeDeprecated: Boolean)"],
    }
    sdl = "type Query { s: Schema t: Type f: Field i: InputValue d: Directive }\n"
    for name, known in fields.items():
        known = [field for field in known if field not in unknown]
        sdl += f"type {name} {{ " + " ".join(field + ": Int" for field in known) + " }\n"
    return sdl


def an_older_server_is_asked_for_what_it_knows():
    with Folder() as folder, Server(old_server(folder, ("isOneOf",))) as server:
        assert folder.printed(server.url) == WHOLE
        last = server.calls[-1]
        assert len(server.calls) == 3 and "isOneOf" not in last, server.calls
        assert "isRepeatable" in last and "specifiedByURL" in last and "args(includeDeprecated: true)" in last, last
    with Folder() as folder, Server(old_server(folder, LATER)) as server:
        assert folder.printed(server.url) == WHOLE
        assert "description" in server.calls[-1].split("queryType")[0], server.calls


def a_server_that_refuses_is_quoted():
    with Server(lambda http, query: (200, {"errors": [{"message": "Introspection is disabled."}]}, {})) as server:
        refused(["schema", "print", server.url], server.url, "answers 200", "Introspection is disabled.")
    with Server(lambda http, query: (404, b"<html>", {})) as server:
        refused(["schema", "print", server.url], "answers 404")
    with Server(lambda http, query: (401, {"errors": [{"message": "Who?"}]}, {})) as server:
        refused(["schema", "print", server.url], "answers 401", "Who?", "--header")
        assert len(server.calls) == 1


def headers_are_sent_and_take_the_place_of_ours():
    seen = []
    with Folder() as folder:
        result = folder.introspection(WHOLE)

        def answer(http, query):
            seen.append(http.headers)
            return 200, result, {}

        with Server(answer) as server:
            args = ["--header", "Authorization: Bearer x", "--header=X-Two:  2", "--header", "accept: application/json"]
            assert folder.run("schema", "print", server.url, *args)[0] == 0
        assert seen[0]["authorization"] == "Bearer x" and seen[0]["x-two"] == "2", seen[0]
        assert seen[0].get_all("accept") == ["application/json"], seen[0]
        assert seen[0]["content-type"] == "application/json"
    for header in ("Bearer-of-secrets", ": x", "A b: c", "A: b\r\nC: d"):
        complained = refused(["schema", "print", "--header", header, "http://127.0.0.1:1/"], "Name: value")
        assert "secret" not in complained


def a_redirect_is_not_followed_but_named():
    with Server(lambda http, query: (302, b"", {"location": "http://127.0.0.1:1/elsewhere"})) as server:
        refused(["schema", "print", server.url], "302", "http://127.0.0.1:1/elsewhere")
        assert len(server.calls) == 1


def a_server_that_is_not_there_is_named_without_its_password():
    complained = refused(["schema", "print", "http://ann:hush@127.0.0.1:1/graphql"], "http://127.0.0.1:1/graphql")
    assert "hush" not in complained, complained


def a_server_that_does_not_answer_is_waited_for_only_so_long():
    released = threading.Event()

    def answer(http, query):
        released.wait(PATIENCE)
        return 200, {}, {}

    with Server(answer) as server:
        complained = refused(["schema", "print", "--timeout", "100ms", server.url], "timed out", server.url)
        released.set()
        # Not after the 30 s that it waits when it is not told.
        assert int(re.search(r"after (\d+) milliseconds", complained)[1]) < 30000, complained


def an_answer_without_end_is_refused():
    with Server(lambda http, query: (200, b"x" * (65 << 20), {})) as server:
        refused(["schema", "print", server.url], "larger than 64 MiB")


def a_url_of_a_file_is_fetched():
    with Folder() as folder:

        def answer(http, query):
            return (200, WHOLE.encode(), {}) if query is None and http.path == "/schema.graphql" else (404, b"", {})

        with Server(answer) as server:
            assert folder.printed(server.url + "/schema.graphql") == WHOLE
            refused(["schema", "print", server.url + "/other.graphql"], "404")


def guildhall_itself_can_be_asked():
    with Folder() as folder, state_dir() as state, Up(state) as up:
        up.serving()
        assert folder.printed(up.url) == guildhall("schema", "print")[1]
        assert folder.run("schema", "diff", up.url, str(ROOT / "schema.graphql"), "--format", "json")[0] == 0
        folder.write("bad.graphql", "{ vewer { userId } }")
        assert folder.run("validate", "--schema", up.url, "bad.graphql")[0] == 1


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


def github_gives_each_criticality_its_level():
    with Folder(old__graphql=OLD, new__graphql=NEW) as folder:
        status, said, _ = folder.diff("--format", "github")
        starts = [line.split(",title=")[0] for line in said.splitlines()]
        assert status == 1 and starts == [
            "::error file=old.graphql,line=3,col=3",
            "::warning file=new.graphql,line=9,col=3",
            "::notice file=new.graphql,line=4,col=3",
        ], said


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
    refused(["schema", "prnt"], 'Did you mean "print"?')


def large_schemas_are_compared_in_good_time():
    """Twenty thousand changes; quadratic work would outlast the patience for the program."""
    old = "type Query {\n" + "".join(f"  f{i}: Int\n" for i in range(20000)) + "}\n"
    with Folder(old__graphql=old, new__graphql="type Query {\n  g: Int\n}\n") as folder:
        status, said, _ = folder.diff("--format", "github")
        assert status == 1 and said.count("\n") == 20001, said[:200]


def every_command_has_help():
    for command in ("print", "introspect", "diff"):
        status, said, complained = guildhall("schema", command, "--help")
        assert status == 0 and complained == "" and said.startswith(f"guildhall schema {command}"), said
        assert "--format" in said and "--header 'NAME: VALUE'" in said and "--listen" not in said, said
    status, said, _ = guildhall("schema", "--help")
    assert status == 0 and all(f"\n  {command} " in said for command in ("print", "introspect", "diff")), said
    assert guildhall("schema")[0] == 2


sys.exit(
    run(
        [
            print_gives_the_canonical_form,
            print_of_the_canonical_form_changes_nothing,
            introspection_and_back_changes_nothing,
            introspect_tells_all_that_can_be_asked_for,
            without_a_schema_it_is_the_built_in_one,
            an_invalid_schema_leaves_the_standard_output_empty,
            a_schema_of_an_earlier_edition_is_taken,
            json_that_is_no_introspection_says_where_it_goes_wrong,
            a_default_that_is_more_than_a_value_is_refused,
            a_url_is_asked_by_introspection,
            an_older_server_is_asked_for_what_it_knows,
            a_server_that_refuses_is_quoted,
            headers_are_sent_and_take_the_place_of_ours,
            a_redirect_is_not_followed_but_named,
            a_server_that_is_not_there_is_named_without_its_password,
            a_server_that_does_not_answer_is_waited_for_only_so_long,
            an_answer_without_end_is_refused,
            a_url_of_a_file_is_fetched,
            guildhall_itself_can_be_asked,
            no_change_is_an_empty_array,
            a_breaking_change_does_not_hold,
            only_a_breaking_change_does_not_hold,
            an_allowed_change_is_shown_and_counts_for_nothing,
            an_allowance_for_another_change_is_no_allowance,
            text_tells_the_most_critical_first_with_their_places,
            github_gives_each_criticality_its_level,
            both_sides_may_be_json_or_urls,
            schemas_that_cannot_be_judged_are_told_of_both_sides,
            large_schemas_are_compared_in_good_time,
            every_command_has_help,
        ]
    )
)
