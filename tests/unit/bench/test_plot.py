#!/usr/bin/env python3
"""What the bench gives gnuplot to draw. Speaks TAP.

    tests/unit/bench/test_plot.py PLOT
"""

import importlib.util
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lib"))
import tap

spec = importlib.util.spec_from_file_location("plot", sys.argv[1])
plot = importlib.util.module_from_spec(spec)
sys.modules["plot"] = plot  # which its dataclasses look up
spec.loader.exec_module(plot)


def row(subscribers, rate, server="guildhall"):
    return {"server": server, "subscribers": subscribers, "deliveriesPerSecond": rate}


def program(rows, panels=plot.PLOTS["subscribers"]):
    return plot.program_of(rows, panels, "some.png")


def points_stand_in_the_order_of_the_axis():
    lines = program([row(100, 9), row(10, 5)])
    at = lines.index("$line0 << END")
    return lines[at + 1 : at + 4] == ["10 5", "100 9", "END"]


def each_server_has_a_line_of_its_own():
    lines = program([row(10, 5), row(100, 9), row(10, 50, "raw"), row(100, 90, "raw")])
    drawn = next(line for line in lines if line.startswith("plot "))
    return 'title "guildhall"' in drawn and 'title "raw"' in drawn and "10 50" in lines


def a_single_point_is_no_line():
    drawn = next(line for line in program([row(10, 5), row(100, 9), row(10, 50, "raw")]) if line.startswith("plot "))
    return "raw" not in drawn


def a_panel_without_lines_is_left_out():
    lines = program([row(10, 5), row(100, 9)])
    return "set multiplot layout 1,1" in lines and sum(line.startswith("plot ") for line in lines) == 1


def nothing_is_drawn_of_nothing():
    return program([]) == []


CASES = [
    points_stand_in_the_order_of_the_axis,
    each_server_has_a_line_of_its_own,
    a_single_point_is_no_line,
    a_panel_without_lines_is_left_out,
    nothing_is_drawn_of_nothing,
]

tap.tell([(holds.__name__, holds) for holds in CASES])
