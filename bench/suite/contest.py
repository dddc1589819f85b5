"""Contests: the same work by different programs, turn by turn, side by side."""

import dataclasses
import os
import shlex
import statistics
import subprocess
import sys
import typing

FOLDER = ".build/bench"
STOPWATCH = f"{FOLDER}/timed"
HOME = f"{FOLDER}/home"


@dataclasses.dataclass
class Contender:
    """A program that does the work of a contest."""

    name: str
    command: list
    #: Puts things back before each turn; its time doesn't count.
    prepare: typing.Callable = None
    #: The rate it prints itself is taken instead of its time.
    is_rate: bool = False


@dataclasses.dataclass
class Standing:
    """How a contender did: the median of its turns, and its highest peak of memory."""

    contender: Contender
    #: Seconds, or, where the contender counts itself, operations a second.
    median: float
    spread: tuple
    peak: float
    ratio: float = 1


@dataclasses.dataclass
class Contest:
    """The same work by several programs; the first one is the yardstick of all."""

    title: str
    contenders: list
    turns: int
    #: What is to be reached, each as (words, whether it is, what was measured), told from the standings by name.
    goals: typing.Callable = lambda standings: []
    note: str = ""

    def hold(self):
        """Lets the contenders take turns: A B C, A B C, … so that a busy moment falls on all alike."""
        measured = {contender.name: [] for contender in self.contenders}
        for _ in range(self.turns):
            for contender in self.contenders:
                measured[contender.name].append(turn(contender))
        standings = {}
        for contender in self.contenders:
            values = [value for value, _ in measured[contender.name]]
            standings[contender.name] = Standing(
                contender,
                median=statistics.median(values),
                spread=(min(values), max(values)),
                peak=max(peak for _, peak in measured[contender.name]),
            )
        yardstick = standings[self.contenders[0].name].median
        for standing in standings.values():
            standing.ratio = standing.median / yardstick
        return standings


def turn(contender):
    """Runs a contender once; gives its seconds or its rate, and its peak of memory in KiB."""
    if contender.prepare:
        contender.prepare()
    if contender.is_rate:
        # A shell in between, because the peak of memory begins with that of whoever starts the process.
        rate, peak = output(["sh", "-c", '"$@"; exit $?', "sh", *contender.command]).split()[:2]
        return float(rate), int(peak)
    seconds, peak, status = output([STOPWATCH, *contender.command]).split()
    if status != "0":
        subprocess.run(contender.command, env=environment())
        sys.exit(f"{contender.name} ended with status {status}: {shlex.join(contender.command)}")
    return float(seconds), int(peak)


def output(command):
    """What a command prints."""
    return subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True).stdout


def environment():
    """A home of its own, so that the user's vault, connectors and history have no part in it."""
    kinds = ("config", "data", "state")
    return os.environ | {f"XDG_{kind.upper()}_HOME": os.path.abspath(f"{HOME}/{kind}") for kind in kinds}
