"""Expressions: evaluation alone beside the CEL libraries of PyPI, and a whole process beside jq."""

import json

from suite import tools
from suite.contest import FOLDER, Contender, Contest

PATH = "pr.base.repo.owner.login"
TEXT = '"#" + string(pr.number) + " " + pr.title + " by " + pr.user.login'
SELECTION = 'items.filter(i, i.state == "open" && !i.draft).map(i, i.title)'
JQ_SELECTION = '[.items[] | select(.state == "open" and (.draft | not)) | .title]'

#: What keeps a library from a list of so many items.
LIMITS = {"cpp": 1000, "rust": 1000}
NAMES = {"celpy": "cel-python, in Python", "rust": "common-expression-language, Rust", "cpp": "cel-expr-python, C++"}


def contests(peers, libraries):
    """`libraries` are those of `NAMES` that are there, run by `peers["python"]`."""
    evaluator = tools.swift_bench("flow-expression-bench")
    one, few, many = data("one", pull_request(17)), data("few", items(1000)), data("many", items(100_000))

    def alone(title, path, expression, size=1, turns=3):
        contenders = [Contender("flowctl's evaluator", [evaluator, path, expression], is_rate=True)]
        for library in libraries:
            if size <= LIMITS.get(library, size):
                command = [peers["python"], "bench/expressions/peers.py", library, path, expression]
                contenders.append(Contender(NAMES[library], command, is_rate=True))
        return Contest(f"{title}, evaluation alone", contenders, turns, goals=beside_python, note=ALONE)

    yield alone("Path lookup", one, PATH)
    yield alone("Text building", one, TEXT)
    yield alone("filter and map over 1,000 items", few, SELECTION, 1000)
    # One evaluation takes cel-python more than a minute.
    yield alone("filter and map over 100,000 items", many, SELECTION, 100_000, turns=1)
    yield whole(many, peers["jq"])


ALONE = "Reading the data and compiling the expression come before and are not counted; each evaluation is a new one."


def whole(path, jq):
    """A process that reads 100,000 items, selects and prints; what of it is reading shows where nothing is selected."""
    contenders = [Contender("flowctl expr", [tools.FLOWCTL, "expr", SELECTION, "--data", path])]
    if jq:
        contenders.append(Contender("jq", [jq, "-c", JQ_SELECTION, path]))
    contenders.append(Contender("flowctl expr, reading only", [tools.FLOWCTL, "expr", "size(items)", "--data", path]))
    if jq:
        contenders.append(Contender("jq, reading only", [jq, ".items | length", path]))
    return Contest("filter and map over 100,000 items, whole process", contenders, turns=9, goals=ahead_of_jq)


def beside_python(standings):
    if NAMES["celpy"] in standings:
        times = 1 / standings[NAMES["celpy"]].ratio
        yield "20 times the rate of CEL in Python", times >= 20, f"{times:,.0f} times"


def ahead_of_jq(standings):
    if "jq" in standings:
        yield "quicker than jq", standings["jq"].ratio > 1, f"jq takes {standings['jq'].ratio:.1f} times as long"


def data(name, variables):
    """A JSON file; gives its path."""
    path = f"{FOLDER}/{name}.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(variables, file)
    return path


def items(count):
    """A list as an API sends it, about 160 bytes an item."""
    return {
        "items": [
            {
                "id": number,
                "title": f"Pull request number {number}",
                "state": "open" if number % 3 else "closed",
                "draft": number % 5 == 0,
                "user": {"login": f"user{number % 97}", "id": number % 97},
                "labels": ["bug"] if number % 4 == 0 else [],
                "score": number / 8,
            }
            for number in range(count)
        ]
    }


def pull_request(number):
    owner = {"login": "acme", "id": 3}
    user = {"login": "ann", "id": 5}
    return {"pr": {"number": number, "title": "Fix the parser", "user": user, "base": {"repo": {"owner": owner}}}}
