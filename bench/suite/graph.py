"""Large graphs of steps that do nothing."""

from suite import files, tools
from suite.contest import Contender, Contest

COUNT = 100_000


def contest():
    step = "uses: flow.log, with: { message: hello }"
    chain = files.workflow("graph-chain", [f"{{ id: s{n}, {step} }}" for n in range(COUNT)])
    needs = [f", needs: s{n // 2}" if n else "" for n in range(COUNT)]
    tree = files.workflow("graph-tree", [f"{{ id: s{n}{need}, {step} }}" for n, need in enumerate(needs)], "graph")
    contenders = [
        Contender("flowctl, one after another", [tools.FLOWCTL, "--quiet", "run", chain]),
        Contender("flowctl, order: graph, a tree", [tools.FLOWCTL, "--quiet", "run", tree]),
    ]
    return Contest(f"Graphs of {COUNT:,} steps that do nothing", contenders, turns=3, goals=goals)


def goals(standings):
    for standing in standings.values():
        words = f"{standing.contender.name}: under 5 s and 200 MiB"
        yield words, standing.median < 5 and standing.peak < 200 * 1024, (
            f"{standing.median:.2f} s, {standing.peak / 1024:.0f} MiB"
        )
