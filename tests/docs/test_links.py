#!/usr/bin/env python3
"""The pages lead where they say, and what is guaranteed has a test. Speaks TAP.

    tests/docs/test_links.py ROOT
"""

import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
sys.path.insert(0, str(ROOT / "tests/lib"))
import tap

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
# Paths of the repository in backquotes, as the pages name them; not those with a wildcard.
NAMED = re.compile(r"`((?:docs|src|resolvers|sql|tests|tools)/[\w./-]+)`")
SCREEN = 60  # lines
GUARANTEE = re.compile(r"^\| (?!guaranteed)(\S.*?) \| (.*?) \| (.*?) \|$", re.M)
SPAN = re.compile(r"`([^`]+)`")
FILE = re.compile(r"[\w./*-]+(?:\.(?:c|h|mjs|t)|/)")  # or a folder, or several by a *
TEST = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+){2,}")


def leads_somewhere(page, link):
    return "://" in link or (page.parent / link).exists()


def every_link_leads_somewhere():
    lost = [f"{page}: {link}" for page in PAGES for link in LINK.findall(page.read_text()) if not leads_somewhere(page, link)]
    print("\n".join(f"# {each}" for each in lost))
    return not lost


def every_file_that_a_page_names_is_there():
    lost = [f"{page}: {name}" for page in PAGES for name in NAMED.findall(page.read_text()) if not (ROOT / name).exists()]
    print("\n".join(f"# {each}" for each in lost))
    return not lost


def every_page_is_in_the_index():
    index = (ROOT / "docs/README.md").read_text()
    linked = {(ROOT / "docs" / link).resolve() for link in LINK.findall(index)}
    lost = [page for page in PAGES[1:] if page.resolve() not in linked and page.name != "README.md"]
    print("\n".join(f"# {each}" for each in lost))
    return not lost


def files_of(cell):
    """(name, whether it is there) of each file that a cell names; a bare name is in the folder of the one before."""
    folder = ""
    for span in SPAN.findall(cell):
        if not FILE.fullmatch(span):
            continue
        name = span if "/" in span else folder + span
        folder = name[: name.rindex("/") + 1]
        yield span, any(ROOT.glob(name.rstrip("/")))


def text_of_tests():
    sources = [each for end in ("c", "mjs", "py", "t") for each in (ROOT / "tests").rglob(f"*.{end}")]
    return "\n".join(each.read_text(encoding="utf-8") for each in sources if "node_modules" not in each.parts)


def guarantees():
    found = GUARANTEE.findall((ROOT / "docs/guarantees.md").read_text())
    assert len(found) > 20
    return found


def what_holds_a_guarantee_is_a_test_that_is_there():
    tests = text_of_tests()
    lost = []
    for what, _, held_by in guarantees():
        named = [name for name in SPAN.findall(held_by) if TEST.fullmatch(name)]
        files = list(files_of(held_by))
        lost += [f"{what}: {name}" for name in named if name not in tests]
        lost += [f"{what}: {name}" for name, there in files if not there]
        lost += [] if files else [f"{what}: no test"]
    print("\n".join(f"# {each}" for each in lost))
    return not lost


def what_a_guarantee_is_kept_by_is_there():
    lost = [f"{what}: {name}" for what, by, _ in guarantees() for name, there in files_of(by) if not there]
    print("\n".join(f"# {each}" for each in lost))
    return not lost


def the_readme_is_one_screen():
    return len(PAGES[0].read_text().splitlines()) <= SCREEN


CASES = [
    every_link_leads_somewhere,
    every_file_that_a_page_names_is_there,
    every_page_is_in_the_index,
    what_holds_a_guarantee_is_a_test_that_is_there,
    what_a_guarantee_is_kept_by_is_there,
    the_readme_is_one_screen,
]

tap.tell([(holds.__name__, holds) for holds in CASES])
