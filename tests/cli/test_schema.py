#!/usr/bin/env python3
"""`guildhall schema print` and `introspect`: files, introspection JSON and servers. Speaks TAP.

    tests/cli/test_schema.py GUILDHALL
"""

import json
import re
import sys
import threading
from pathlib import Path

from program import PATIENCE, guildhall, run, state_dir, Up
from schemas import Folder, Server, refused

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


def a_large_schema_is_introspected_whole():
    """More than the calls of resolvers that a server grants one request."""
    types = "".join(f"type T{i} {{ id: ID! next(first: Int = 10): T{(i + 1) % 20000} }}\n" for i in range(20000))
    with Folder() as folder:
        told = folder.introspection("type Query { t: T0 }\n" + types)
        assert "errors" not in told and len(told["data"]["__schema"]["types"]) > 20000


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
        told = json.dumps({"errors": [{"message": "Introspection is off."}], "data": None})
        for text, words in (("{", "-:1:1: malformed"), ("{}", "__schema"), (told, "it says: Introspection is off."), ('{"a":1,"a":2}', "duplicate")):
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
        # Also where nobody is asked.
        for where in (["http://127.0.0.1:1/"], []):
            complained = refused(["schema", "print", "--header", header, *where], "Name: value")
            assert "secret" not in complained


def what_is_no_schema_of_ours_to_read_is_said():
    refused(["schema", "print", ""], "an empty path names no file")
    complained = refused(["schema", "print", "ftp://ann:hush@example.org/a.graphql"], "ftp://example.org/a.graphql", "not supported")
    assert "hush" not in complained, complained
    refused(["validate", "--format", "json", "http://127.0.0.1:1/a.graphql"], "http://127.0.0.1:1/a.graphql", "not supported")


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


def every_command_has_help():
    for command in ("print", "introspect", "diff"):
        status, said, complained = guildhall("schema", command, "--help")
        assert status == 0 and complained == "" and said.startswith(f"guildhall schema {command}"), said
        assert "--format" in said and "--header 'NAME: VALUE'" in said and "--listen" not in said, said
        assert max(map(len, said.splitlines())) <= 100, said
        assert guildhall("schema", "help", command)[:2] == (0, said)
    assert guildhall("help", "validate")[:2] == (0, guildhall("validate", "--help")[1])
    assert guildhall("help", "schema") == guildhall("schema", "--help")
    assert guildhall("help", "nothing")[0] == 2
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
            a_large_schema_is_introspected_whole,
            without_a_schema_it_is_the_built_in_one,
            an_invalid_schema_leaves_the_standard_output_empty,
            a_schema_of_an_earlier_edition_is_taken,
            json_that_is_no_introspection_says_where_it_goes_wrong,
            a_default_that_is_more_than_a_value_is_refused,
            a_url_is_asked_by_introspection,
            an_older_server_is_asked_for_what_it_knows,
            a_server_that_refuses_is_quoted,
            headers_are_sent_and_take_the_place_of_ours,
            what_is_no_schema_of_ours_to_read_is_said,
            a_redirect_is_not_followed_but_named,
            a_server_that_is_not_there_is_named_without_its_password,
            a_server_that_does_not_answer_is_waited_for_only_so_long,
            an_answer_without_end_is_refused,
            a_url_of_a_file_is_fetched,
            guildhall_itself_can_be_asked,
            every_command_has_help,
        ]
    )
)
