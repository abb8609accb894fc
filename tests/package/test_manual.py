#!/usr/bin/env python3
"""The manual: a page for each command, accepted by two formatters, with every option in it. Speaks TAP.

    tests/package/test_manual.py GUILDHALL PAGE…
"""

import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from program import guildhall, run

PAGES = {Path(page).name: page for page in sys.argv[2:]}


def commands(*group):
    """The words that --help lists."""
    _, said, _ = guildhall(*group, "--help")
    return re.findall(r"(?m)^  (\S+) +\S", said.partition("usage:")[2])


def leaves():
    """The words of each command that is no group."""
    for command in commands():
        inner = commands(command) if command in ("room", "guild", "schema") else []
        yield from [(command, each) for each in inner] or [(command,)]


def options(*command):
    _, said, _ = guildhall(*command, "--help")
    return re.findall(r"(?m)^  --([a-z0-9-]+) ", said.partition("\nConfiguration.")[0])


def shown(page):
    """As a terminal with endless lines shows it."""
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", page],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MANWIDTH": "1000", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"},
    )
    assert done.stderr == "", done.stderr
    return done.stdout


def every_command_has_a_page_and_every_page_a_command():
    assert set(PAGES) == {"guildhall.1"} | {f"guildhall-{command}.1" for command in commands()}, PAGES


def mandoc_finds_nothing_to_warn_of():
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *PAGES.values()], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout == "", done.stdout


def man_shows_every_option_of_every_command():
    n = 0
    for command in leaves():
        page = shown(PAGES[f"guildhall-{command[0]}.1"])
        own = page.partition(f"\n   {' '.join(command)}\n")[2] if len(command) > 1 else page
        for option in options(*command):
            n += 1
            assert re.search(rf"(?m)^ +--{option}\b", own), (command, option, own)
    assert n > 20, n


def the_page_of_serve_has_the_whole_configuration():
    page = shown(PAGES["guildhall-serve.1"])
    _, said, _ = guildhall("config")
    for line in said.splitlines():
        option = line.split()[0]
        variable = "GUILDHALL_" + option.upper().replace("-", "_")
        assert re.search(rf"(?ms)^ +--{option}\b.*?Variable: {variable}\.", page), option


def the_page_of_all_lists_the_commands():
    page = shown(PAGES["guildhall.1"])
    for command in commands():
        assert re.search(rf"(?m)^ +guildhall-{command}\(1\)$", page), command


sys.exit(
    run(
        [
            every_command_has_a_page_and_every_page_a_command,
            mandoc_finds_nothing_to_warn_of,
            man_shows_every_option_of_every_command,
            the_page_of_serve_has_the_whole_configuration,
            the_page_of_all_lists_the_commands,
        ]
    )
)
