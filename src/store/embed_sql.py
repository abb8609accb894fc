#!/usr/bin/env python3
"""Puts sql/ into the program: the migrations with their checksums, the named statements.

    embed_sql.py OUTPUT.c OUTPUT.h FILE.sql ...

A file of sql/queries is one statement, SQL_<FILE>. One that reads or writes gg_log is meant for
either log and becomes two, SQL_<FILE>_CORE and, right behind it, SQL_<FILE>_GUILD: statements are
put together here, never at run time.

A statement that says `-- @gathered` in a line of its own can be asked for by many at once
(store/gather.h): SQL_<NAME>_MANY takes arrays for its parameters, each of which must be named with
its type wherever it is used ($1::text), and returns every call's rows behind one another, the
number of the call in the last column. `-- @gathered, patient`: a crowd is waited for.
"""

import hashlib
import pathlib
import re
import sys

LOG = re.compile(r"\bgg_log\b")
COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)
GATHERED = re.compile(r"^-- @gathered(, patient)?\n", re.MULTILINE)
PARAMETER = re.compile(r"\$(\d+)(?:::(text|bigint|boolean)\b(?!\[))?")
TYPES = {"text": 25, "bigint": 20, "boolean": 16}  # pg_type.oid


def c_string(text):
    lines = text.splitlines(keepends=True)
    quote = lambda line: line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return "\n        ".join(f'"{quote(line)}"' for line in lines)


def statements(files):
    for path in files:
        text = path.read_text(encoding="utf-8")
        if LOG.search(text):
            yield f"{path.stem}_core", LOG.sub("gg_core", text)
            yield f"{path.stem}_guild", LOG.sub("gg_guild", text)
        else:
            yield path.stem, text


def for_many(name, text):
    """The statement for many calls, and the types of its parameters."""
    text = COMMENT.sub("", text)
    found = {int(number): type_name for number, type_name in PARAMETER.findall(text) if type_name}
    bare = [number for number, type_name in PARAMETER.findall(text) if not type_name]
    numbers = sorted(found)
    if bare or numbers != list(range(1, len(numbers) + 1)):
        sys.exit(f"{name}: each parameter of a gathered statement is written with its type: ${bare or numbers}")
    arrays = ", ".join(f"${number}::{found[number]}[]" for number in numbers)
    columns = ", ".join(f"p{number}" for number in numbers)
    one = PARAMETER.sub(lambda match: f"c.p{match[1]}", text)
    # With OFFSET 0 it stays a query of its own, which is run for one call after the other: so the rows
    # come in the order of the calls, and each call's in its own.
    many = (
        f"SELECT one.*, c.place\n  FROM unnest({arrays}) WITH ORDINALITY AS c ({columns}, place)\n"
        f" CROSS JOIN LATERAL (\n{one}OFFSET 0\n) one\n"
    )
    return many, [TYPES[found[number]] for number in numbers]


def migration(path):
    text = path.read_text(encoding="utf-8")
    number = re.fullmatch(r"(\d{4})_[a-z0-9_]+", path.stem)
    if not number:
        sys.exit(f"{path}: a migration is called NNNN_what.sql")
    return int(number[1]), path.stem, hashlib.sha256(text.encode()).hexdigest(), text


def main(c_path, h_path, *paths):
    paths = sorted(map(pathlib.Path, paths), key=lambda path: path.name)
    migrations = [migration(path) for path in paths if path.parent.name == "migrations"]
    named = list(statements([path for path in paths if path.parent.name == "queries"]))
    gathered = {}
    for name, text in list(named):
        how = GATHERED.search(text)
        if how:
            many, types = for_many(name, text)
            named.append((f"{name}_many", many))
            gathered[name] = types, "true" if how[1] else "false"
    if [number for number, *_ in migrations] != list(range(1, len(migrations) + 1)):
        sys.exit("migrations must be numbered 0001, 0002, … without a gap")

    with open(h_path, "w", encoding="utf-8") as out:
        out.write("/* Made by embed_sql.py from sql/. */\n#pragma once\n\n#include \"pg/pg_conn.h\"\n\nenum sql {\n")
        out.writelines(f"    SQL_{name.upper()},\n" for name, _ in named)
        out.write("    SQL_STATEMENTS\n};\n\n")
        out.write(f"enum {{\n    SQL_MIGRATIONS = {len(migrations)}\n}};\n\n")
        out.write("struct sql_migration {\n    int number;\n    const char *name;\n"
                  "    const char *sha256; /* in hex */\n    const char *text;\n};\n\n")
        out.write("/* How calls of a statement are gathered; statement is 0 where they are not. */\n"
                  "struct sql_gathering {\n    size_t statement;\n    bool patient;\n"
                  "    uint32_t types[PG_PARAMS];\n};\n\n")
        out.write("extern const struct sql_gathering sql_gatherings[SQL_STATEMENTS];\n")
        out.write("extern const struct pg_statement sql_statements[SQL_STATEMENTS];\n")
        out.write("extern const struct sql_migration sql_migrations[SQL_MIGRATIONS];\n")

    with open(c_path, "w", encoding="utf-8") as out:
        out.write('#include "store/sql.h"\n\n')
        out.write("const struct pg_statement sql_statements[SQL_STATEMENTS] = {\n")
        for name, text in named:
            out.write(f'    [SQL_{name.upper()}] = {{"{name}",\n        {c_string(text)}}},\n')
        out.write("};\n\nconst struct sql_gathering sql_gatherings[SQL_STATEMENTS] = {\n")
        for name, (types, patient) in gathered.items():
            oids = ", ".join(map(str, types))
            out.write(f"    [SQL_{name.upper()}] = {{SQL_{name.upper()}_MANY, {patient}, {{{oids}}}}},\n")
        out.write("};\n\nconst struct sql_migration sql_migrations[SQL_MIGRATIONS] = {\n")
        for number, name, digest, text in migrations:
            out.write(f'    {{{number}, "{name}",\n        "{digest}",\n        {c_string(text)}}},\n')
        out.write("};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
