#!/usr/bin/env python3
"""Writes the pages of docs/reference/ out of the program itself, or says where they are not as it would write them.

    tests/lib/with_postgres.sh tools/reference.py GUILDHALL [--check]

The schema and the error codes come from `guildhall schema introspect`, the options from `guildhall serve --help`, the
metrics from a server that runs, and has been asked for something.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs/reference"
MADE = "`tools/dev reference` makes this page out of the program; a test holds it to that.\n"
OPTION = re.compile(r"^  --(\S+) ?(.*)\n((?:      .*\n?)+)", re.M)
DEFAULT = re.compile(r" \(([^()]*)\)$")
NUMBERED = re.compile(r"^(\d{3}): (.*)$", re.S)
KINDS = (
    ("OBJECT", "Types"),
    ("INPUT_OBJECT", "Input types"),
    ("ENUM", "Enums"),
    ("SCALAR", "Scalars"),
)
LABEL_TABLE = "| label | values |\n"
BUILT_IN = {"Int", "Float", "String", "Boolean", "ID"}


def ask(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def cell(text):
    """Of a table: one line, no bars."""
    return " ".join((text or "").split()).replace("|", "\\|")


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell(each) for each in row) + " |"
    yield ""


# ---- the schema -----------------------------------------------------------------------------------


def type_text(of):
    if of["kind"] == "NON_NULL":
        return type_text(of["ofType"]) + "!"
    if of["kind"] == "LIST":
        return "[" + type_text(of["ofType"]) + "]"
    return of["name"]


def value_text(value):
    default = f" = {value['defaultValue']}" if value.get("defaultValue") is not None else ""
    return f"{value['name']}: {type_text(value['type'])}{default}"


def signature(field):
    arguments = ", ".join(value_text(each) for each in field["args"])
    return f"{field['name']}({arguments})" if arguments else field["name"]


def field_text(field):
    """What a field says of itself and of its arguments."""
    said = [field["description"] or ""]
    if field.get("isDeprecated"):
        said.append(f"Deprecated: {field['deprecationReason']}")
    said += [f"`{each['name']}`: {each['description']}" for each in field.get("args", []) if each["description"]]
    return " ".join(each.rstrip() for each in said if each)


def members_of(definition):
    if definition["kind"] == "OBJECT":
        rows = [(f"`{signature(f)}`", f"`{type_text(f['type'])}`", field_text(f)) for f in definition["fields"]]
        return table(("field", "type", ""), rows)
    if definition["kind"] == "INPUT_OBJECT":
        rows = [(f"`{value_text(f)}`", f["description"]) for f in definition["inputFields"]]
        return table(("field", ""), rows)
    if definition["kind"] == "ENUM":
        return table(("value", ""), [(f"`{v['name']}`", v["description"]) for v in definition["enumValues"]])
    return iter(())


def definition_lines(definition):
    yield f"### {definition['name']}"
    yield ""
    if definition["description"]:
        yield definition["description"]
        yield ""
    yield from members_of(definition)


def schema_page(schema):
    """The operations first, and then each kind of type, by name."""
    named = {each["name"]: each for each in schema["types"] if not each["name"].startswith("__")}
    roots = [schema[root]["name"] for root in ("queryType", "mutationType", "subscriptionType") if schema[root]]
    yield "# The schema\n"
    yield MADE
    yield "As a file: `schema.graphql`, `guildhall schema print`, and `/schema.graphql` of a running server.\n"
    yield "## Operations\n"
    for root in roots:
        yield from definition_lines(named[root])
    for kind, heading in KINDS:
        of_kind = [each for each in named.values() if each["kind"] == kind and each["name"] not in roots]
        of_kind = [each for each in of_kind if each["name"] not in BUILT_IN]
        if of_kind:
            yield f"## {heading}\n"
        for definition in sorted(of_kind, key=lambda each: each["name"]):
            yield from definition_lines(definition)


def errors_page(schema):
    codes = next(each for each in schema["types"] if each["name"] == "ErrorCode")["enumValues"]
    rows = []
    for code in codes:
        status, meaning = NUMBERED.match(code["description"]).groups()
        rows.append((f"`{code['name']}`", status, meaning))
    yield "# Error codes\n"
    yield MADE
    yield "An error has its code in `extensions.code`, and the number in `extensions.http.status`.\n"
    yield from table(("code", "status", "meaning"), rows)


# ---- the options ----------------------------------------------------------------------------------


def option_row(name, shown, said):
    said = " ".join(said.split())
    default = DEFAULT.search(said)
    variable = "GUILDHALL_" + name.upper().replace("-", "_")
    meaning = DEFAULT.sub("", said) if default else said
    return (f"`--{name} {shown}`".replace(" `", "`"), f"`{variable}`", f"`{default[1]}`" if default else "", meaning)


def options_page(program):
    said = ask(program, "serve", "--help")
    configuration = said[said.index("\nConfiguration") :]
    rows = [option_row(*found.groups()) for found in OPTION.finditer(configuration)]
    yield "# Options\n"
    yield MADE
    yield (
        "Each is a flag of `guildhall serve` and `guildhall up`, and a variable of the environment; a flag counts more. A\n"
        "variable of a secret or a key may be given as a file: `GUILDHALL_JWT_SECRET_FILE=PATH`, `--jwt-secret-file PATH`.\n"
        "`guildhall config` prints the values in force, and where each came from. For a limit, 0 means off.\n"
    )
    yield from table(("option", "variable", "default", ""), rows)


# ---- the metrics ----------------------------------------------------------------------------------


@contextmanager
def server(program):
    """Its address, and a token for ann."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
    environment = kept | {
        "GUILDHALL_DATABASE_URL": os.environ["GUILDHALL_TEST_DATABASE_URL"],
        "GUILDHALL_JWT_SECRET": secrets.token_hex(32),
    }
    serve = [program, "serve", "--migrate", "--listen", "127.0.0.1:0", "--open-rooms", "club"]
    token = subprocess.run([program, "token", "--user", "ann"], env=environment, capture_output=True, text=True, check=True)
    with subprocess.Popen(serve, env=environment, stderr=subprocess.PIPE, text=True) as running:
        try:
            for line in running.stderr:
                if '"listening"' in line:
                    yield f"http://{json.loads(line)['address']}", token.stdout.strip()
                    return
            raise RuntimeError("the server did not come up")
        finally:
            running.terminate()


def post(address, token, query):
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}", "x-schema-hash": "another"}
    request = urllib.request.Request(f"{address}/graphql", json.dumps({"query": query}).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        assert "errors" not in json.load(answer)


def families(scrape):
    """[name, type, labels, help] of each, in the order in which they are shown."""
    of = None
    for line in scrape.splitlines():
        if line.startswith("# HELP "):
            name, said = line.removeprefix("# HELP ").split(" ", 1)
            of = [name, "", [], said]
            yield of
        elif line.startswith("# TYPE "):
            of[1] = line.rsplit(" ", 1)[1]
        else:
            of[2] += [label for label in re.findall(r'(\w+)="', line) if label != "le" and label not in of[2]]


def metrics_page(program):
    """What a label's values mean is written by hand: it stays."""
    with server(program) as (address, token):
        post(address, token, 'mutation { sendMessage(roomId: "club", text: "hello") { seq } }')
        with urllib.request.urlopen(f"{address}/metrics") as answer:
            found = list(families(answer.read().decode()))
    by_hand = (FOLDER / "metrics.md").read_text(encoding="utf-8").partition(LABEL_TABLE)[2].rstrip()
    unsaid = {label for _, _, labels, _ in found for label in labels if f"`{label}`" not in by_hand}
    assert not unsaid - {"version", "schema_hash"}, f"docs/reference/metrics.md does not say what the values of {unsaid} are"
    rows = [(f"`{name}`", kind, ", ".join(f"`{each}`" for each in labels) or "-", said) for name, kind, labels, said in found]
    yield "# Metrics\n"
    yield "`tools/dev reference` makes the first table out of the program; a test holds it to that.\n"
    yield (
        "`/metrics` of a running server has all of these, in Prometheus's text format 0.0.4, summed over its threads. None has\n"
        "a room or a user among its labels: a server has the same few hundred series however many there are. What to look at\n"
        "when: [operating.md](../operating.md).\n"
    )
    yield from table(("metric", "type", "labels", "what it is"), rows)
    yield LABEL_TABLE + by_hand


# ---- the pages ------------------------------------------------------------------------------------


def pages(program):
    schema = json.loads(ask(program, "schema", "introspect"))["data"]["__schema"]
    return {
        "schema.md": schema_page(schema),
        "errors.md": errors_page(schema),
        "options.md": options_page(program),
        "metrics.md": metrics_page(program),
    }


def main(program, check):
    stale = []
    for name, lines in pages(program).items():
        text = "\n".join(lines).rstrip() + "\n"
        path = FOLDER / name
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            stale.append(path.relative_to(ROOT))
        elif not check:
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path} is not what the program says; run tools/dev reference", file=sys.stderr)
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), "--check" in sys.argv[2:])
