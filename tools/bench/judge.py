#!/usr/bin/env python3
"""Holds what was measured against what it should be.

    tools/bench/judge.py [--table] < ROWS

ROWS are the lines of JSON that tools/bench/run.sh writes: one run, on one machine. Without --table the
verdicts are lines of JSON too. A target that was not measured, or has nothing to be compared with, is
said to be so; whether targets are met is told, and no failure: times are a machine's, and only what
a server did wrong (deliveries lost, repeated or out of order) makes a run of run.sh fail.
"""

import json
import sys
from dataclasses import dataclass

OURS = "guildhall"
SMALL = "small table"
LIMITS = ("raw", "pgbench", SMALL)
PEERS = ("graphql-ws", "yoga", "mercurius")
OPERATIONS = ("sendMessage", "onMessage", "messages")
WRONGS = ("lost", "repeated", "disordered")


@dataclass
class Target:
    """What one workload should reach.

    The bounds are of the figure itself; or, `against` a "limit", of how much of it there is (ours through
    the limit's); or, `against` a "peer", of how many times better ours is.
    """

    workload: str
    label: str  # of the rows it is measured in
    figure: str  # in these rows
    unit: str
    less_is_better: bool
    floor: float
    goal: float
    against: str = ""


def at_most(workload, label, figure, unit, floor, goal, against=""):
    return Target(workload, label, figure, unit, True, floor, goal, against)


def at_least(workload, label, figure, unit, floor, goal, against=""):
    return Target(workload, label, figure, unit, False, floor, goal, against)


EACH = "serverUsPerDelivery"


def better_than_peer(workload, label, figure, unit, floor, goal):
    return Target(workload, label, figure, unit, True, floor, goal, "peer")


# Times were set on a machine of their own. Where the table of targets gives only a time, the row
# behind it holds the same bound as it stood there: through the limit's time or the best peer's.
TARGETS = [
    at_most("fan-out 1,000, 64 in flight: server CPU a delivery", "fanout-64", EACH, "us", 0.5, 0.3),
    better_than_peer("fan-out 1,000, 64 in flight: beside the best peer", "fanout-64", EACH, "us", 25, 40),
    at_most("fan-out 1,000, one at a time: server CPU a delivery", "fanout-1", EACH, "us", 4.9, 4.3),
    at_most("fan-out 1,000, one at a time: beside the limit", "fanout-1", EACH, "us", 4.9 / 3.9, 4.3 / 3.9, "limit"),
    at_least("fan-out 5,000, 16 in flight: deliveries", "fanout-5000", "deliveriesPerSecond", "/s", 0.6, 0.6, "limit"),
    at_least("fan-out 5,000, 16 in flight: beside the best peer", "fanout-5000", "deliveriesPerSecond", "/s", 10, 10, "peer"),
    at_most("20 messages/s to 1,000: p99", "fanout-paced", "p99Ms", "ms", 1.3, 1.3, "limit"),
    at_least("send, 256 in flight, 100 rooms", "send-256", "sendsPerSecond", "/s", 1.5, 3, "limit"),
    at_most("send, 256 in flight: server CPU each", "send-256", "serverUsPerSend", "us", 12, 12),
    better_than_peer("send, 256 in flight: beside the best peer", "send-256", "serverUsPerSend", "us", 59 / 12, 59 / 12),
    at_most("send, one at a time: p50", "send-1", "p50Us", "us", 1.7, 1.3, "limit"),
    at_most("idle connection, one subscription", "idle", "bytesPerConnection", "B", 3500, 2500),
    at_most("connection set up: server CPU each", "idle", "setUpUs", "us", 70, 70),
    at_most("connection set up: beside the limit", "idle", "setUpUs", "us", 70 / 24, 70 / 24, "limit"),
    at_most("page of 50, 16 at a time: server CPU each", "page-16", "serverUsPerPage", "us", 25, 25),
    better_than_peer("page of 50, 16 at a time: beside the best peer", "page-16", "serverUsPerPage", "us", 151 / 25, 151 / 25),
    at_most("page of 50, 16 at a time: p95", "page-16", "p95Us", "us", 2, 1.3, "limit"),
    at_most("newest page of a hot room: p95", "tail", "p95Us", "us", 1, 1, "limit"),
    at_most("page of 50 of a large table, any depth: p95", "depth", "p95Us", "us", 1.2, 1.2, "limit"),
    at_least("parse + validate, three operations", "engine", "times", "x", 60, 150),
    at_least("parse + validate, introspection", "introspection", "times", "x", 15, 40),
    at_most("storm of 10,000: queries per 100", "storm", "statementsPerHundred", "", 0.99, 0.99),
    at_most("storm of 10,000: server CPU to caught up", "storm", "serverSeconds", "s", 2, 2),
    at_least("two threads against one", "threads", "times", "x", 1.6, 1.6),
    at_most("25 of 500 stalled: memory grown by", "stalled", "grownMiB", "MiB", 24, 24),
]


def rows_for(rows, label):
    """Ours."""
    return [row for row in rows if row.get("label") == label and row.get("server") == OURS]


def derive_depth(rows):
    """The slowest page of the large table, beside the first one of the small."""
    pages = rows_for(rows, "depth")
    if not pages:
        return
    most = max(row["rows"] for row in pages)
    small = [row["p95Us"] for row in pages if row["rows"] < most and row["depth"] == 0]
    if small:
        yield {"label": "depth", "server": SMALL, "p95Us": small[0]}
        large = max(row["p95Us"] for row in pages if row["rows"] == most)
        yield {"label": "depth", "server": OURS, "p95Us": large}


def derive_pages(rows):
    """What pgbench made of pages of the same size stands in our row."""
    for row in rows_for(rows, "page-16") + rows_for(rows, "tail"):
        if "limitP95Us" in row:
            yield {"label": row["label"], "server": "pgbench", "p95Us": row["limitP95Us"]}


def derive_threads(rows):
    for alone in rows_for(rows, "threads-1"):
        for two in rows_for(rows, "threads-2"):
            times = alone["busiestUsPerDelivery"] / two["busiestUsPerDelivery"]
            yield {"label": "threads", "server": OURS, "times": times}


def derive_stalled(rows):
    for row in rows:
        if row.get("label") == "stalled":
            grown = row["residentPeakMiB"] - row["residentBeforeMiB"]
            yield {"label": "stalled", "server": row["server"], "grownMiB": grown}


def derive_engine(rows):
    """How many times graphql-js; of the three operations the slowest."""
    rows = [row for row in rows if row.get("phase") == "validate" and "times" in row]
    times = {row["document"]: row["times"] for row in rows}
    operations = [times[name] for name in OPERATIONS if name in times]
    if operations:
        yield {"label": "engine", "server": OURS, "times": min(operations)}
    if "introspection" in times:
        yield {"label": "introspection", "server": OURS, "times": times["introspection"]}


def derive(rows):
    """What is judged of several figures together, as rows of its own."""
    for each in (derive_depth, derive_pages, derive_threads, derive_stalled, derive_engine):
        yield from each(rows)


def figures_of(rows, target):
    """By server. What was derived stands behind what was measured, and counts."""
    return {
        row["server"]: row[target.figure]
        for row in rows
        if row.get("label") == target.label and target.figure in row
    }


def best(figures, servers, less_is_better):
    """(server, figure), or (None, None)."""
    measured = [(figures[server], server) for server in servers if server in figures]
    if not measured:
        return None, None
    figure, server = min(measured) if less_is_better else max(measured)
    return server, figure


def compare(target, ours, limit, peer):
    """(ratio, to what): to what the target is against; else to the limit, or to a peer."""
    to = target.against or ("limit" if limit else "peer")
    other = peer if to == "peer" else limit
    if not ours or not other:
        return None, to
    if to == "peer" and target.less_is_better:
        return other / ours, to
    return ours / other, to


def wants_less(target):
    return target.less_is_better and target.against != "peer"


def met_by(target, value):
    if value is None:
        return "not measured"
    for bound, name in ((target.goal, "goal"), (target.floor, "floor")):
        if value <= bound if wants_less(target) else value >= bound:
            return name
    return "missed"


def judge(target, rows):
    figures = figures_of(rows, target)
    ours = figures.get(OURS)
    limit_name, limit = best(figures, LIMITS, target.less_is_better)
    peer_name, peer = best(figures, PEERS, target.less_is_better)
    ratio, ratio_to = compare(target, ours, limit, peer)
    return {
        "mode": "verdict",
        "workload": target.workload,
        "unit": target.unit,
        "wants": "at most" if wants_less(target) else "at least",
        "floor": target.floor,
        "goal": target.goal,
        "against": target.against,
        OURS: ours,
        "limit": limit,
        "limitName": limit_name,
        "peer": peer,
        "peerName": peer_name,
        "ratio": ratio,
        "ratioTo": ratio_to,
        "met": met_by(target, ratio if target.against else ours),
    }


def wrongs_of(rows):
    """Per server, what it did wrong, summed over the run."""
    wrongs = {}
    for row in rows:
        if "lost" in row:
            sums = wrongs.setdefault(row["server"], dict.fromkeys(WRONGS, 0))
            for wrong in WRONGS:
                sums[wrong] += row.get(wrong, 0)
    return wrongs


def judge_all(rows):
    rows = list(rows)
    rows += list(derive(rows))
    verdicts = [judge(target, rows) for target in TARGETS]
    for server, sums in wrongs_of(rows).items():
        verdicts.append({"mode": "wrongs", "server": server} | sums)
    return verdicts


def show(value):
    if value is None:
        return "-"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def show_bounds(verdict):
    """<= 0.5, 0.3 us; or >= 25, 40 x peer."""
    sign = "<=" if verdict["wants"] == "at most" else ">="
    unit = "x " + verdict["against"] if verdict["against"] else verdict["unit"]
    bounds = [show(verdict["floor"])]
    if verdict["goal"] != verdict["floor"]:
        bounds.append(show(verdict["goal"]))
    return f"{sign} {', '.join(bounds)} {unit}".rstrip()


def show_with(value, name):
    return show(value) if value is None else f"{show(value)} {name}"


def cells_of(verdict):
    return [
        verdict["workload"],
        show_bounds(verdict),
        show_with(verdict[OURS], verdict["unit"]).rstrip(),
        show_with(verdict["limit"], verdict["limitName"]),
        show_with(verdict["peer"], verdict["peerName"]),
        show_with(verdict["ratio"], "x " + verdict["ratioTo"]),
        verdict["met"],
    ]


def table_of(verdicts):
    """Lines."""
    head = ["workload", "floor, goal", OURS, "limit", "best peer", "ratio", "met"]
    rows = [head] + [cells_of(v) for v in verdicts if v["mode"] == "verdict"]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        left = [row[i].ljust(widths[i]) for i in range(2)]
        yield "  ".join(left + [row[i].rjust(widths[i]) for i in range(2, len(head))]).rstrip()
    yield ""
    for verdict in verdicts:
        if verdict["mode"] == "wrongs":
            told = ", ".join(f"{verdict[wrong]:,} {wrong}" for wrong in WRONGS)
            yield f"deliveries of {verdict['server']}: {told}"


def main(arguments, lines):
    verdicts = judge_all([json.loads(line) for line in lines if line.startswith("{")])
    if "--table" in arguments:
        print("\n".join(table_of(verdicts)))
    else:
        for verdict in verdicts:
            print(json.dumps(verdict))


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdin)
