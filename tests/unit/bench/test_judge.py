#!/usr/bin/env python3
"""The judge of the bench is given rows whose verdicts are known. Speaks TAP.

    tests/unit/bench/test_judge.py JUDGE
"""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lib"))
import tap

JUDGE = sys.argv[1]

FANOUT = "fan-out 1,000, 64 in flight: server CPU a delivery"
BESIDE = "fan-out 1,000, 64 in flight: beside the best peer"
SEND = "send, 256 in flight, 100 rooms"
PACED = "20 messages/s to 1,000: p99"
DEPTH = "page of 50 of a large table, any depth: p95"
THREADS = "two threads against one"
STALLED = "25 of 500 stalled: memory grown by"
PAGE = "page of 50, 16 at a time: p95"
ONE_SENT = "send, 256 in flight: server CPU each"
ONE_SENT_BESIDE = "send, 256 in flight: beside the best peer"
ENGINE = "parse + validate, three operations"


def run(rows, *arguments):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run([JUDGE, *arguments], input=text, capture_output=True, text=True, check=True)
    return done.stdout


def verdicts(rows):
    return [json.loads(line) for line in run(rows).splitlines()]


def verdict(workload, rows):
    return next(v for v in verdicts(rows) if v.get("workload") == workload)


def row(label, server="guildhall", **figures):
    return {"mode": "fanout", "label": label, "server": server} | figures


def fanout(us, server="guildhall"):
    return row("fanout-64", server, serverUsPerDelivery=us)


def met(workload, *rows):
    return verdict(workload, rows)["met"]


def a_figure_is_held_against_floor_and_goal():
    met_by = [met(FANOUT, fanout(us)) for us in (0.3, 0.31, 0.5, 0.51)]
    return met_by == ["goal", "floor", "floor", "missed"]


def a_time_is_held_as_a_time_and_as_the_ratio_that_it_stood_for():
    slow_machine = [row("send-256", server, serverUsPerSend=us) for server, us in (("guildhall", 24), ("yoga", 120))]
    quick_machine = [row("send-256", server, serverUsPerSend=us) for server, us in (("guildhall", 10), ("yoga", 40))]
    return (
        [met(ONE_SENT, *slow_machine), met(ONE_SENT_BESIDE, *slow_machine)] == ["missed", "goal"]
        and [met(ONE_SENT, *quick_machine), met(ONE_SENT_BESIDE, *quick_machine)] == ["goal", "missed"]
    )


def less_than_a_peer_is_so_many_times_better():
    it = verdict(BESIDE, [fanout(0.5), fanout(10, "yoga"), fanout(15, "graphql-ws")])
    return (it["peerName"], it["peer"], it["ratio"], it["met"]) == ("yoga", 10, 20, "missed")


def forty_times_better_than_the_best_peer_is_the_goal():
    return met(BESIDE, fanout(0.25), fanout(10, "yoga"), fanout(11, "mercurius")) == "goal"


def more_is_held_against_the_limit_of_the_run():
    limit = row("send-256", "pgbench", sendsPerSecond=20000)
    met_by = [met(SEND, limit, row("send-256", sendsPerSecond=n)) for n in (29999, 30000, 60000)]
    return met_by == ["missed", "floor", "goal"]


def less_is_held_against_the_limit_of_the_run():
    limit = row("fanout-paced", "raw", p99Ms=10)
    met_by = [met(PACED, limit, row("fanout-paced", p99Ms=n)) for n in (13, 13.1)]
    return met_by == ["goal", "missed"]


def what_was_not_measured_is_said_so():
    nothing = all(v["met"] == "not measured" for v in verdicts([]))
    no_limit = met(SEND, row("send-256", sendsPerSecond=90000))
    no_peer = met(BESIDE, fanout(0.1))
    return nothing and (no_limit, no_peer) == ("not measured", "not measured")


def a_row_for_another_workload_does_not_count():
    return met(FANOUT, row("fanout-1", serverUsPerDelivery=0.1)) == "not measured"


def the_slowest_depth_is_held_against_the_small_table():
    def page(rows, depth, p95):
        return row("depth", rows=rows, depth=depth, p95Us=p95)

    small = page(10000, 0, 100)
    good = met(DEPTH, small, page(100000, 0, 90), page(100000, 100, 120))
    bad = met(DEPTH, small, page(100000, 0, 90), page(100000, 50, 121), page(100000, 100, 90))
    return (good, bad) == ("goal", "missed")


def threads_are_compared_by_the_busiest_one():
    one = row("threads-1", busiestUsPerDelivery=0.4)
    met_by = [met(THREADS, one, row("threads-2", busiestUsPerDelivery=us)) for us in (0.25, 0.26)]
    return met_by == ["goal", "missed"]


def memory_is_judged_by_how_much_it_grew():
    rows = [row("stalled", residentBeforeMiB=20, residentPeakMiB=peak) for peak in (44, 45)]
    peer = row("stalled", "yoga", residentBeforeMiB=100, residentPeakMiB=300)
    it = verdict(STALLED, [rows[0], peer])
    return (it["met"], it["peer"], met(STALLED, rows[1])) == ("goal", 200, "missed")


def pages_stand_beside_what_pgbench_made_of_them():
    met_by = [met(PAGE, row("page-16", p95Us=us, limitP95Us=100)) for us in (130, 200, 201)]
    return met_by == ["goal", "floor", "missed"]


def the_slowest_of_three_operations_counts():
    def operation(document, times, phase="validate"):
        return {"mode": "engine", "document": document, "phase": phase, "times": times}

    rows = [operation("sendMessage", 200), operation("onMessage", 59), operation("messages", 180)]
    return met(ENGINE, *rows, operation("onMessage", 300, "parse")) == "missed"


def what_a_server_did_wrong_is_summed():
    rows = [
        row("fanout-1", lost=1, repeated=0, disordered=2),
        row("fanout-64", lost=3, repeated=4, disordered=0),
        row("fanout-64", "yoga", lost=0, repeated=0, disordered=9),
    ]
    told = {v["server"]: v for v in verdicts(rows) if v["mode"] == "wrongs"}
    ours = told["guildhall"]
    return (ours["lost"], ours["repeated"], ours["disordered"], told["yoga"]["disordered"]) == (4, 4, 2, 9)


def the_table_shows_what_was_judged():
    rows = [fanout(0.25), fanout(0.2, "raw"), fanout(10, "yoga"), row("x", lost=1)]
    lines = run(rows, "--table").splitlines()
    first = next(line for line in lines if line.startswith(FANOUT)).removeprefix(FANOUT).split("  ")
    cells = [cell.strip() for cell in first if cell.strip()]
    wanted = ["<= 0.5, 0.3 us", "0.25 us", "0.2 raw", "10 yoga", "1.25 x limit", "goal"]
    return cells == wanted and "deliveries of guildhall: 1 lost, 0 repeated, 0 disordered" in lines


def columns_stand_below_each_other():
    lines = run([fanout(0.25), row("send-256", sendsPerSecond=1234567)], "--table").splitlines()
    ends = {len(line) for line in lines[: lines.index("")] if line.endswith("not measured")}
    return len(ends) == 1


CASES = [
    a_figure_is_held_against_floor_and_goal,
    a_time_is_held_as_a_time_and_as_the_ratio_that_it_stood_for,
    less_than_a_peer_is_so_many_times_better,
    forty_times_better_than_the_best_peer_is_the_goal,
    more_is_held_against_the_limit_of_the_run,
    less_is_held_against_the_limit_of_the_run,
    what_was_not_measured_is_said_so,
    a_row_for_another_workload_does_not_count,
    the_slowest_depth_is_held_against_the_small_table,
    threads_are_compared_by_the_busiest_one,
    memory_is_judged_by_how_much_it_grew,
    pages_stand_beside_what_pgbench_made_of_them,
    the_slowest_of_three_operations_counts,
    what_a_server_did_wrong_is_summed,
    the_table_shows_what_was_judged,
    columns_stand_below_each_other,
]

tap.tell([(holds.__name__, holds) for holds in CASES])
