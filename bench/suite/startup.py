"""Start-up: what a process costs before it does anything."""

from suite import tools
from suite.contest import Contender, Contest


def contest(just):
    contenders = [
        Contender("C, linked to the same libcurl", [tools.compiled("bench/startup.c", "-lcurl")]),
        Contender("flowctl --version", [tools.FLOWCTL, "--version"]),
    ]
    if just:
        contenders.append(Contender("just --version", [just, "--version"]))
    return Contest("Start-up", contenders, turns=25, goals=goals)


def goals(standings):
    ratio = standings["flowctl --version"].ratio
    yield "start of the process at most 3 times that of the C program", ratio <= 3, f"{ratio:.2f} times"
