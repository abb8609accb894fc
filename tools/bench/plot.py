#!/usr/bin/env python3
"""Draws how cost grows, with gnuplot.

    tools/bench/plot.py ROWS DIRECTORY

ROWS are the lines of JSON that `tools/bench/run.sh BUILD curves` writes; each PNG of DIRECTORY is drawn
from those with one label. A line without two points is left out.
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

WIDTH, HEIGHT = 460, 360  # pixels of one panel


@dataclass
class Line:
    title: str
    x: str
    y: str
    only: dict = field(default_factory=dict)  # figures that a row must have


@dataclass
class Panel:
    title: str
    x: str
    lines: list
    log: str = ""  # axes


def both(title, figure, log):
    """guildhall's line and the limit's."""
    lines = [Line(server, "subscribers", figure, {"server": server}) for server in ("guildhall", "raw")]
    return Panel(title, "subscribers in a room", lines, log)


def one(title, x_title, x, y, log="x"):
    return Panel(title, x_title, [Line("", x, y)], log)


def pages_by_rows(title, figure):
    lines = [Line(f"{depth} % deep", "rows", figure, {"depth": depth}) for depth in (0, 50, 100)]
    return Panel(title, "rows of the table", lines, "x")


def pages_by_depth(title, figure):
    lines = [Line(f"10^{n} rows", "depth", figure, {"rows": 10**n}) for n in range(4, 9)]
    return Panel(title, "messages of the room that are newer, %", lines)


PLOTS = {
    "subscribers": [
        both("deliveries a second", "deliveriesPerSecond", "x"),
        both("p99 from publisher to subscriber, ms", "p99Ms", "xy"),
        both("server CPU a delivery, us", "serverUsPerDelivery", "xy"),
    ],
    "selections": [
        one("deliveries a second", "distinct selections among 1,000", "selections", "deliveriesPerSecond"),
        one("p99 from publisher to subscriber, ms", "distinct selections among 1,000", "selections", "p99Ms"),
        one("server CPU a delivery, us", "distinct selections among 1,000", "selections", "serverUsPerDelivery"),
    ],
    "connections": [
        one("resident memory, MiB", "connections, one subscription each", "connections", "residentMiB", ""),
        one("server CPU to set one up, us", "connections", "connections", "setUpUs", ""),
    ],
    "senders": [
        one("messages committed a second", "senders, one message in flight each", "clients", "sendsPerSecond"),
        one("server CPU a message, us", "senders, one message in flight each", "clients", "serverUsPerSend"),
    ],
    "rooms": [
        one("messages committed a second", "rooms, 256 messages in flight", "rooms", "sendsPerSecond"),
        one("server CPU a message, us", "rooms, 256 messages in flight", "rooms", "serverUsPerSend"),
    ],
    "rows": [
        pages_by_rows("p95 of a page of 50, us", "p95Us"),
        pages_by_depth("p95 of a page of 50, us", "p95Us"),
        pages_by_rows("server CPU a page, us", "serverUsPerPage"),
    ],
    "storm": [
        Panel(
            "seconds until all are caught up",
            "clients that come back at once",
            [Line("passed", "clients", "seconds"), Line("of server CPU", "clients", "serverSeconds")],
        ),
        one("statements asked of PostgreSQL", "clients that come back at once", "clients", "statements", ""),
    ],
}


def points(rows, line):
    fits = [r for r in rows if all(r.get(k) == v for k, v in line.only.items()) and line.y in r]
    return sorted((r[line.x], r[line.y]) for r in fits)


def panel_program(rows, panel):
    drawn = [(line, points(rows, line)) for line in panel.lines]
    drawn = [(line, at) for line, at in drawn if len(at) > 1]
    if not drawn:
        return []
    program = [f'set title "{panel.title}"', f'set xlabel "{panel.x}"', "unset logscale"]
    if panel.log:
        program.append(f"set logscale {panel.log}")
    program.append("set yrange [*:*]" if "y" in panel.log else "set yrange [0:*]")
    for number, (_, at) in enumerate(drawn):
        program += [f"$line{number} << END", *(f"{x} {y}" for x, y in at), "END"]
    plotted = [
        f'$line{number} using 1:2 with linespoints pointtype 7 pointsize 0.7 linewidth 2 '
        + (f'title "{line.title}"' if line.title else "notitle")
        for number, (line, _) in enumerate(drawn)
    ]
    return program + ["plot " + ", ".join(plotted)]


def program_of(rows, panels, path):
    drawn = [program for program in (panel_program(rows, panel) for panel in panels) if program]
    if not drawn:
        return []
    return [
        f'set terminal pngcairo size {WIDTH * len(drawn)},{HEIGHT} font "sans,9"',
        f'set output "{path}"',
        "set grid",
        "set rmargin 4",
        "set key bottom right opaque",
        "set format x '%.0f'",
        "set format y '%.6g'",
        f"set multiplot layout 1,{len(drawn)}",
        *(line for program in drawn for line in program),
        "unset multiplot",
    ]


def main(source, directory):
    rows = [json.loads(line) for line in Path(source).read_text(encoding="utf-8").splitlines()]
    for name, panels in PLOTS.items():
        path = Path(directory, f"{name}.png")
        program = program_of([r for r in rows if r.get("label") == name], panels, path)
        if program:
            subprocess.run(["gnuplot"], input="\n".join(program) + "\n", text=True, check=True)
            print(path)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
