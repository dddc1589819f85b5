"""A chain of steps, each after the one before it."""

from suite import files, tools
from suite.contest import Contender, Contest

COUNT = 1000


def contest(peers):
    edges = [(f"s{n}", f"s{n - 1}" if n else None) for n in range(COUNT)]
    processes = files.workflow("chain", [f'{{ id: {step}, run: "true" }}' for step, _ in edges])
    pure = files.workflow("chain-read", [f'{{ id: {step}, run: "true", effect: read }}' for step, _ in edges])
    log = "uses: flow.log, with: { message: hello }"
    trivial = files.workflow("chain-nodes", [f"{{ id: {step}, {log} }}" for step, _ in edges])
    # Each has its end committed before the next begins, which those that only read need not.
    durable = [f"{{ id: {step}, {log}, effect: idempotent }}" for step, _ in edges]
    nodes = files.workflow("chain-durable", durable)
    one = files.workflow("chain-one", durable[:1])
    contenders = []
    if peers["ninja"]:
        contenders.append(Contender("ninja", [peers["ninja"], "-j1", "-f", files.ninja("chain", edges)]))
    if peers["make"]:
        contenders.append(Contender("make", [peers["make"], "-j1", "-f", files.make("chain", edges)]))
    if peers["just"]:
        contenders.append(Contender("just", [peers["just"], "--justfile", files.just("chain", edges), edges[-1][0]]))
    contenders += [
        Contender("flowctl, processes", [tools.FLOWCTL, "--quiet", "run", processes]),
        Contender("flowctl, processes of effect: read", [tools.FLOWCTL, "--quiet", "run", pure]),
        Contender("flowctl, durable steps", [tools.FLOWCTL, "--quiet", "run", nodes]),
        Contender("flowctl, a single durable step", [tools.FLOWCTL, "--quiet", "run", one]),
        Contender("flowctl, flow.log", [tools.FLOWCTL, "--quiet", "run", trivial]),
    ]
    note = "Each step of flowctl is in its journal before the next begins; ninja, make and just keep none."
    return Contest(f"Chain of {COUNT:,} steps", contenders, turns=7, goals=goals, note=note)


def goals(standings):
    seconds = standings["flowctl, durable steps"].median - standings["flowctl, a single durable step"].median
    step = seconds / (COUNT - 1) * 1_000_000
    yield "150 µs a durable step", step <= 150, f"{step:.0f} µs"
    if "ninja" in standings:
        ratio = standings["flowctl, processes"].ratio
        yield "processes within 1.5 times of ninja", ratio <= 1.5, f"{ratio:.2f} times"
