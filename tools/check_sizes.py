#!/usr/bin/env python3
"""Keeps files and functions small enough to be read in one sitting.

    tools/check_sizes.py [ROOT]

Prints one line for each that is too long, `file:line: what is wrong; what to do`, and fails when there
is one. Functions are found by the layout clang-format gives them: their braces, and no others, stand
alone in the first column.
"""

import sys
from pathlib import Path

# These may be lowered, not raised.
LONGEST_FILE = 600
LONGEST_FUNCTION = 80

SUFFIXES = {".c", ".h", ".py", ".js", ".mjs", ".jsx", ".ts", ".tsx"}


def functions(lines):
    """(line, name, length) of each function, its signature counted with it."""
    opened = None
    for at, line in enumerate(lines):
        if line == "{":
            opened = at
        elif line == "}" and opened is not None:
            begins = opened
            while begins > 0 and lines[begins - 1].strip() and not lines[begins - 1].endswith(("*/", "}", ";")):
                begins -= 1
            name = lines[begins].split("(")[0].split()[-1].lstrip("*")
            yield begins + 1, name, at - begins + 1
            opened = None


def check(path):
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) > LONGEST_FILE:
        yield LONGEST_FILE, f"{len(lines)} lines, {LONGEST_FILE} are allowed; split it by subject"
    if path.suffix != ".c" and path.suffix != ".h":
        return
    for line, name, length in functions(lines):
        if length > LONGEST_FUNCTION:
            yield line, f"{name} has {length} lines, {LONGEST_FUNCTION} are allowed; let it do one thing"


def sources(root):
    for folder in ("src", "resolvers", "tools", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and "node_modules" not in path.parts:
                yield path


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    paths = list(sources(root))
    too_long = 0
    for path in paths:
        for line, what in check(path):
            print(f"{path.relative_to(root).as_posix()}:{line}: {what}")
            too_long += 1
    if not paths:
        print(f"{root}: no files here; give the root of the repository")
    print(f"{len(paths)} files, {too_long} breaches")
    return 1 if too_long or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
