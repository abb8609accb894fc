#!/usr/bin/env python3
"""Says how the last `meson test` of one or more build directories went.

    tools/test_summary.py BUILD_DIR...

Counts test cases where a program tells them (TAP), else programs. What failed is shown with the end of
its output, reports that sanitizers left count as failures, and the last line is `N passed, N failed`.
Fails when something failed, or when nothing ran.
"""

import json
import re
import sys
from pathlib import Path

PLAN = re.compile(r"^1\.\.(\d+)", re.MULTILINE)
CASE = re.compile(r"^(not ok|ok)\b[ \t]*\d*[ \t]*-?[ \t]*(.*)$", re.MULTILINE)
SKIPPED = re.compile(r"#\s*skip\b", re.IGNORECASE)
LONGEST_TAIL = 60  # lines


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def tally_cases(output):
    """The cases of a TAP program; those that it announced and never came to have failed."""
    tally = Tally()
    seen = 0
    for verdict, name in CASE.findall(output):
        seen += 1
        if verdict == "not ok":
            tally.failed += 1
        elif SKIPPED.search(name):
            tally.skipped += 1
        else:
            tally.passed += 1
    tally.failed += max(0, int(PLAN.search(output).group(1)) - seen)
    return tally


def tally_program(result):
    tally = Tally()
    if result in ("OK", "EXPECTEDFAIL"):
        tally.passed = 1
    elif result == "SKIP":
        tally.skipped = 1
    else:
        tally.failed = 1
    return tally


def tally_test(test):
    output = test.get("stdout") or ""
    if not PLAN.search(output):
        return tally_program(test["result"])
    tally = tally_cases(output)
    if test["result"] not in ("OK", "EXPECTEDFAIL", "SKIP") and tally.failed == 0:
        tally.failed = 1  # every case passed, and then it crashed, leaked or would not end
    return tally


def show(title, text):
    lines = text.rstrip().splitlines()
    print(f"\n--- {title}")
    if len(lines) > LONGEST_TAIL:
        print(f"    … {len(lines) - LONGEST_TAIL} lines before")
    for line in lines[-LONGEST_TAIL:]:
        print(f"    {line}")


def show_failure(build, test):
    show(
        f"{build.name}: {test['name']}: {test['result'].lower()}, exit status {test['returncode']}",
        (test.get("stdout") or "") + (test.get("stderr") or ""),
    )


def read_tests(logs):
    log = logs / "testlog.json"
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]


def summarise(build):
    logs = build / "meson-logs"
    tally = Tally()
    for test in read_tests(logs):
        of_test = tally_test(test)
        if of_test.failed:
            show_failure(build, test)
        tally.add(of_test)
    for report in sorted(logs.glob("sanitizer.*")):
        show(f"{build.name}: report of a sanitizer", report.read_text(encoding="utf-8", errors="replace"))
        tally.failed += 1
    if tally.passed + tally.failed + tally.skipped == 0:
        run = logs / "run.txt"
        show(f"{build.name}: no test ran", run.read_text(errors="replace") if run.exists() else "")
        tally.failed = 1
    return tally


def main():
    total = Tally()
    of_builds = []
    for build in map(Path, sys.argv[1:]):
        tally = summarise(build)
        of_builds.append(f"{build.name}: {tally}")
        total.add(tally)
    print()
    print("\n".join(of_builds))
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
