#!/usr/bin/env python3
"""Holds the house together: which folder may include which, where each library lives, what is not called.

    tools/check_layers.py [ROOT]

Prints one line for each breach, `file:line: what is wrong; what to do`, and fails when there is one.
The tables below are the rule; a breach is mended in the code, or argued for in the table.
"""

import re
import sys
from pathlib import Path

# Folder: what its files may include besides their own folder. An entry is a folder, or one header
# of it. "gen" is what tools/schemagen makes of schema.graphql.
MAY_INCLUDE = {
    "base": [],
    "loop": ["base"],
    "audit": ["base", "loop"],
    "http": ["base", "loop"],
    "trace": ["base", "loop", "http"],
    "graphql": ["base"],
    "pg": ["base", "loop"],
    "store": ["base", "loop", "pg", "trace/trace.h"],
    "bus": ["base", "loop", "pg"],
    "hub": ["base", "loop", "bus/bus.h"],
    "auth": ["base", "loop", "http"],
    "net": ["base", "loop"],
    "resolvers": ["base", "loop/flow.h", "graphql/field.h", "gen", "store", "hub", "audit/audit.h", "auth/viewer.h"],
    "server": ["base", "loop", "audit", "trace", "graphql", "store", "bus", "hub", "auth", "net", "resolvers", "gen"],
    "cli": ["base", "audit", "graphql", "store", "auth", "server", "gen"],
}

# Library: the headers it is known by, and the folders it is at home in.
LIBRARIES = {
    "uthash": (r"ut(hash|list|array|string)\.h", ["base"]),
    "libuv": (r"uv\.h|uv/.*", ["loop", "net"]),
    "libyajl": (r"yajl/.*", ["base"]),
    "jansson": (r"jansson\.h", ["auth", "server"]),
    "libpq": (r"libpq-fe\.h|libpq/.*|postgres_ext\.h|pg_config.*\.h", ["pg"]),
    "libnats": (r"nats\.h|nats/.*", ["bus"]),
    "libjwt": (r"jwt\.h", ["auth"]),
    "libcurl": (r"curl/.*", ["http", "cli"]),
    "OpenSSL": (r"openssl/.*", ["auth", "store", "net", "server", "cli"]),
    "libsystemd": (r"systemd/.*", ["net", "server"]),
    "libwebsockets": (r"libwebsockets\.h", ["net"]),
    "nghttp2": (r"nghttp2/.*", ["net"]),
    "zlib": (r"zlib\.h", ["net"]),
}

# The C library and the kernel: at home everywhere.
LIBC = set(
    """
    assert complex ctype dirent dlfcn endian errno fcntl fenv float fnmatch getopt glob grp inttypes
    iso646 libgen limits locale malloc math netdb poll pthread pwd regex sched semaphore setjmp
    signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string
    strings sysexits syslog termios threads time uchar unistd wchar wctype
    """.split()
)
LIBC_FOLDERS = {"arpa", "linux", "net", "netinet", "sanitizer", "sys"}

# Functions that are not called, and what to call instead.
BANNED = {
    "sprintf": "use snprintf, arena_printf or buf_printf",
    "vsprintf": "use vsnprintf or arena_vprintf",
    "strcpy": "use struct str and arena_str",
    "strcat": "use a buf",
    "strncpy": "use memcpy with a length that was checked",
    "strncat": "use a buf",
    "strtok": "use str_split",
    "strtok_r": "use str_split",
    "atoi": "use str_to_i64",
    "atol": "use str_to_i64",
    "atoll": "use str_to_i64",
    "atof": "use strtod and look at where it stopped",
    "sscanf": "take the text apart by hand",
    "gets": "use fgets",
    "alloca": "use an arena",
}
HEAP = {
    "malloc": "use an arena or mem_zalloc",
    "calloc": "use an arena or mem_zalloc",
    "realloc": "use mem_realloc",
    "reallocarray": "use mem_realloc",
    "free": "use mem_free",
    "strdup": "use arena_str",
    "strndup": "use arena_str",
    "asprintf": "use arena_printf",
    "vasprintf": "use arena_vprintf",
    "aligned_alloc": "use an arena",
    "posix_memalign": "use an arena",
}
HOME_OF_THE_HEAP = "src/base/mem.c"

COMMENT_OR_LITERAL = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"\n]*)[>\"]", re.MULTILINE)
CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join([*BANNED, *HEAP]))
PROMISE = re.compile(r"\b(TODO|FIXME)\b")


def blank(match):
    """A comment or literal as spaces: lines and columns stay where they are."""
    return re.sub(r"[^\n]", " ", match.group())


def line_of(text, at):
    return text.count("\n", 0, at) + 1


class File:
    def __init__(self, root, path):
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.code = COMMENT_OR_LITERAL.sub(blank, self.text)
        parts = self.name.split("/")
        self.is_header = path.suffix == ".h"
        # The floor it stands on; None for tools and tests, which may look at everything.
        self.floor = {"src": parts[1], "resolvers": "resolvers"}.get(parts[0])
        self.own_header = path.with_suffix(".h") if not self.is_header else None

    def includes(self):
        """(line, '<' or '"', what) of each include that is not in a comment."""
        for match in INCLUDE.finditer(self.text):
            if self.code[match.start() : match.end()].strip():
                yield line_of(self.text, match.start()), match.group(1), match.group(2)


def is_allowed(floor, header):
    folder = header.split("/")[0]
    return folder == floor or folder in MAY_INCLUDE[floor] or header in MAY_INCLUDE[floor]


def check_include_of_ours(file, header):
    if "/" not in header:
        yield f'"{header}" does not say its folder; write "folder/{header}"'
    elif header.startswith("../") or "/../" in header:
        yield f'"{header}" climbs; write "folder/file.h"'
    elif file.floor and not is_allowed(file.floor, header):
        allowed = ", ".join(MAY_INCLUDE[file.floor]) or "nothing else of ours"
        yield f'{file.floor} may not include "{header}"; it may include {allowed}'


def is_libc(header):
    first = header.split("/")[0]
    return first in LIBC_FOLDERS if "/" in header else header.removesuffix(".h") in LIBC


def check_include_of_others(file, header):
    if not file.floor:
        return
    for library, (pattern, homes) in LIBRARIES.items():
        if re.fullmatch(pattern, header):
            if file.floor not in homes:
                yield f"<{header}>: {library} is at home in {', '.join(homes)}; ask that folder for what you need"
            return
    if not is_libc(header):
        yield f"<{header}> belongs to no library of the table; give it a home in tools/check_layers.py"


def check_includes(file):
    for line, bracket, header in file.includes():
        check = check_include_of_ours if bracket == '"' else check_include_of_others
        for what in check(file, header):
            yield line, what


def check_own_header_first(file):
    if not file.floor or not file.own_header or not file.own_header.exists():
        return
    expected = f"{file.floor}/{file.own_header.name}"
    for line, _, header in file.includes():
        if header != expected:
            yield line, f'"{header}" comes before "{expected}"; a file includes its own header first'
        return
    yield 1, f'"{expected}" is not included; a file includes its own header first'


def check_header(file):
    if not file.is_header:
        return
    if not re.match(r"#pragma once\n", file.text):
        yield 1, "does not begin with #pragma once; put it in the first line"
    elif not re.match(r"#pragma once\n\n/\*", file.text):
        yield 2, "does not say what it is for; open with a comment under #pragma once"


def check_calls(file):
    is_test = file.name.startswith("tests/")
    for match in CALL.finditer(file.code):
        name = match.group(1)
        if name in HEAP and (is_test or file.name == HOME_OF_THE_HEAP):
            continue
        yield line_of(file.code, match.start()), f"{name}() is not used here; {(BANNED | HEAP)[name]}"


def check_promises(file):
    for match in PROMISE.finditer(file.text):
        yield line_of(file.text, match.start()), f"{match.group()} is a promise nobody keeps; do it, or leave it out"


CHECKS = [check_includes, check_own_header_first, check_header, check_calls, check_promises]


def check_floor(file):
    """A folder that the table does not know has no place in the house."""
    if file.floor and file.floor not in MAY_INCLUDE:
        yield 1, f"the folder {file.floor} is not in the table; give it a place in tools/check_layers.py"


def check(file):
    breaches = list(check_floor(file))
    if not breaches:
        breaches = [breach for rule in CHECKS for breach in rule(file)]
    return sorted(breaches)


def sources(root):
    for folder in ("src", "resolvers", "tools", "tests"):
        for path in sorted((root / folder).rglob("*.[ch]")):
            if "node_modules" not in path.parts:
                yield File(root, path)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    files = list(sources(root))
    breaches = 0
    for file in files:
        for line, what in check(file):
            print(f"{file.name}:{line}: {what}")
            breaches += 1
    if not files:
        print(f"{root}: no C files here; give the root of the repository")
    print(f"{len(files)} files, {breaches} breaches")
    return 1 if breaches or not files else 0


if __name__ == "__main__":
    sys.exit(main())
