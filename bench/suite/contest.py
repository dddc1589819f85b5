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
    #: How many operations it does, where its rate is measured rather than its time.
    count: int = 0
    #: The rate it prints itself is taken; a second number that it prints is the mean time of an operation in
    #: milliseconds, a third one their count.
    is_rate: bool = False
    #: How many operations one of those is that it counts.
    weight: int = 1
    #: That mean is taken.
    is_mean: bool = False

    @property
    def has_rate(self):
        """Whether what is measured is a rate; else it is a time."""
        return self.is_rate or self.count > 0 and not self.is_mean


@dataclasses.dataclass
class Standing:
    """How a contender did: the medians of its turns, and its highest peak of memory."""

    contender: Contender
    #: Seconds, or, where the contender counts itself, operations a second.
    median: float
    spread: tuple
    peak: float
    #: Seconds of processor; of one operation where it does many.
    processor: float
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
            values, peaks, processor = zip(*measured[contender.name])
            standings[contender.name] = Standing(
                contender,
                median=statistics.median(values),
                spread=(min(values), max(values)),
                peak=max(peaks),
                processor=statistics.median(processor),
            )
        yardstick = standings[self.contenders[0].name].median
        for standing in standings.values():
            standing.ratio = standing.median / yardstick
        return standings


def turn(contender):
    """Runs a contender once; gives its seconds or its rate, its peak of memory in KiB, and its seconds of processor."""
    if contender.prepare:
        contender.prepare()
    tells = contender.is_rate or contender.is_mean
    *told, seconds, processor, peak, status = output([STOPWATCH, *(["-o"] if tells else []), *contender.command]).split()
    if status != "0":
        subprocess.run(contender.command, env=environment())
        sys.exit(f"{contender.name} ended with status {status}: {shlex.join(contender.command)}")
    value = float(seconds)
    count = contender.count
    if contender.is_rate:
        value = float(told[0]) * contender.weight
        count = int(told[2]) if len(told) > 2 else count
    elif contender.is_mean:
        value = float(told[1]) / 1000
    elif count:
        value = count / value
    return value, int(peak), float(processor) / (count or 1)


def output(command):
    """What a command prints."""
    return subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True).stdout


def environment():
    """A home of its own, so that the user's vault, connectors and history have no part in it."""
    kinds = ("config", "data", "state")
    return os.environ | {f"XDG_{kind.upper()}_HOME": os.path.abspath(f"{HOME}/{kind}") for kind in kinds}
