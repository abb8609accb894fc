#!/usr/bin/env python3
"""The pages lead where they say. Speaks TAP.

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


def the_readme_is_one_screen():
    return len(PAGES[0].read_text().splitlines()) <= SCREEN


CASES = [
    every_link_leads_somewhere,
    every_file_that_a_page_names_is_there,
    every_page_is_in_the_index,
    the_readme_is_one_screen,
]

tap.tell([(holds.__name__, holds) for holds in CASES])
