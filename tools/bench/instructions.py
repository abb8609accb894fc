#!/usr/bin/env python3
"""How many instructions the engine takes, held to a baseline: no clock, so it is the same on a busy machine.

    tools/bench/instructions.py BENCH_ENGINE ROOT            speaks TAP; fails where it takes more
    tools/bench/instructions.py BENCH_ENGINE ROOT --update   writes the baseline anew

The counts are callgrind's, of one run of each document and phase of `bench_engine --count`. The
baseline, tools/bench/engine/instructions.json, is that of an optimised build with Debian 12's gcc.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BASELINE = "tools/bench/engine/instructions.json"
SLACK = 0.05  # of a count: another processor has libc take other routines, which was seen to make 2 %
COUNTED = "engine_counted"


def dump_number(path):
    return int(path.name.rsplit(".", 1)[1])


def totals(path):
    return int(re.search(r"^totals: (\d+)", path.read_text(encoding="utf-8"), re.MULTILINE).group(1))


def count(program, root):
    """Instructions by `document: phase`: valgrind writes a file each time that COUNTED is left."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
            + [f"--toggle-collect={COUNTED}", f"--dump-after={COUNTED}", program, root, "--count"],
            capture_output=True,
            text=True,
            check=False,
            # The same routines of libc on every processor, and none that meson has malloc do besides.
            env=os.environ
            | {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX512F,-ERMS,-FSRM", "MALLOC_PERTURB_": "0"},
        )
        names = done.stdout.splitlines()
        dumps = sorted(Path(folder).glob("out.*"), key=dump_number)
        if done.returncode or not names or len(dumps) < len(names):
            sys.exit(f"instructions: {len(names)} runs, {len(dumps)} counts\n{done.stderr}")
        return dict(zip(names, map(totals, dumps)))


def main():
    program, root = sys.argv[1:3]
    baseline = Path(root, BASELINE)
    counted = count(program, root)
    if sys.argv[3:] == ["--update"]:
        baseline.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
        return 0
    known = json.loads(baseline.read_text(encoding="utf-8"))
    print(f"1..{len(counted) + 1}")
    print(f"{'ok' if counted.keys() == known.keys() else 'not ok'} 1 - the baseline knows all that is counted")
    worse = counted.keys() != known.keys()
    for i, (name, now) in enumerate(counted.items(), 2):
        before = known.get(name, 0)
        is_worse = now > before * (1 + SLACK)
        worse |= is_worse
        print(f"{'not ok' if is_worse else 'ok'} {i} - {name}: {now} instructions, {before} in the baseline")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
