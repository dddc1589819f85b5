"""A fan-out: many steps or items that wait for nothing."""

import os

from suite import files, tools
from suite.contest import Contender, Contest

COUNT = 10_000


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

