"""The table, on the terminal and as a page."""

import os
import platform
import re
import shlex
import sys
import tempfile

PAGE = "docs/benchmarks.md"


def quantity(standing):
    """A median in a unit that fits."""
    value = standing.median
    if standing.contender.has_rate:
        return f"{value:,.0f}/s" if value >= 100 else f"{value:.2g}/s"
    return time(value)


def time(seconds):
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def share(ratio):
    """A ratio with digits enough to see how small it is."""
    return f"{ratio:.2f}" if ratio >= 0.01 else f"{ratio:.1g}"


def cells(standing):
    """Name, median, ratio to the yardstick, processor time, peak of memory."""
    peak = f"{standing.peak / 1024:.1f} MiB"
    return standing.contender.name, quantity(standing), share(standing.ratio), time(standing.processor), peak


def show(contest, standings):
    """One contest on the terminal."""
    print(f"\n{contest.title}")
    for standing in standings.values():
        name, median, ratio, processor, peak = cells(standing)
        print(f"  {name:<42}{median:>14}{ratio:>9}{processor:>12}{peak:>12}", flush=True)
    for words, is_reached, measured in contest.goals(standings):
        print(f"  {'reached' if is_reached else 'MISSED'}: {words}: {measured}", flush=True)


def machine(load):
    """What it was measured on, as far as it matters."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} × {model}, Linux {platform.release().split('-')[0]}, load before it began {load:.1f}"


def page(results, missing, seconds, load):
    """Everything as Markdown; each contest with its commands."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Machines differ and are noisy: read the ratios, which are those of medians. The",
        "programs of a table took turns in one run (A B C, A B C, …); its first line is the yardstick. Memory is the",
        "highest peak of resident memory of one process; processor is the time of all its threads, of one operation",
        "where there is a rate.",
        "",
        f"Measured on {machine(load)}, in {seconds:.0f} seconds.",
    ]
    if missing:
        left_out = "; ".join(f"{name} ({remedy})" for name, remedy in missing.items())
        lines += ["", f"Left out, because it was not there: {left_out}."]
    for contest, standings in results:
        lines += ["", f"## {contest.title}", ""]
        if contest.note:
            lines += [contest.note, ""]
        kind = "rate" if contest.contenders[0].has_rate else "time"
        lines += [f"| program | {kind} | ratio | processor | memory |", "| --- | ---: | ---: | ---: | ---: |"]
        lines += [f"| {' | '.join(cells(standing))} |" for standing in standings.values()]
        goals = list(contest.goals(standings))
        if goals:
            lines += [""]
            lines += [f"- {'Reached' if is_reached else 'Missed'}: {words}: {measured}" for words, is_reached, measured in goals]
        turns = "1 turn" if contest.turns == 1 else f"{contest.turns} turns"
        lines += ["", f"{turns} of", "", "```sh"]
        lines += [shlex.join(map(str, contender.command)) for contender in contest.contenders]
        lines += ["```"]
    return "\n".join(lines) + "\n"


def save(*arguments):
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(anywhere(page(*arguments)))


def anywhere(text):
    """Without the places of this machine: whoever repeats a command has them elsewhere."""
    text = text.replace(os.getcwd(), "$PWD").replace(sys.executable, "python3")
    return re.sub(rf"{re.escape(tempfile.gettempdir())}/(tmp|bench-)\w+", "$TMPDIR", text)
