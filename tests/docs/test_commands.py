#!/usr/bin/env python3
"""What the pages tell their readers to type is typed by a test, or named here with the reason why not; and the
options and variables that they name are the program's. Speaks TAP.

    tests/docs/test_commands.py GUILDHALL ROOT PAGE…

PAGE…: the pages that run_doc.py types.
"""

import re
import subprocess
import sys
from pathlib import Path

GUILDHALL, ROOT = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
sys.path.insert(0, str(ROOT / "tests/lib"))
import tap

TYPED = {Path(page).resolve() for page in sys.argv[3:]}
PAGES = {str(page.relative_to(ROOT)): page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))}
TEXTS = {name: page.read_text(encoding="utf-8") for name, page in PAGES.items()}
FENCED = re.compile(r"^```([a-z]*) ?([a-z]*)\n(.*?)^```$", re.M | re.S)
SHOWN = ("text", "json", "yaml", "js", "conf")  # blocks that are only read

ON_THE_PATH = "the shell that types has the program on its path"
REGISTRY = "asks npm's registry; the shell that types has the packages"
PACKAGE = "builds and installs a package: `tools/dev package --check` does, as root"
INSTALLED = "of an installed package: tools/package/check.sh does it in a root in which systemd runs"
DOCKER = "no Docker engine where tests run: tests/package/test_container.py reads the files"
BENCH = "takes a machine for minutes: tests/load runs the same programs"

# The beginning of a command, by its page.
NOT_TYPED = {
    ("README.md", "tools/dev test"): "runs every test, this one too",
    ("docs/browser.md", "npm ci --prefix tools/web &&"): "asks npm's registry, and builds: `tools/dev build` does both",
    ("docs/packages.md", "tools/dev package"): PACKAGE,
    ("docs/packages.md", "apt-get install ./build-package/"): PACKAGE,
    ("docs/packages.md", "sudo -u postgres"): INSTALLED,
    ("docs/packages.md", "(umask 077; openssl rand -hex 32 >/etc/guildhall/"): INSTALLED,
    ("docs/packages.md", "systemctl enable --now guildhall"): INSTALLED,
    ("docs/packages.md", "guildhall health --config /etc/guildhall/"): INSTALLED,
    ("docs/packages.md", "npm ci --prefix tools/web"): REGISTRY,
    ("docs/packages.md", "docker build"): DOCKER,
    ("docs/packages.md", "docker compose"): DOCKER,
    ("docs/packages.md", "tools/package/secrets.sh"): "writes into the clone: tests/package/test_container.py runs it elsewhere",
    ("docs/performance.md", "tools/dev bench"): BENCH,
    ("docs/running.md", "PATH=$PWD/build:$PATH"): ON_THE_PATH,
    ("docs/schema-checks.md", "graphql-inspector"): "tests/schema-ci does, which has the tools",
    ("docs/schema-checks.md", "graphql-codegen"): "tests/schema-ci does, which has the tools",
    ("docs/schema-checks.md", "tsc"): "tests/schema-ci does, which has the tools",
    ("docs/schema-checks.md", "eslint"): "tests/schema-ci does, which has the tools",
    ("docs/schema-checks.md", "rover"): "tests/schema-ci does, which has the tools",
    ("docs/tutorial.md", "PATH=$PWD/build:$PATH"): ON_THE_PATH,
    ("docs/tutorial.md", "npm install"): REGISTRY,
}

# What begins with -- or GUILDHALL_ and is not the program's.
OF_OTHERS = {
    "--curve": "tools/dev bench engine",
    "--read-only": "docker run",
    "GUILDHALL_TEST_TURNS": "tests/load/",
}


def blocks(name):
    return [found.groups() for found in FENCED.finditer(TEXTS[name])]


def commands(block):
    """Those of a block, each in a line."""
    lines = block.replace("\\\n", " ").splitlines()
    return [line for line in lines if line and not line.startswith(("#", " "))]


def none(lost):
    lost = list(lost)
    print("".join(f"# {each}\n" for each in lost), end="")
    return not lost


def every_block_of_a_page_says_what_it_is():
    return none(f"{name}: {block.splitlines()[0]}" for name in PAGES for kind, _, block in blocks(name) if kind not in ("sh", *SHOWN))


def every_page_with_commands_to_type_is_typed():
    return none(name for name in PAGES for _, how, _ in blocks(name) if how and PAGES[name].resolve() not in TYPED)


def not_typed():
    """(page, command)"""
    for name in PAGES:
        for kind, how, block in blocks(name):
            if kind == "sh" and not how:
                yield from ((name, command) for command in commands(block))


def excuses(page, command):
    return [each for each in NOT_TYPED if each[0] == page and command.startswith(each[1])]


def a_command_that_is_not_typed_has_a_reason():
    return none(f"{page}: {command}" for page, command in not_typed() if not excuses(page, command))


def no_reason_has_outlived_its_command():
    used = {each for page, command in not_typed() for each in excuses(page, command)}
    return none(each for each in NOT_TYPED if each not in used)


def help_of(*words):
    return subprocess.run([GUILDHALL, *words, "--help"], capture_output=True, text=True, check=True).stdout


def helps():
    """What every command says of itself."""
    for command in re.findall(r"^  (\w+) ", help_of(), re.M):
        said = help_of(command)
        yield said
        if "COMMAND" in said:
            yield from (help_of(command, each) for each in re.findall(r"^  (\w+) ", said, re.M))


def options():
    """With their variables, and those of secrets that stand in files."""
    said = "\n".join(helps())
    names = {*re.findall(r"^  (--[a-z-]+)", said, re.M), *re.findall(r"--[a-z-]+", said), "--help", "--database"}
    names |= {f"{name}-file" for name in names}
    return names | {"GUILDHALL_" + name[2:].upper().replace("-", "_") for name in names}


def spans(text):
    """What stands in backquotes and begins with an option, a variable or the program's name."""
    for span in re.findall(r"`([^`\n]+)`", FENCED.sub("", text)):
        if span.startswith(("--", "GUILDHALL_", "guildhall ", "serve ")):
            yield span
    for kind, _, block in FENCED.findall(text):
        if kind == "sh":
            yield from (each for command in commands(block) for each in re.findall(r"guildhall [^|;&)]*", command))


def named_options():
    """{(page, option or variable)}"""
    option = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]|GUILDHALL_[A-Z_]+[A-Z]")
    return {(name, each) for name, text in TEXTS.items() for span in spans(text) for each in option.findall(span)}


def every_option_that_a_page_names_is_there():
    known = options() | set(OF_OTHERS)
    return none(f"{name}: {each}" for name, each in sorted(named_options()) if each not in known)


def no_option_of_other_programs_is_listed_in_vain():
    named = {each for _, each in named_options()}
    return none(each for each in OF_OTHERS if each not in named)


CASES = [
    every_block_of_a_page_says_what_it_is,
    every_page_with_commands_to_type_is_typed,
    a_command_that_is_not_typed_has_a_reason,
    no_reason_has_outlived_its_command,
    every_option_that_a_page_names_is_there,
    no_option_of_other_programs_is_listed_in_vain,
]

tap.tell([(holds.__name__, holds) for holds in CASES])
