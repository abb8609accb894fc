#!/usr/bin/env python3
"""The house's rules are tried on houses that break them. Speaks TAP.

    tests/house/test_tools.py ROOT
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import tap

ROOT = Path(sys.argv[1])

GOOD = {
    "src/base/str.h": "#pragma once\n\n/*\n * Bytes.\n */\n\n#include <stddef.h>\n",
    "src/base/str.c": '#include "base/str.h"\n\n#include <string.h>\n',
    "src/pg/pg_value.h": "#pragma once\n\n/*\n * Rows.\n */\n\n#include <libpq-fe.h>\n",
    "src/store/room.h": "#pragma once\n\n/*\n * Rooms.\n */\n",
    "src/store/room.c": '#include "store/room.h"\n\n#include "pg/pg_value.h"\n',
}


def run(tool, files):
    """Runs a tool in a house of these files; its exit status and what it said."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([ROOT / "tools" / tool, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


def refuses(tool, place, files):
    status, said = run(tool, GOOD | files)
    return status != 0 and f"{place}: " in said


def layers_refuse(place, name, text):
    return refuses("check_layers.py", place, {name: text})


def function_of(lines):
    return "int f(void)\n{\n" + "    ;\n" * (lines - 3) + "}\n"


def summary(*tests):
    log = "".join(json.dumps({"name": "t", "returncode": 0, "stderr": ""} | t) + "\n" for t in tests)
    status, said = run("test_summary.py", {"meson-logs/testlog.json": log})
    return status, said.splitlines()[-1]


CASES = {
    "a_house_in_order_is_let_through": lambda: run("check_layers.py", GOOD)[0] == 0
    and run("check_sizes.py", GOOD)[0] == 0,
    "an_empty_house_is_not": lambda: run("check_layers.py", {})[0] != 0 and run("check_sizes.py", {})[0] != 0,
    "a_lower_floor_does_not_look_up": lambda: layers_refuse(
        "src/base/a.c:2", "src/base/a.c", '\n#include "store/room.h"\n'
    ),
    "one_header_of_a_floor_does_not_open_the_rest": lambda: layers_refuse(
        "src/hub/a.c:2", "src/hub/a.c", '#include "bus/bus.h"\n#include "bus/nats.h"\n'
    ),
    "a_library_stays_at_home": lambda: layers_refuse("src/net/a.c:1", "src/net/a.c", "#include <libpq-fe.h>\n"),
    "an_unknown_library_is_asked_about": lambda: layers_refuse("src/net/a.c:1", "src/net/a.c", "#include <bzlib.h>\n"),
    "an_unknown_folder_is_asked_about": lambda: layers_refuse("src/util/a.c:1", "src/util/a.c", "\n"),
    "a_file_includes_its_own_header_first": lambda: layers_refuse(
        "src/base/str.c:1", "src/base/str.c", '#include <string.h>\n#include "base/str.h"\n'
    ),
    "an_include_names_its_folder": lambda: layers_refuse("src/base/a.c:1", "src/base/a.c", '#include "str.h"\n'),
    "a_header_says_what_it_is_for": lambda: layers_refuse("src/base/a.h:2", "src/base/a.h", "#pragma once\n\nint a;\n"),
    "the_heap_has_one_home": lambda: layers_refuse("src/base/a.c:3", "src/base/a.c", "\n\nvoid *p = malloc(1);\n"),
    "a_dangerous_function_is_found": lambda: layers_refuse("src/base/a.c:1", "src/base/a.c", "int i = atoi (s);\n"),
    "comments_strings_and_longer_names_call_nothing": lambda: run(
        "check_layers.py",
        GOOD | {"src/base/a.c": '/* malloc(1) */ char *s = "free(x) \\" gets(";\nmem_free(p);\nx->free(p); // atoi(s)\n'},
    )[0]
    == 0,
    "an_include_in_a_comment_is_none": lambda: run(
        "check_layers.py", GOOD | {"src/base/a.c": '/*\n#include "store/room.h"\n*/\n'}
    )[0]
    == 0,
    "a_function_of_80_lines_is_let_through": lambda: run("check_sizes.py", {"src/base/a.c": function_of(80)})[0] == 0,
    "a_function_of_81_lines_is_not": lambda: refuses(
        "check_sizes.py", "src/base/a.c:3", {"src/base/a.c": "int a;\n\n" + function_of(81)}
    ),
    "a_file_of_600_lines_is_let_through": lambda: run("check_sizes.py", {"src/base/a.c": "\n" * 600})[0] == 0,
    "a_file_of_601_lines_is_not": lambda: refuses("check_sizes.py", "src/base/a.c:600", {"src/base/a.c": "\n" * 601}),
    "cases_are_counted_where_a_program_tells_them": lambda: summary(
        {"result": "OK", "stdout": "1..3\nok 1 - a\nok 2 - b\nok 3 - c # SKIP no\n"}, {"result": "OK"}
    )
    == (0, "3 passed, 0 failed"),
    "cases_that_were_never_come_to_have_failed": lambda: summary(
        {"result": "ERROR", "stdout": "1..4\nok 1 - a\nnot ok 2 - b\n"}
    )
    == (1, "1 passed, 3 failed"),
    "a_crash_after_the_last_case_is_a_failure": lambda: summary({"result": "ERROR", "stdout": "1..1\nok 1 - a\n"})
    == (1, "1 passed, 1 failed"),
    "a_program_that_would_not_end_is_a_failure": lambda: summary({"result": "TIMEOUT", "stdout": ""})
    == (1, "0 passed, 1 failed"),
    "a_run_without_tests_is_a_failure": lambda: summary() == (1, "0 passed, 1 failed"),
}

tap.tell(list(CASES.items()))
