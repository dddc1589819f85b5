"""A cold run of a workflow of three steps, its journal on disk."""

from suite import files, tools
from suite.contest import Contender, Contest

STEPS = [
    '{ id: numbers, uses: data.transform, with: { input: [1, 2, 3], fields: { double: "input.map(n, n * 2)" } } }',
    '{ id: text, uses: data.template, with: { template: "{{count}} numbers", data: { count: "${{ steps.numbers.output.double.size() }}" } } }',
    '{ id: say, uses: flow.log, with: { message: "${{ steps.text.output }}" } }',
]


def contest(just):
    nodes = files.workflow("cold", STEPS)
    processes = files.workflow("cold-processes", ['run: "true"'] * 3)
    first = Contender("flowctl, three nodes, first run", [tools.FLOWCTL, "--quiet", "run", nodes], files.forget_runs)
    contenders = [
        Contender("flowctl, three nodes", [tools.FLOWCTL, "--quiet", "run", nodes]),
        first,
        Contender("flowctl, three processes", [tools.FLOWCTL, "--quiet", "run", processes]),
    ]
    if just:
        edges = [("a", None), ("b", "a"), ("c", "b")]
        contenders.insert(0, Contender("just, three processes", [just, "--justfile", files.just("cold", edges), "c"]))
    return Contest("Cold run of three steps", contenders, turns=15, goals=goals)


def goals(standings):
    nodes = standings["flowctl, three nodes"]
    yield "under 20 ms", nodes.median < 0.020, f"{nodes.median * 1000:.1f} ms"
    yield "under 30 MiB", nodes.peak < 30 * 1024, f"{nodes.peak / 1024:.1f} MiB"
