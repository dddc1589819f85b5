"""Expressions: evaluation alone beside the CEL libraries of PyPI, and a whole process beside jq."""

import json

from suite import tools
from suite.contest import FOLDER, Contender, Contest

PATH = "pr.base.repo.owner.login"
TEXT = '"#" + string(pr.number) + " " + pr.title + " by " + pr.user.login'
SELECTION = 'items.filter(i, i.state == "open" && !i.draft).map(i, i.title)'
JQ_SELECTION = '[.items[] | select(.state == "open" and (.draft | not)) | .title]'

#: The longest list a library gets. cel-python takes more than a minute for one of 100,000 items; the bindings turn all
#: of a list into values of their own for each evaluation.
LONGEST = {"celpy": 10_000, "cpp": 1000, "rust": 1000}
OWN = "flowctl's evaluator"
NAMES = {"celpy": "cel-python, in Python", "rust": "common-expression-language, Rust", "cpp": "cel-expr-python, C++"}


def contests(peers, libraries):
    """`libraries` are those of `NAMES` that are there, run by `peers["python"]`."""
    evaluator = [tools.swift_bench("flow-expression-bench")]
    commands = {library: [peers["python"], "bench/expressions/peers.py", library] for library in libraries}

    def contender(name, command, path, expression, weight=1):
        return Contender(name, [*command, path, expression], is_rate=True, weight=weight)

    def single(title, expression):
        """Evaluations a second over one small map."""
        path = data("one", pull_request(17))
        contenders = [contender(OWN, evaluator, path, expression)]
        contenders += [contender(NAMES[library], command, path, expression) for library, command in commands.items()]
        return Contest(f"{title}, evaluation alone", contenders, turns=3, goals=beside_python, note=ALONE)

    def listed(count):
        """Items a second of a selection from a list, which is shorter for some libraries."""
        lengths = {library: min(count, LONGEST[library]) for library in libraries}
        paths = {length: data(f"list-{length}", items(length)) for length in {count, *lengths.values()}}
        contenders = [contender(OWN, evaluator, paths[count], SELECTION, count)]
        for library, length in lengths.items():
            contenders.append(contender(NAMES[library], commands[library], paths[length], SELECTION, length))
        shorter = [f"{NAMES[library]}: {length:,}" for library, length in lengths.items() if length < count]
        note = f"{ALONE} The rate is that of items." + (f" Lists are shorter for {'; '.join(shorter)}." if shorter else "")
        title = f"filter and map over {count:,} items, evaluation alone"
        return Contest(title, contenders, turns=3, goals=beside_python, note=note)

    yield single("Path lookup", PATH)
    yield single("Text building", TEXT)
    yield listed(1000)
    yield listed(100_000)
    yield whole(data("list-100000", items(100_000)), peers["jq"])


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
