"""A fan-out: many steps or items that wait for nothing."""

import os

from suite import files, tools
from suite.contest import Contender, Contest

COUNT = 10_000
FEW, MANY = 20_000, 200_000


def processes(peers):
    """10,000 processes, as many at once as there are processors."""
    jobs = os.cpu_count() or 1
    edges = [(f"s{n}", None) for n in range(COUNT)]
    contenders = []
    if peers["ninja"]:
        contenders.append(Contender("ninja", [peers["ninja"], f"-j{jobs}", "-f", files.ninja("fan-out", edges)]))
    if peers["make"]:
        contenders.append(Contender("make", [peers["make"], f"-j{jobs}", "-f", files.make("fan-out", edges)]))
    run = files.loop("fan-out", 'run: "true"', COUNT, jobs)
    contenders.append(Contender("flowctl, for_each", [tools.FLOWCTL, "--quiet", "run", *run]))
    # One turn is long enough to even out what else the machine does.
    return Contest(f"Fan-out to {COUNT:,} processes, {jobs} at once", contenders, turns=1)


def nodes():
    """10,000 things that cost next to nothing, so that what is left is flowctl's own work."""
    node = 'uses: data.transform, with: { input: 1, fields: { n: "input + 1" } }'
    items = files.loop("fan-out-items", node, COUNT, 64)
    steps = files.workflow("fan-out-steps", [f"{{ id: s{n}, needs: [], {node} }}" for n in range(COUNT)])
    contenders = [
        Contender("flowctl, for_each", [tools.FLOWCTL, "--quiet", "run", *items]),
        Contender("flowctl, a step each", [tools.FLOWCTL, "--quiet", "run", steps]),
    ]
    return Contest(f"Fan-out to {COUNT:,} nodes that do nothing", contenders, turns=3)


def items():
    """Ten times as many items, whose outputs nothing reads: ten times the time in hardly more memory."""
    node = 'uses: data.transform, with: { input: "${{ item }}", fields: { n: "input + 1" } }'
    contenders = []
    for count in FEW, MANY:
        step = f'{{ id: each, for_each: "${{{{ range({count}) }}}}", max_parallel: 64, {node} }}'
        file = files.workflow(f"items-{count}", [step])
        contenders.append(Contender(f"flowctl, {count:,} items", [tools.FLOWCTL, "--quiet", "run", file]))
    return Contest("A loop over many items", contenders, turns=1, goals=item_goals)


def item_goals(standings):
    few, many = standings[f"flowctl, {FEW:,} items"], standings[f"flowctl, {MANY:,} items"]
    yield "linear time", many.median < 1.2 * MANY / FEW * few.median, f"{many.median / few.median:.1f} times"
    yield "a loop under 96 MiB", many.peak < 96 * 1024, f"{many.peak / 1024:.0f} MiB"
